// PLANTED: out-of-bounds
#include "../Programs/planted.h"

__global__ void neighbours(const int *x, int *y) {
  __shared__ int s[128];
  s[threadIdx.x] = x[blockIdx.x * 128 + threadIdx.x];
  __syncthreads();
  int right = s[threadIdx.x + 1];  // <-- here
  y[blockIdx.x * 128 + threadIdx.x] = right;
}

int main() {
  int *dx = deviceCopy(std::vector<int>(512, 3)), *dy = deviceEmpty<int>(512);
  neighbours<<<4, 128>>>(dx, dy);
  return finishPlanted();
}
