// PLANTED: out-of-bounds
#include "../Programs/planted.h"

__global__ void stage(const double *x, double *y) {
  extern __shared__ double s[];
  s[threadIdx.x] = x[threadIdx.x];  // <-- here
  __syncthreads();
  if (threadIdx.x < 10) y[threadIdx.x] = s[9 - threadIdx.x];
}

int main() {
  const int n = 96;
  double *dx = deviceCopy(std::vector<double>(n, 1.5)), *dy = deviceEmpty<double>(n);
  stage<<<1, n, n * sizeof(float)>>>(dx, dy);  // room for floats only
  return finishPlanted();
}
