// PLANTED: stack-overflow
#include "../Programs/planted.h"

// No entry of the table is negative, so nothing ends the descent.
__device__ __noinline__ int descend(const int *x, int n) {  // <-- here
  volatile int frame[16];
  frame[n & 15] = n;
  if (x[n & 7] < 0) return 0;
  return descend(x, n + 1) + frame[n & 15];  // <-- here
}

__global__ void run(const int *x, int *y) { y[threadIdx.x] = descend(x, threadIdx.x); }

int main() {
  int *dx = deviceCopy(std::vector<int>(8, 1)), *dy = deviceEmpty<int>(32);
  run<<<1, 32>>>(dx, dy);
  return finishPlanted();
}
