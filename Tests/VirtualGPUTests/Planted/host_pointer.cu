// PLANTED: out-of-bounds
#include "../Programs/planted.h"

__global__ void scale(float *x, const float *factor, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float f = *factor;  // <-- here
  x[i] *= f;
}

int main() {
  float factor = 2;
  float *dx = deviceCopy(std::vector<float>(100, 1));
  scale<<<1, 128>>>(dx, &factor, 100);  // the address of a host variable
  return finishPlanted();
}
