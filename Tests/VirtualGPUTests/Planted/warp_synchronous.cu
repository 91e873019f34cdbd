// PLANTED: race
#include "../Programs/planted.h"

// The last steps in one warp, as before Volta: no __syncwarp between them.
__global__ void sum(const int *x, int *out) {
  __shared__ int s[64];
  int t = threadIdx.x;
  s[t] = x[blockIdx.x * 64 + t];
  __syncthreads();
  if (t < 32) {
    volatile int *v = s;
    v[t] += v[t + 32];              // <-- here
    if (t < 16) v[t] += v[t + 16];  // <-- here
    if (t < 8) v[t] += v[t + 8];    // <-- here
    if (t < 4) v[t] += v[t + 4];    // <-- here
    if (t < 2) v[t] += v[t + 2];    // <-- here
    if (t < 1) v[t] += v[t + 1];    // <-- here
  }
  if (t == 0) out[blockIdx.x] = s[0];
}

int main() {
  int *dx = deviceCopy(std::vector<int>(256, 1)), *dout = deviceEmpty<int>(4);
  sum<<<4, 64>>>(dx, dout);
  std::vector<int> out = hostCopy(dout, 4);
  printf("%s\n", out[0] == 64 ? "right" : "wrong");
  return finishPlanted();
}
