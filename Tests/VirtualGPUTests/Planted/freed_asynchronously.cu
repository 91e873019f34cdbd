// PLANTED: use-after-free
#include "../Programs/planted.h"

__global__ void add(int *x) {
  atomicAdd(&x[threadIdx.x % 8], 1);  // <-- here
}

int main() {
  cudaStream_t stream;
  int *dx = nullptr;
  CHECK(cudaStreamCreate(&stream));
  CHECK(cudaMallocAsync((void **)&dx, 64, stream));
  CHECK(cudaMemsetAsync(dx, 0, 64, stream));
  CHECK(cudaFreeAsync(dx, stream));
  add<<<1, 64, 0, stream>>>(dx);  // one line too late
  return finishPlanted();
}
