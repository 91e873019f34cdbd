// PLANTED: time-exceeded
#include "../Programs/planted.h"

__device__ int lock = 0;

__global__ void add(const int *x, int *total) {
  while (atomicCAS(&lock, 0, 1) != 0) {  // <-- here
  }
  __threadfence();
  int v = x[blockIdx.x];
  if (v < 0) return;  // with the lock in hand
  *total += v;
  __threadfence();
  atomicExch(&lock, 0);
}

int main() {
  int *dx = deviceCopy(std::vector<int>(8, -1)), *dtotal = deviceZeros<int>(1);
  add<<<8, 1>>>(dx, dtotal);
  return finishPlanted();
}
