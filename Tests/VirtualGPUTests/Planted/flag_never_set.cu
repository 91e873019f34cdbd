// PLANTED: time-exceeded
#include "../Programs/planted.h"

__device__ volatile int ready = 0;

__global__ void wait(int *out) {
  if (blockIdx.x == 0) {
    while (ready == 0) {  // <-- here
    }
    out[threadIdx.x] = 1;
  } else if (threadIdx.x == 1000) {  // there is no such thread
    ready = 1;
  }
}

int main() {
  int *dout = deviceZeros<int>(64);
  wait<<<2, 64>>>(dout);
  return finishPlanted();
}
