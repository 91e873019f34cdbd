// PLANTED: time-exceeded
#include "../Programs/planted.h"

// The value comes to rest at two and never reaches zero.
__global__ void halve(volatile int *x) {
  int i = threadIdx.x;
  while (x[i] != 0)  // <-- here
    x[i] = x[i] / 2 + 1;  // <-- here
}

int main() {
  int *dx = deviceCopy(std::vector<int>(64, 37));
  halve<<<1, 64>>>(dx);
  return finishPlanted();
}
