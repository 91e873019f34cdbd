// PLANTED: out-of-bounds
#include "../Programs/planted.h"

__global__ void difference(const float *x, float *y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float before = x[i - 1];  // <-- here
  y[i] = x[i] - before;
}

int main() {
  const int n = 300;
  float *dx = deviceCopy(std::vector<float>(n, 1)), *dy = deviceEmpty<float>(n);
  difference<<<3, 128>>>(dx, dy, n);
  return finishPlanted();
}
