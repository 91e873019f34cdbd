// PLANTED: race
#include "../Programs/planted.h"

__device__ unsigned arrived = 0;

// The last block adds up what the others published, but nothing orders a part before its announcement.
__global__ void sum(const int *x, int *parts, int *result) {
  __shared__ int total;
  __shared__ bool last;
  if (threadIdx.x == 0) total = 0;
  __syncthreads();
  atomicAdd(&total, x[blockIdx.x * blockDim.x + threadIdx.x]);
  __syncthreads();
  if (threadIdx.x == 0) {
    parts[blockIdx.x] = total;  // <-- here
    last = atomicAdd(&arrived, 1u) == gridDim.x - 1;
  }
  __syncthreads();
  if (last && threadIdx.x == 0) {
    int all = 0;
    for (int b = 0; b < gridDim.x; b++)
      all += parts[b];  // <-- here
    *result = all;
  }
}

int main() {
  int *dx = deviceCopy(std::vector<int>(1024, 1)), *dparts = deviceZeros<int>(16), *dresult = deviceZeros<int>(1);
  sum<<<16, 64>>>(dx, dparts, dresult);
  printf("%s\n", hostCopy(dresult, 1)[0] == 1024 ? "right" : "wrong");
  return finishPlanted();
}
