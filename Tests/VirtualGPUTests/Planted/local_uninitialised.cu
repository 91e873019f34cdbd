// PLANTED: uninitialized-read
#include "../Programs/planted.h"

// Only as many cells as there are values are set; the search looks at all of them.
__global__ void largest(const int *x, int *y, int n) {
  int top[8];
  for (int k = 0; k < n; k++) top[(x[threadIdx.x] + k) & 7] = x[(threadIdx.x + k) & 31];
  int best = 0;
  for (int k = 0; k < 8; k++)
    best = max(best, top[(x[threadIdx.x] + k * 3) & 7]);  // <-- here
  y[threadIdx.x] = best;
}

int main() {
  std::vector<int> x(32);
  for (int i = 0; i < 32; i++) x[i] = i * 5;
  int *dx = deviceCopy(x), *dy = deviceEmpty<int>(32);
  largest<<<1, 32>>>(dx, dy, 5);
  std::vector<int> y = hostCopy(dy, 32);
  printf("%s\n", y[3] < 200 ? "small" : "large");
  return finishPlanted();
}
