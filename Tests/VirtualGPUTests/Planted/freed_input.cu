// PLANTED: use-after-free
#include "../Programs/planted.h"

__global__ void twice(const float *x, float *y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  y[i] = 2 * x[i];  // <-- here
}

int main() {
  const int n = 1000;
  float *dx = deviceCopy(std::vector<float>(n, 1)), *dy = deviceEmpty<float>(n);
  deviceFree(dx);
  twice<<<8, 128>>>(dx, dy, n);
  return finishPlanted();
}
