// PLANTED: uninitialized-read
#include "../Programs/planted.h"

__global__ void twice(const float *x, float *y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = 2 * x[i];  // <-- here
}

int main() {
  const int n = 512;
  std::vector<float> x(n, 1);
  float *dx = deviceEmpty<float>(n), *dy = deviceEmpty<float>(n);
  CHECK(cudaMemcpy(dx, x.data(), n, cudaMemcpyHostToDevice));  // n bytes, not n floats
  twice<<<4, 128>>>(dx, dy, n);
  std::vector<float> y = hostCopy(dy, n);
  printf("%s\n", y[n - 1] == 2 ? "two" : "not two");
  return finishPlanted();
}
