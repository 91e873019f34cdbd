// PLANTED: device-assert
#include "../Programs/planted.h"

#include <cassert>

__device__ __noinline__ int apply(int operation, int a, int b) {
  switch (operation) {
    case 0: return a + b;
    case 1: return a - b;
    case 2: return a * b;
    default:
      assert(!"an operation that exists");  // <-- here
      return 0;
  }
}

__global__ void run(const int *operations, int *y) { y[threadIdx.x] = apply(operations[threadIdx.x], threadIdx.x, 3); }

int main() {
  std::vector<int> operations(64);
  for (int i = 0; i < 64; i++) operations[i] = i == 41 ? 3 : i % 3;
  int *doperations = deviceCopy(operations), *dy = deviceEmpty<int>(64);
  run<<<1, 64>>>(doperations, dy);
  return finishPlanted();
}
