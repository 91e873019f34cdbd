// PLANTED: race
#include "../Programs/planted.h"

__global__ void sum(const int *x, int *total) {
  __shared__ int s;
  if (threadIdx.x == 0) s = 0;
  __syncthreads();
  atomicAdd(&s, x[blockIdx.x * blockDim.x + threadIdx.x]);
  __syncthreads();
  if (threadIdx.x == 0)
    *total += s;  // <-- here
}

int main() {
  int *dx = deviceCopy(std::vector<int>(2048, 1)), *dtotal = deviceZeros<int>(1);
  sum<<<32, 64>>>(dx, dtotal);
  printf("%s\n", hostCopy(dtotal, 1)[0] == 2048 ? "right" : "wrong");
  return finishPlanted();
}
