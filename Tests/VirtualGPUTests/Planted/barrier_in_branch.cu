// PLANTED: missed-barrier
#include "../Programs/planted.h"

// Half of the block waits inside the branch; the other half goes on to the next barrier.
__global__ void reduce(const int *x, int *out) {
  __shared__ int s[128];
  int t = threadIdx.x;
  s[t] = x[blockIdx.x * 128 + t];
  __syncthreads();
  if (t < 64) {
    s[t] += s[t + 64];
    __syncthreads();  // <-- here
  }
  if (t == 127) s[t] = -1;
  __syncthreads();  // <-- here
  if (t == 0) {
    int sum = 0;
    for (int k = 0; k < 64; k++) sum += s[k];
    out[blockIdx.x] = sum;
  }
}

int main() {
  int *dx = deviceCopy(std::vector<int>(512, 1)), *dout = deviceEmpty<int>(4);
  reduce<<<4, 128>>>(dx, dout);
  return finishPlanted();
}
