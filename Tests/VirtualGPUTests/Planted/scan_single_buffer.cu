// PLANTED: race
#include "../Programs/planted.h"

__global__ void scan(const int *x, int *y) {
  __shared__ int s[128];
  int t = threadIdx.x;
  s[t] = x[t];
  __syncthreads();
  for (int d = 1; d < 128; d *= 2) {
    if (t >= d)
      s[t] += s[t - d];  // <-- here
    __syncthreads();
  }
  y[t] = s[t];
}

int main() {
  int *dx = deviceCopy(std::vector<int>(128, 1)), *dy = deviceEmpty<int>(128);
  scan<<<1, 128>>>(dx, dy);
  printf("%s\n", hostCopy(dy, 128)[127] == 128 ? "right" : "wrong");
  return finishPlanted();
}
