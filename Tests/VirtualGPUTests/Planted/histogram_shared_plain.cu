// PLANTED: race
#include "../Programs/planted.h"

__global__ void histogram(const unsigned char *x, int n, unsigned *bins) {
  __shared__ unsigned counts[16];
  if (threadIdx.x < 16) counts[threadIdx.x] = 0;
  __syncthreads();
  for (int i = threadIdx.x; i < n; i += blockDim.x)
    counts[x[i] & 15]++;  // <-- here
  __syncthreads();
  if (threadIdx.x < 16) bins[threadIdx.x] = counts[threadIdx.x];
}

int main() {
  const int n = 1000;
  unsigned char *dx = deviceCopy(std::vector<unsigned char>(n, 3));
  unsigned *dbins = deviceEmpty<unsigned>(16);
  histogram<<<1, 128>>>(dx, n, dbins);
  printf("%s\n", hostCopy(dbins, 16)[3] == n ? "right" : "wrong");
  return finishPlanted();
}
