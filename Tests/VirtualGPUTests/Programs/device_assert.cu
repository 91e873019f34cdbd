// Assertions on the device that hold: they leave no trace.
#include "check.h"

#include <cassert>

__global__ void check(const int *x, int *y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  assert(blockDim.x == 64);
  if (i >= n) return;
  assert(x[i] >= 0 && "a square is never negative");
  y[i] = x[i] + 1;
  assert(y[i] > x[i]);
}

int main() {
  const int n = 700;
  std::vector<int> x(n), want(n);
  for (int i = 0; i < n; i++) want[i] = (x[i] = i * i) + 1;
  int *dx = deviceCopy(x), *dy = deviceEmpty<int>(n);
  check<<<11, 64>>>(dx, dy, n);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allSame("y", hostCopy(dy, n), want);
  return verdict.finish();
}
