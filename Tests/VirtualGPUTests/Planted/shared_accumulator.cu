// PLANTED: uninitialized-read
#include "../Programs/planted.h"

__global__ void sum(const int *x, int *out) {
  __shared__ int total;  // nobody sets it to zero
  atomicAdd(&total, x[blockIdx.x * blockDim.x + threadIdx.x]);  // <-- here
  __syncthreads();
  if (threadIdx.x == 0) out[blockIdx.x] = total;
}

int main() {
  int *dx = deviceCopy(std::vector<int>(256, 1)), *dout = deviceEmpty<int>(4);
  sum<<<4, 64>>>(dx, dout);
  std::vector<int> out = hostCopy(dout, 4);
  printf("%s\n", out[0] == 64 ? "right" : "wrong");
  return finishPlanted();
}
