// PLANTED: stack-overflow
#include "../Programs/planted.h"

__device__ __noinline__ int odd(const int *x, int n);

__device__ __noinline__ int even(const int *x, int n) {  // <-- here
  volatile int frame[40];
  frame[n % 40] = x[n & 3];
  if (frame[n % 40] == 0) return 1;
  return odd(x, n + 1) + frame[n % 40];  // <-- here
}

__device__ __noinline__ int odd(const int *x, int n) {  // <-- here
  volatile int frame[40];
  frame[n % 40] = x[n & 3];
  if (frame[n % 40] == 0) return 0;
  return even(x, n + 1) + frame[n % 40];  // <-- here
}

__global__ void run(const int *x, int *y) {
  if (threadIdx.x == 5) y[0] = even(x, 0);
}

int main() {
  int *dx = deviceCopy(std::vector<int>(4, 2)), *dy = deviceEmpty<int>(1);
  run<<<1, 32>>>(dx, dy);
  return finishPlanted();
}
