// Random numbers per thread: a 64-bit linear congruential generator, xorshift, Box and Muller's normal deviates, their
// moments, and an estimate of pi.
#include "check.h"

__host__ __device__ inline unsigned long long step(unsigned long long s) { return s * 6364136223846793005ull + 1442695040888963407ull; }

__host__ __device__ inline unsigned xorshift(unsigned s) {
  s ^= s << 13;
  s ^= s >> 17;
  return s ^ (s << 5);
}

__global__ void normal(float *out, int perThread, unsigned long long seed) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  unsigned long long s = step(seed + i * 7919ull);
  for (int k = 0; k < perThread; k += 2) {
    s = step(s);
    float u = ((unsigned)(s >> 40) + 0.5f) / 16777216.0f;
    s = step(s);
    float v = (unsigned)(s >> 40) / 16777216.0f;
    float radius = sqrtf(-2 * logf(u)), sine, cosine;
    sincosf(6.2831853f * v, &sine, &cosine);
    out[i * perThread + k] = radius * cosine;
    out[i * perThread + k + 1] = radius * sine;
  }
}

__global__ void circle(unsigned *inside, int draws) {
  unsigned s = (blockIdx.x * blockDim.x + threadIdx.x + 1) * 2654435761u, count = 0;
  for (int k = 0; k < draws; k++) {
    s = xorshift(s);
    unsigned x = s >> 16, y = s & 0xffff;
    count += x * x / 4 + y * y / 4 < (1u << 30);
  }
  atomicAdd(inside, count);
}

int main() {
  const int threads = 2000, perThread = 10, n = threads * perThread;
  float *dout = deviceEmpty<float>(n);
  normal<<<threads / 100, 100>>>(dout, perThread, 42);
  CHECK_KERNEL();
  std::vector<float> out = hostCopy(dout, n);
  Verdict verdict;
  double mean = 0, square = 0, fourth = 0;
  for (int i = 0; i < threads; i++) {
    unsigned long long s = step(42 + i * 7919ull);
    for (int k = 0; k < perThread; k += 2) {
      s = step(s);
      double u = ((float)(unsigned)(s >> 40) + 0.5f) / 16777216.0f;
      s = step(s);
      double v = (unsigned)(s >> 40) / 16777216.0;
      double radius = sqrt(-2 * log(u)), angle = 2 * 3.14159265358979 * v;
      verdict.near("cosine", i * perThread + k, out[i * perThread + k], radius * cos(angle), 1e-5);
      verdict.near("sine", i * perThread + k + 1, out[i * perThread + k + 1], radius * sin(angle), 1e-5);
    }
  }
  for (float v : out) mean += v, square += (double)v * v, fourth += (double)v * v * v * v;
  verdict.near("mean", 0, mean / n, 0, 0.05);
  verdict.near("variance", 0, square / n, 1, 0.05);
  verdict.near("kurtosis", 0, fourth / n, 3, 0.1);

  unsigned *dinside = deviceZeros<unsigned>(1), want = 0;
  circle<<<8, 128>>>(dinside, 100);
  CHECK_KERNEL();
  for (unsigned t = 0; t < 1024; t++) {
    unsigned s = (t + 1) * 2654435761u;
    for (int k = 0; k < 100; k++) {
      s = xorshift(s);
      unsigned x = s >> 16, y = s & 0xffff;
      want += x * x / 4 + y * y / 4 < (1u << 30);
    }
  }
  verdict.same("inside", 0, hostCopy(dinside, 1)[0], want);
  printf("inside %u of 102400\n", want);
  return verdict.finish();
}
