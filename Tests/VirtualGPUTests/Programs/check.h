// What the programs in this folder share: the check of CUDA calls, a small random generator, copies to and from the
// device, and the comparison with what the host computed. A program ends in `return verdict.finish();`.
#pragma once
#include <cuda_runtime.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#define CHECK(call)                                                   \
  do {                                                                \
    cudaError_t error_ = (call);                                      \
    if (error_ != cudaSuccess) {                                      \
      printf("%s: %s\n", #call, cudaGetErrorName(error_));            \
      exit(1);                                                        \
    }                                                                 \
  } while (0)

// After a launch: what the launch said, then what the kernel said.
#define CHECK_KERNEL()                 \
  do {                                 \
    CHECK(cudaGetLastError());         \
    CHECK(cudaDeviceSynchronize());    \
  } while (0)

struct Random {
  uint32_t state;
  explicit Random(uint32_t seed) : state(seed * 2654435761u + 12345u) {}
  uint32_t next() {
    state = state * 1664525u + 1013904223u;
    return (state >> 9) ^ (state << 13);
  }
  int below(int n) { return (int)(next() % (uint32_t)n); }
  // In [-1, 1).
  float uniform() { return (float)(next() >> 8) / 8388608.0f - 1.0f; }
};

// Memory on the device that nobody has written yet. What is not given back by deviceFree is freed at the end.
inline std::vector<void *> deviceBuffers;

template <class T>
T *deviceEmpty(size_t count) {
  T *pointer = nullptr;
  CHECK(cudaMalloc(&pointer, count * sizeof(T)));
  deviceBuffers.push_back(pointer);
  return pointer;
}

template <class T>
T *deviceCopy(const std::vector<T> &values) {
  T *pointer = deviceEmpty<T>(values.size());
  CHECK(cudaMemcpy(pointer, values.data(), values.size() * sizeof(T), cudaMemcpyHostToDevice));
  return pointer;
}

template <class T>
T *deviceZeros(size_t count) {
  T *pointer = deviceEmpty<T>(count);
  CHECK(cudaMemset(pointer, 0, count * sizeof(T)));
  return pointer;
}

inline void deviceFree(void *pointer) {
  for (auto &buffer : deviceBuffers)
    if (buffer == pointer) buffer = nullptr;
  CHECK(cudaFree(pointer));
}

template <class T>
std::vector<T> hostCopy(const T *pointer, size_t count) {
  std::vector<T> values(count);
  CHECK(cudaMemcpy(values.data(), pointer, count * sizeof(T), cudaMemcpyDeviceToHost));
  return values;
}

struct Verdict {
  int wrong = 0;
  void same(const char *what, size_t index, long long got, long long want) {
    if (got == want) return;
    if (wrong++ < 5) printf("%s[%zu] is %lld, not %lld\n", what, index, got, want);
  }
  // Relative to the wanted value where that is larger than one. Infinities and NaN must match.
  void near(const char *what, size_t index, double got, double want, double tolerance) {
    if (got == want || (std::isnan(got) && std::isnan(want))) return;
    double scale = std::fabs(want) > 1 ? std::fabs(want) : 1;
    if (std::fabs(got - want) <= tolerance * scale) return;
    if (wrong++ < 5) printf("%s[%zu] is %.9g, not %.9g\n", what, index, got, want);
  }
  template <class T, class U>
  void allSame(const char *what, const std::vector<T> &got, const std::vector<U> &want) {
    same("size", 0, (long long)got.size(), (long long)want.size());
    for (size_t i = 0; i < want.size(); i++) same(what, i, (long long)got[i], (long long)want[i]);
  }
  template <class T, class U>
  void allNear(const char *what, const std::vector<T> &got, const std::vector<U> &want, double tolerance) {
    same("size", 0, (long long)got.size(), (long long)want.size());
    for (size_t i = 0; i < want.size(); i++) near(what, i, (double)got[i], (double)want[i], tolerance);
  }
  int finish() const {
    for (void *buffer : deviceBuffers) CHECK(cudaFree(buffer));
    if (wrong == 0) {
      printf("PASS\n");
      return 0;
    }
    printf("FAIL: %d values differ\n", wrong);
    return 1;
  }
};
