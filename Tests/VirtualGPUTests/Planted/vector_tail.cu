// PLANTED: out-of-bounds
#include "../Programs/planted.h"

// The number of elements is not a multiple of four: the last load reaches beyond the end.
__global__ void sum(const float4 *x, float *y, int vectors) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= vectors) return;
  float4 v = x[i];  // <-- here
  y[i] = v.x + v.y + v.z + v.w;
}

int main() {
  const int n = 1022, vectors = (n + 3) / 4;
  float *dx = deviceCopy(std::vector<float>(n, 1)), *dy = deviceEmpty<float>(vectors);
  sum<<<2, 128>>>((const float4 *)dx, dy, vectors);
  return finishPlanted();
}
