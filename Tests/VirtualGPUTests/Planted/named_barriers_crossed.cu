// PLANTED: missed-barrier
#include "../Programs/planted.h"

// Two warps wait for each other at two barriers, in opposite order: neither ever goes on.
__global__ void crossed(int *out) {
  if (threadIdx.x < 32) {
    asm volatile("bar.sync 1, 64;" ::: "memory");  // <-- here
    asm volatile("bar.sync 2, 64;" ::: "memory");
  } else {
    asm volatile("bar.sync 2, 64;" ::: "memory");  // <-- here
    asm volatile("bar.sync 1, 64;" ::: "memory");
  }
  out[threadIdx.x] = threadIdx.x;
}

int main() {
  int *dout = deviceEmpty<int>(64);
  crossed<<<1, 64>>>(dout);
  return finishPlanted();
}
