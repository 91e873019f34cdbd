// PLANTED: misaligned
#include "../Programs/planted.h"

__global__ void copy(const float *x, float4 *y, int offset) {
  const float4 *from = reinterpret_cast<const float4 *>(x + offset);
  y[threadIdx.x] = from[threadIdx.x];  // <-- here
}

int main() {
  float *dx = deviceCopy(std::vector<float>(260, 1));
  float4 *dy = deviceEmpty<float4>(64);
  copy<<<1, 64>>>(dx, dy, 1);
  return finishPlanted();
}
