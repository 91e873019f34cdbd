// Grids and blocks of every shape: three dimensions, blocks that are not whole warps, single threads, the built-in
// variables of each, many small blocks.
#include "check.h"

__global__ void mark(unsigned *out) {
  unsigned thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
  unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
  unsigned i = block * (blockDim.x * blockDim.y * blockDim.z) + thread;
  unsigned lane, warp;
  asm("mov.u32 %0, %%laneid;" : "=r"(lane));
  asm volatile("mov.u32 %0, %%warpid;" : "=r"(warp));
  out[i] = (threadIdx.x + threadIdx.y * 3 + threadIdx.z * 5) * 1000 + blockIdx.x * 7 + blockIdx.y * 11 + blockIdx.z * 13 +
           lane * 1000000 + (warpSize == 32) + (warp < 64 ? 0 : 5);
}

static void check(Verdict &verdict, dim3 grid, dim3 block) {
  size_t threads = block.x * block.y * block.z, count = threads * grid.x * grid.y * grid.z;
  unsigned *dout = deviceZeros<unsigned>(count);
  mark<<<grid, block>>>(dout);
  CHECK_KERNEL();
  std::vector<unsigned> out = hostCopy(dout, count), want;
  for (unsigned bz = 0; bz < grid.z; bz++)
    for (unsigned by = 0; by < grid.y; by++)
      for (unsigned bx = 0; bx < grid.x; bx++)
        for (unsigned t = 0; t < threads; t++) {
          unsigned x = t % block.x, y = t / block.x % block.y, z = t / (block.x * block.y);
          want.push_back((x + y * 3 + z * 5) * 1000 + bx * 7 + by * 11 + bz * 13 + t % 32 * 1000000 + 1);
        }
  verdict.allSame("mark", out, want);
  deviceFree(dout);
}

int main() {
  Verdict verdict;
  check(verdict, dim3(3, 4, 5), dim3(5, 6, 7));
  check(verdict, 1, 1);
  check(verdict, 1, 1024);
  check(verdict, 5, 33);
  check(verdict, dim3(1, 65, 1), dim3(1, 1, 64));
  check(verdict, dim3(2, 1, 300), dim3(1, 31, 1));
  check(verdict, 5000, 1);
  check(verdict, dim3(7, 3), dim3(17, 3, 2));
  return verdict.finish();
}
