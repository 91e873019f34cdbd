// PLANTED: trap
#include "../Programs/planted.h"

__global__ void check(const int *x, int *y) {
  int i = threadIdx.x;
  if (x[i] > 50)
    __trap();  // <-- here
  y[i] = x[i];
}

int main() {
  std::vector<int> x(64, 1);
  x[20] = 51;
  int *dx = deviceCopy(x), *dy = deviceEmpty<int>(64);
  check<<<1, 64>>>(dx, dy);
  return finishPlanted();
}
