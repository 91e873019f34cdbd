// PLANTED: misaligned
#include "../Programs/planted.h"

__global__ void stage(const float2 *x, float *y, int pad) {
  __shared__ __align__(16) float s[300];
  float2 v = x[threadIdx.x];
  *reinterpret_cast<float2 *>(&s[threadIdx.x * 2 + pad]) = v;  // <-- here
  __syncthreads();
  y[threadIdx.x] = s[128 + pad - threadIdx.x];
}

int main() {
  float2 *dx = deviceCopy(std::vector<float2>(128, make_float2(1, 2)));
  float *dy = deviceEmpty<float>(128);
  stage<<<1, 128>>>(dx, dy, 1);
  return finishPlanted();
}
