// PLANTED: out-of-bounds
#include "../Programs/planted.h"

__global__ void square(const int *x, long long *y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  y[i] = (long long)x[i] * x[i];  // <-- here
}

int main() {
  const int n = 2048;
  int *dx = deviceCopy(std::vector<int>(n, 70000));
  long long *dy = nullptr;
  CHECK(cudaMalloc(&dy, n * sizeof(int)));  // half of what is needed
  square<<<n / 256, 256>>>(dx, dy, n);
  return finishPlanted();
}
