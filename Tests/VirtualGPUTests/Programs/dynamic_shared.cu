// Dynamic shared memory: more than 48 KiB after cudaFuncSetAttribute, several arrays laid out in one, beside a static one.
#include "check.h"

constexpr int words = 20000;  // 80000 bytes

__global__ void reverse(const int *x, int *y) {
  extern __shared__ int big[];
  for (int i = threadIdx.x; i < words; i += blockDim.x) big[i] = x[blockIdx.x * words + i];
  __syncthreads();
  for (int i = threadIdx.x; i < words; i += blockDim.x) y[blockIdx.x * words + i] = big[words - 1 - i];
}

__global__ void mixed(double *out, int n) {
  __shared__ int first[32];
  extern __shared__ __align__(16) unsigned char raw[];
  double *d = reinterpret_cast<double *>(raw);
  int *i = reinterpret_cast<int *>(d + n);
  unsigned char *c = reinterpret_cast<unsigned char *>(i + n);
  int t = threadIdx.x;
  d[t] = t * 0.5;
  i[t] = t * 3;
  c[t] = (unsigned char)(t * 7);
  if (t < 32) first[t] = -t;
  __syncthreads();
  int u = n - 1 - t;
  out[t] = d[u] + i[u] + c[u] + first[u % 32];
}

int main() {
  Random random(50);
  const int blocks = 3;
  std::vector<int> x(blocks * words), want(blocks * words);
  for (auto &v : x) v = (int)random.next();
  for (int b = 0; b < blocks; b++)
    for (int i = 0; i < words; i++) want[b * words + i] = x[b * words + words - 1 - i];
  int *dx = deviceCopy(x), *dy = deviceEmpty<int>(blocks * words);
  Verdict verdict;
  CHECK(cudaFuncSetAttribute(reverse, cudaFuncAttributeMaxDynamicSharedMemorySize, words * 4));
  reverse<<<blocks, 256, words * 4>>>(dx, dy);
  CHECK_KERNEL();
  verdict.allSame("reversed", hostCopy(dy, blocks * words), want);

  const int n = 100;
  double *dout = deviceEmpty<double>(n);
  mixed<<<1, n, n * (8 + 4 + 1)>>>(dout, n);
  CHECK_KERNEL();
  std::vector<double> out = hostCopy(dout, n);
  for (int t = 0; t < n; t++) {
    int u = n - 1 - t;
    verdict.near("mixed", t, out[t], u * 0.5 + u * 3 + (unsigned char)(u * 7) - u % 32, 0);
  }
  return verdict.finish();
}
