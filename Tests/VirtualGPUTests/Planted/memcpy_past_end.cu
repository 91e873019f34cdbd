// PLANTED: out-of-bounds
#include "../Programs/planted.h"

__global__ void fill(int *x) { x[threadIdx.x] = threadIdx.x; }

int main() {
  int *dx = deviceEmpty<int>(64), back[128];
  fill<<<1, 64>>>(dx);
  cudaError_t error = cudaMemcpy(back, dx, sizeof back, cudaMemcpyDeviceToHost);  // <-- here
  printf("copy: %s\n", cudaGetErrorName(error));
  cudaGetLastError();
  return finishPlanted();
}
