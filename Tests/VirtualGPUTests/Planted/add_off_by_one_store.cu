// PLANTED: out-of-bounds
#include "../Programs/planted.h"

__global__ void fill(float *c, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i > n) return;
  c[i] = i * 2.0f;  // <-- here
}

int main() {
  const int n = 1000;
  float *dc = deviceEmpty<float>(n);
  fill<<<(n + 127) / 128, 128>>>(dc, n);
  return finishPlanted();
}
