// PLANTED: missed-barrier
#include "../Programs/planted.h"

// The number of rounds differs from warp to warp.
__global__ void rounds(const int *counts, int *out) {
  __shared__ int s[96];
  int t = threadIdx.x;
  s[t] = t;
  __syncthreads();
  for (int k = 0; k < counts[t / 32]; k++) {
    atomicAdd(&s[(t * 7 + k) % 96], 1);
    __syncthreads();  // <-- here
  }
  atomicAdd(&s[t], 1);
  __syncthreads();  // <-- here
  out[t] = s[95 - t];
}

int main() {
  int *dcounts = deviceCopy(std::vector<int>{1, 3, 4}), *dout = deviceEmpty<int>(96);
  rounds<<<1, 96>>>(dcounts, dout);
  return finishPlanted();
}
