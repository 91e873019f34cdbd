// PLANTED: race
#include "../Programs/planted.h"

// Neighbours of other warps and blocks are overwritten while they are read.
__global__ void smooth(int *x, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i == 0 || i >= n - 1) return;
  x[i] = (x[i - 1] + 2 * x[i] + x[i + 1]) / 4;  // <-- here
}

int main() {
  const int n = 2000;
  std::vector<int> x(n);
  for (int i = 0; i < n; i++) x[i] = i * 7919 % 1000;
  int *dx = deviceCopy(x);
  smooth<<<16, 128>>>(dx, n);
  long long sum = 0;
  for (int v : hostCopy(dx, n)) sum += v;
  printf("%s\n", sum > 0 ? "positive" : "zero");
  return finishPlanted();
}
