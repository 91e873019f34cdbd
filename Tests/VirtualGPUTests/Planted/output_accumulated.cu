// PLANTED: uninitialized-read
#include "../Programs/planted.h"

// The output was never set to zero.
__global__ void accumulate(const float *x, float *y, int n, int m) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  for (int k = 0; k < m; k++)
    y[i] += x[i * m + k];  // <-- here
}

int main() {
  const int n = 200, m = 4;
  float *dx = deviceCopy(std::vector<float>(n * m, 1)), *dy = deviceEmpty<float>(n);
  accumulate<<<2, 128>>>(dx, dy, n, m);
  std::vector<float> y = hostCopy(dy, n);
  printf("%s\n", y[0] == 4 ? "four" : "not four");
  return finishPlanted();
}
