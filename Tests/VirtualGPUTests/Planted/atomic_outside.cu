// PLANTED: out-of-bounds
#include "../Programs/planted.h"

__global__ void histogram(const int *x, int n, unsigned *bins) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) atomicAdd(&bins[x[i] / 10], 1u);  // <-- here
}

int main() {
  const int n = 400;
  std::vector<int> x(n);
  for (int i = 0; i < n; i++) x[i] = i % 101;  // 100 falls into an eleventh bin
  int *dx = deviceCopy(x);
  unsigned *dbins = deviceZeros<unsigned>(10);
  histogram<<<4, 100>>>(dx, n, dbins);
  return finishPlanted();
}
