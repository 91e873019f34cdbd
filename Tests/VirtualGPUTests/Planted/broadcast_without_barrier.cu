// PLANTED: race
#include "../Programs/planted.h"

__global__ void shift(const int *x, int *y) {
  __shared__ int base;
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (threadIdx.x == 0) base = -1;
  __syncthreads();
  if (threadIdx.x == 32)
    base = x[i] * 10;  // <-- here
  y[i] = x[i] + base;  // <-- here
}

int main() {
  const int n = 512;
  std::vector<int> x(n);
  for (int i = 0; i < n; i++) x[i] = i;
  int *dx = deviceCopy(x), *dy = deviceEmpty<int>(n);
  shift<<<4, 128>>>(dx, dy);
  printf("%s\n", hostCopy(dy, n)[0] == 320 ? "right" : "wrong");
  return finishPlanted();
}
