// PLANTED: uninitialized-read
#include "../Programs/planted.h"

// 96 threads fill 96 of 128 cells; the tree adds all 128.
__global__ void sum(const int *x, int *out) {
  __shared__ int s[128];
  s[threadIdx.x] = x[blockIdx.x * 96 + threadIdx.x];
  __syncthreads();
  if (threadIdx.x < 64)
    s[threadIdx.x] += s[threadIdx.x + 64];  // <-- here
  __syncthreads();
  for (int half = 32; half > 0; half >>= 1) {
    if (threadIdx.x < half) s[threadIdx.x] += s[threadIdx.x + half];
    __syncthreads();
  }
  if (threadIdx.x == 0) out[blockIdx.x] = s[0];
}

int main() {
  int *dx = deviceCopy(std::vector<int>(192, 1)), *dout = deviceEmpty<int>(2);
  sum<<<2, 96>>>(dx, dout);
  std::vector<int> out = hostCopy(dout, 2);
  printf("%s\n", out[0] == 96 ? "right" : "wrong");
  return finishPlanted();
}
