// PLANTED: time-exceeded
#include "../Programs/planted.h"

__global__ void scale(float *x, int n, int stride) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride)  // <-- here
    atomicAdd(&x[i], 1.0f);                                              // <-- here
}

int main() {
  const int n = 1000;
  float *dx = deviceZeros<float>(n);
  int perThread = n / 2048;  // zero
  scale<<<2, 128>>>(dx, n, perThread * 256);
  return finishPlanted();
}
