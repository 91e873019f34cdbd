// PLANTED: out-of-bounds
#include "../Programs/planted.h"

__constant__ float weights[9] = {1, 2, 1, 2, 4, 2, 1, 2, 1};

__global__ void filter(const float *x, float *y, int taps) {
  float sum = 0;
  for (int k = 0; k < taps; k++)
    sum += x[threadIdx.x + k] * weights[k];  // <-- here
  y[threadIdx.x] = sum;
}

int main() {
  float *dx = deviceCopy(std::vector<float>(128, 1)), *dy = deviceEmpty<float>(64);
  filter<<<1, 64>>>(dx, dy, 10);
  return finishPlanted();
}
