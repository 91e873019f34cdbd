// PLANTED: use-after-free
#include "../Programs/planted.h"

__global__ void fill(int *x, int n, int value) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n)
    x[i] = value;  // <-- here
}

int main() {
  const int n = 500;
  int *dx = deviceEmpty<int>(n);
  fill<<<4, 128>>>(dx, n, 1);
  CHECK_KERNEL();
  deviceFree(dx);
  fill<<<4, 128>>>(dx, n, 2);
  return finishPlanted();
}
