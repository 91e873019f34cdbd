// PLANTED: race
#include "../Programs/planted.h"

__global__ void sum(const int *x, int *out) {
  __shared__ int s[256];
  s[threadIdx.x] = x[blockIdx.x * 256 + threadIdx.x];
  __syncthreads();
  for (int half = 128; half > 0; half >>= 1)
    if (threadIdx.x < half)
      s[threadIdx.x] += s[threadIdx.x + half];  // <-- here
  if (threadIdx.x == 0) out[blockIdx.x] = s[0];
}

int main() {
  int *dx = deviceCopy(std::vector<int>(1024, 1)), *dout = deviceEmpty<int>(4);
  sum<<<4, 256>>>(dx, dout);
  std::vector<int> out = hostCopy(dout, 4);
  printf("%s\n", out[0] == 256 ? "right" : "wrong");
  return finishPlanted();
}
