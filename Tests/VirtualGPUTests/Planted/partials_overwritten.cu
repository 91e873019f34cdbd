// PLANTED: race
#include "../Programs/planted.h"

// Two sums one after the other through the same cells; no barrier before the second.
__device__ float blockSum(float v) {
  __shared__ float partial[4];
  for (int d = 16; d > 0; d >>= 1) v += __shfl_down_sync(~0u, v, d);
  if (threadIdx.x % 32 == 0)
    partial[threadIdx.x / 32] = v;  // <-- here
  __syncthreads();
  v = 0;
  for (int w = 0; w < 4; w++)
    v += partial[w];  // <-- here
  return v;
}

__global__ void variance(const float *x, float *out) {
  float v = x[blockIdx.x * 128 + threadIdx.x];
  float mean = blockSum(v) / 128;
  float spread = blockSum((v - mean) * (v - mean)) / 128;
  if (threadIdx.x == 0) out[blockIdx.x] = spread;
}

int main() {
  std::vector<float> x(512);
  for (int i = 0; i < 512; i++) x[i] = (float)(i % 9);
  float *dx = deviceCopy(x), *dout = deviceEmpty<float>(4);
  variance<<<4, 128>>>(dx, dout);
  printf("%s\n", hostCopy(dout, 4)[0] >= 0 ? "spread" : "negative");
  return finishPlanted();
}
