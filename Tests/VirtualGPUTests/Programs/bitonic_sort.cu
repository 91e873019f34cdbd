// Bitonic sort: blocks in shared memory, the long distances in global memory, warps by shuffles.
#include "check.h"

constexpr int part = 512;

__global__ void inShared(unsigned *x, int size, int firstStride) {
  __shared__ unsigned s[part];
  int base = blockIdx.x * part;
  for (int i = threadIdx.x; i < part; i += blockDim.x) s[i] = x[base + i];
  __syncthreads();
  for (int length = firstStride ? size : 2; length <= size; length *= 2)
    for (int stride = firstStride && length == size ? firstStride : length / 2; stride > 0; stride /= 2) {
      int t = threadIdx.x, low = t / stride * stride * 2 + t % stride, high = low + stride;
      bool up = ((base + low) & length) == 0;
      if ((s[low] > s[high]) == up) {
        unsigned keep = s[low];
        s[low] = s[high];
        s[high] = keep;
      }
      __syncthreads();
    }
  for (int i = threadIdx.x; i < part; i += blockDim.x) x[base + i] = s[i];
}

__global__ void inGlobal(unsigned *x, int length, int stride) {
  int t = blockIdx.x * blockDim.x + threadIdx.x, low = t / stride * stride * 2 + t % stride, high = low + stride;
  unsigned a = x[low], b = x[high];
  if ((a > b) == ((low & length) == 0)) {
    x[low] = b;
    x[high] = a;
  }
}

__global__ void inWarp(int *x) {
  int i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x & 31, v = x[i];
  for (int length = 2; length <= 32; length *= 2)
    for (int stride = length / 2; stride > 0; stride /= 2) {
      int other = __shfl_xor_sync(~0u, v, stride);
      bool up = (lane & length) == 0, lower = (lane & stride) == 0;
      v = up == lower ? min(v, other) : max(v, other);
    }
  x[i] = v;
}

int main() {
  const int n = 8192;
  Random random(68);
  std::vector<unsigned> x(n);
  for (auto &v : x) v = random.next() >> 3;
  std::vector<int> y(640);
  for (auto &v : y) v = (int)random.next();
  unsigned *dx = deviceCopy(x);
  inShared<<<n / part, part / 2>>>(dx, part, 0);
  for (int length = part * 2; length <= n; length *= 2) {
    for (int stride = length / 2; stride >= part; stride /= 2) inGlobal<<<n / 2 / 128, 128>>>(dx, length, stride);
    inShared<<<n / part, part / 2>>>(dx, length, part / 2);
  }
  int *dy = deviceCopy(y);
  inWarp<<<10, 64>>>(dy);
  CHECK_KERNEL();
  std::vector<unsigned> sorted = hostCopy(dx, n);
  Verdict verdict;
  unsigned long long before = 0, after = 0, beforeXor = 0, afterXor = 0;
  for (int i = 0; i < n; i++) {
    if (i > 0) verdict.same("in order", i, sorted[i - 1] <= sorted[i], 1);
    before += x[i], after += sorted[i];
    beforeXor ^= (unsigned long long)x[i] * x[i], afterXor ^= (unsigned long long)sorted[i] * sorted[i];
  }
  verdict.same("sum", 0, (long long)after, (long long)before);
  verdict.same("xor of squares", 0, (long long)afterXor, (long long)beforeXor);
  for (int w = 0; w < 640; w += 32)
    for (int i = 1; i < 32; i++)
      for (int j = i; j > 0 && y[w + j - 1] > y[w + j]; j--) {
        int keep = y[w + j];
        y[w + j] = y[w + j - 1];
        y[w + j - 1] = keep;
      }
  verdict.allSame("warp", hostCopy(dy, 640), y);
  return verdict.finish();
}
