// PLANTED: device-assert
#include "../Programs/planted.h"

#include <cassert>

__global__ void root(const float *x, float *y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  assert(x[i] >= 0);  // <-- here
  y[i] = sqrtf(x[i]);
}

int main() {
  const int n = 200;
  std::vector<float> x(n, 4);
  x[150] = -1;
  float *dx = deviceCopy(x), *dy = deviceEmpty<float>(n);
  root<<<2, 128>>>(dx, dy, n);
  return finishPlanted();
}
