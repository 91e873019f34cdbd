// PLANTED: uninitialized-read
#include "../Programs/planted.h"

// The left halo cell is filled, the right one is forgotten.
__global__ void blur(const float *x, float *y, int n) {
  __shared__ float s[66];
  int i = blockIdx.x * 64 + threadIdx.x;
  s[threadIdx.x + 1] = i < n ? x[i] : 0;
  if (threadIdx.x == 0) s[0] = i > 0 ? x[i - 1] : 0;
  __syncthreads();
  float right = s[threadIdx.x + 2];  // <-- here
  if (i < n) y[i] = (s[threadIdx.x] + s[threadIdx.x + 1] + right) / 3;
}

int main() {
  const int n = 256;
  float *dx = deviceCopy(std::vector<float>(n, 1)), *dy = deviceEmpty<float>(n);
  blur<<<4, 64>>>(dx, dy, n);
  std::vector<float> y = hostCopy(dy, n);
  printf("%s\n", y[63] == 1 ? "smooth" : "rough");
  return finishPlanted();
}
