// PLANTED: out-of-bounds
#include "../Programs/planted.h"

__global__ void bias(float *x, const float *b, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) x[i] += b[i % 8];  // <-- here
}

int main() {
  float *dx = deviceCopy(std::vector<float>(64, 1));
  bias<<<1, 64>>>(dx, nullptr, 64);
  return finishPlanted();
}
