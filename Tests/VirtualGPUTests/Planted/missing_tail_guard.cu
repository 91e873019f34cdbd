// PLANTED: out-of-bounds
#include "../Programs/planted.h"

__global__ void scale(float *x, float factor) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  x[i] *= factor;  // <-- here
}

int main() {
  const int n = 1001;
  float *dx = deviceCopy(std::vector<float>(n, 1));
  scale<<<(n + 127) / 128, 128>>>(dx, 3);
  return finishPlanted();
}
