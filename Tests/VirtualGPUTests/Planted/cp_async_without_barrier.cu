// PLANTED: race
#include "../Programs/planted.h"

// Each thread waits for its own copies only, then reads what others have copied.
__global__ void reverse(const float4 *x, float4 *y) {
  __shared__ float4 s[128];
  unsigned to = (unsigned)__cvta_generic_to_shared(&s[threadIdx.x]);
  const float4 *from = &x[blockIdx.x * 128 + threadIdx.x];
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(to), "l"(from) : "memory");  // <-- here
  asm volatile("cp.async.commit_group;\n cp.async.wait_group 0;" ::: "memory");
  float4 v = s[127 - threadIdx.x];  // <-- here
  y[blockIdx.x * 128 + threadIdx.x] = v;
}

int main() {
  float4 *dx = deviceCopy(std::vector<float4>(512, make_float4(1, 2, 3, 4))), *dy = deviceEmpty<float4>(512);
  reverse<<<4, 128>>>(dx, dy);
  printf("%s\n", hostCopy(dy, 512)[0].x == 1 ? "right" : "wrong");
  return finishPlanted();
}
