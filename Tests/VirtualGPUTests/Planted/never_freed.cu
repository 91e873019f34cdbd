// PLANTED: leak
#include "../Programs/planted.h"

__global__ void fill(int *x) { x[threadIdx.x] = threadIdx.x; }

int main() {
  for (int round = 0; round < 3; round++) {
    int *dx = nullptr;
    CHECK(cudaMalloc(&dx, 4096));  // <-- here
    fill<<<1, 64>>>(dx);
  }
  return finishPlanted();
}
