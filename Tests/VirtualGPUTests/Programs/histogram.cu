// A histogram of bytes: counts in shared memory by atomics, then one atomic per bin and block into global memory.
#include "check.h"

__global__ void histogram(const unsigned char *data, int n, unsigned *bins) {
  __shared__ unsigned counts[256];
  for (int b = threadIdx.x; b < 256; b += blockDim.x) counts[b] = 0;
  __syncthreads();
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) atomicAdd(&counts[data[i]], 1u);
  __syncthreads();
  for (int b = threadIdx.x; b < 256; b += blockDim.x)
    if (counts[b]) atomicAdd(&bins[b], counts[b]);
}

int main() {
  const int n = 200000;
  Random random(8);
  std::vector<unsigned char> data(n);
  std::vector<unsigned> want(256, 0);
  for (auto &value : data) {
    value = (unsigned char)((random.below(256) * random.below(256)) >> 8);
    want[value]++;
  }
  unsigned char *ddata = deviceCopy(data);
  unsigned *dbins = deviceZeros<unsigned>(256);
  histogram<<<24, 160>>>(ddata, n, dbins);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allSame("bin", hostCopy(dbins, 256), want);
  printf("bin 0: %u, bin 100: %u\n", want[0], want[100]);
  return verdict.finish();
}
