// Spin locks: the lanes of one warp take turns (each lane must make progress by itself), and blocks do.
#include "check.h"

__device__ int lock = 0;
__device__ long long protectedSum = 0;
__device__ int protectedCount = 0;

// The lock is taken and given back in one branch.
__global__ void branch(int rounds) {
  for (int r = 0; r < rounds; r++) {
    bool done = false;
    while (!done) {
      if (atomicCAS(&lock, 0, 1) == 0) {
        __threadfence();
        protectedSum += threadIdx.x + blockIdx.x;
        protectedCount++;
        __threadfence();
        atomicExch(&lock, 0);
        done = true;
      }
    }
  }
}

// The waiting loop comes first: lanes that wait must not keep the holder from going on.
__global__ void wait() {
  while (atomicCAS(&lock, 0, 1) != 0) {
  }
  __threadfence();
  protectedSum += 3;
  protectedCount++;
  __threadfence();
  atomicExch(&lock, 0);
}

__global__ void inShared(int *out) {
  __shared__ int held, count;
  if (threadIdx.x == 0) held = count = 0;
  __syncthreads();
  while (atomicCAS(&held, 0, 1) != 0) {
  }
  __threadfence_block();
  count = count * 3 % 1000 + 1;
  __threadfence_block();
  atomicExch(&held, 0);
  __syncthreads();
  if (threadIdx.x == 0) out[blockIdx.x] = count;
}

int main() {
  Verdict verdict;
  long long sum = 0, want = 0;
  int count = 0;
  branch<<<6, 32>>>(2);
  CHECK_KERNEL();
  for (int b = 0; b < 6; b++)
    for (int t = 0; t < 32; t++) want += 2 * (b + t);
  CHECK(cudaMemcpyFromSymbol(&sum, protectedSum, sizeof sum));
  CHECK(cudaMemcpyFromSymbol(&count, protectedCount, sizeof count));
  verdict.same("sum", 0, sum, want);
  verdict.same("count", 0, count, 6 * 32 * 2);

  wait<<<4, 48>>>();
  CHECK_KERNEL();
  CHECK(cudaMemcpyFromSymbol(&sum, protectedSum, sizeof sum));
  CHECK(cudaMemcpyFromSymbol(&count, protectedCount, sizeof count));
  verdict.same("sum", 1, sum, want + 3 * 4 * 48);
  verdict.same("count", 1, count, 6 * 32 * 2 + 4 * 48);

  int *dout = deviceEmpty<int>(3);
  inShared<<<3, 64>>>(dout);
  CHECK_KERNEL();
  int value = 0;
  for (int t = 0; t < 64; t++) value = value * 3 % 1000 + 1;
  verdict.allSame("shared", hostCopy(dout, 3), std::vector<int>(3, value));
  return verdict.finish();
}
