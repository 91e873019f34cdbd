// PLANTED: time-exceeded
#include "../Programs/planted.h"

// Halving never gets an odd number of steps below one: the loop waits for zero and adds one again.
__global__ void halve(volatile int *x) {
  int i = threadIdx.x;
  while (x[i] != 0)        // <-- here
    x[i] = x[i] / 2 + 1;   // <-- here
}

int main() {
  int *dx = deviceCopy(std::vector<int>(64, 37));
  halve<<<1, 64>>>(dx);
  return finishPlanted();
}
