// PLANTED: missed-barrier
#include "../Programs/planted.h"

// Warps 0 and 1 come to one barrier, warps 2 and 3 to another: each misses the other's.
__global__ void exchange(const int *x, int *y) {
  __shared__ int s[128];
  int t = threadIdx.x;
  if (t < 64) {
    s[t] = x[t] * 2;
    __syncthreads();  // <-- here
    y[t] = s[t ^ 1];
  } else {
    s[t] = x[t] * 3;
    __syncthreads();  // <-- here
    y[t] = s[t ^ 2];
  }
}

int main() {
  int *dx = deviceCopy(std::vector<int>(128, 1)), *dy = deviceEmpty<int>(128);
  exchange<<<1, 128>>>(dx, dy);
  return finishPlanted();
}
