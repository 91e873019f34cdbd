// Two blocks on the device at once: one fills a buffer and raises a flag, the other waits for it and answers; with fences
// and with acquire and release.
#include "check.h"

constexpr int n = 96, rounds = 5;

__device__ int buffer[n];
__device__ volatile int produced = 0, consumed = 0;

__global__ void pingPong(int *sums) {
  for (int r = 1; r <= rounds; r++) {
    if (blockIdx.x == 0) {
      if (threadIdx.x == 0)
        while (consumed != r - 1) {
        }
      __syncthreads();
      __threadfence();
      buffer[threadIdx.x] = r * 1000 + threadIdx.x;
      __threadfence();
      __syncthreads();
      if (threadIdx.x == 0) produced = r;
    } else {
      if (threadIdx.x == 0)
        while (produced != r) {
        }
      __syncthreads();
      __threadfence();
      atomicAdd(&sums[r - 1], buffer[n - 1 - threadIdx.x]);
      __threadfence();
      __syncthreads();
      if (threadIdx.x == 0) consumed = r;
    }
  }
}

__global__ void acquireRelease(int *data, int *flag, int *out) {
  if (blockIdx.x == 1) {  // the later block produces
    data[0] = 4711;
    asm volatile("st.release.gpu.global.u32 [%0], %1;" ::"l"(flag), "r"(1) : "memory");
  } else {
    int seen = 0;
    while (!seen) asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(seen) : "l"(flag) : "memory");
    out[0] = data[0] + 1;
  }
}

int main() {
  int *dsums = deviceZeros<int>(rounds);
  pingPong<<<2, n>>>(dsums);
  CHECK_KERNEL();
  Verdict verdict;
  std::vector<int> want(rounds);
  for (int r = 1; r <= rounds; r++) want[r - 1] = n * r * 1000 + n * (n - 1) / 2;
  verdict.allSame("sum", hostCopy(dsums, rounds), want);

  int *ddata = deviceZeros<int>(1), *dflag = deviceZeros<int>(1), *dout = deviceZeros<int>(1);
  acquireRelease<<<2, 1>>>(ddata, dflag, dout);
  CHECK_KERNEL();
  verdict.same("out", 0, hostCopy(dout, 1)[0], 4712);
  return verdict.finish();
}
