// Sums of 4096 elements each: a tree in shared memory, its last steps by shuffles.
#include <cstdio>
#include <vector>

constexpr int ROWS = 512, COLUMNS = 4096;

__global__ void sums(const float* x, float* y) {
  __shared__ float part[256];
  float sum = 0;
  for (int i = threadIdx.x; i < COLUMNS; i += 256) sum += x[blockIdx.x * COLUMNS + i];
  part[threadIdx.x] = sum;
  __syncthreads();
  for (int step = 128; step >= 32; step /= 2) {
    if (threadIdx.x < step) part[threadIdx.x] += part[threadIdx.x + step];
    __syncthreads();
  }
  if (threadIdx.x < 32) {
    sum = part[threadIdx.x];
    for (int step = 16; step > 0; step /= 2) sum += __shfl_down_sync(0xffffffff, sum, step);
    if (threadIdx.x == 0) y[blockIdx.x] = sum;
  }
}

int main() {
  std::vector<float> x(ROWS * COLUMNS), y(ROWS);
  for (int i = 0; i < ROWS * COLUMNS; i++) x[i] = (i % 257 - 128) / 64.0f;
  float *dx, *dy;
  cudaMalloc(&dx, x.size() * sizeof(float));
  cudaMalloc(&dy, y.size() * sizeof(float));
  cudaMemcpy(dx, x.data(), x.size() * sizeof(float), cudaMemcpyHostToDevice);
  for (int i = 0; i < 5; i++) sums<<<ROWS, 256>>>(dx, dy);
  cudaMemcpy(y.data(), dy, y.size() * sizeof(float), cudaMemcpyDeviceToHost);
  double total = 0;
  for (float v : y) total += v;
  std::printf("%.3f\n", total);
  cudaFree(dx), cudaFree(dy);
}
