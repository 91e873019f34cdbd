// A sum in one launch: every block publishes its part, a fence, and the last block to arrive adds the parts up.
#include "check.h"

__device__ unsigned arrived = 0;

__global__ void sum(const int *x, int n, volatile int *parts, int *result) {
  __shared__ int s[128];
  __shared__ bool last;
  int total = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) total += x[i];
  s[threadIdx.x] = total;
  __syncthreads();
  for (int half = 64; half > 0; half >>= 1) {
    if (threadIdx.x < half) s[threadIdx.x] += s[threadIdx.x + half];
    __syncthreads();
  }
  if (threadIdx.x == 0) {
    parts[blockIdx.x] = s[0];
    __threadfence();
    last = atomicInc(&arrived, gridDim.x - 1) == gridDim.x - 1;  // wraps to 0: ready for the next launch
  }
  __syncthreads();
  if (!last) return;
  __threadfence();
  total = 0;
  for (int i = threadIdx.x; i < gridDim.x; i += blockDim.x) total += parts[i];
  s[threadIdx.x] = total;
  __syncthreads();
  for (int half = 64; half > 0; half >>= 1) {
    if (threadIdx.x < half) s[threadIdx.x] += s[threadIdx.x + half];
    __syncthreads();
  }
  if (threadIdx.x == 0) *result = s[0];
}

int main() {
  const int n = 120000;
  Random random(5);
  std::vector<int> x(n);
  int want = 0;
  for (auto &value : x) want += value = random.below(1001) - 300;
  int *dx = deviceCopy(x), *dparts = deviceEmpty<int>(300), *dresult = deviceEmpty<int>(1);
  Verdict verdict;
  int grids[] = {64, 300, 1};
  for (int grid : grids) {
    CHECK(cudaMemset(dresult, 0xff, sizeof(int)));
    sum<<<grid, 128>>>(dx, n, dparts, dresult);
    CHECK_KERNEL();
    verdict.same("sum", grid, hostCopy(dresult, 1)[0], want);
  }
  printf("sum %d\n", want);
  return verdict.finish();
}
