// PLANTED: out-of-bounds
#include "../Programs/planted.h"

__global__ void count(const int *x, int *y, int n) {
  int bins[16];
  for (int k = 0; k < 16; k++) bins[k] = 0;
  for (int k = 0; k < n; k++)
    bins[x[k] & 31]++;  // <-- here
  int most = 0;
  for (int k = 0; k < 16; k++) most = max(most, bins[(k * 7 + threadIdx.x) & 15]);
  y[threadIdx.x] = most;
}

int main() {
  std::vector<int> x(40);
  for (int i = 0; i < 40; i++) x[i] = i == 30 ? 16 : i % 16;
  int *dx = deviceCopy(x), *dy = deviceEmpty<int>(32);
  count<<<1, 32>>>(dx, dy, 40);
  return finishPlanted();
}
