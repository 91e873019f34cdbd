// Softmax of rows, one block for each: maximum, sum of exponentials, quotient.
#include <cstdio>
#include <vector>

constexpr int ROWS = 1024, COLUMNS = 1024;

__global__ void softmax(const float* x, float* y) {
  __shared__ float part[256];
  const float* row = x + blockIdx.x * COLUMNS;
  float most = -INFINITY;
  for (int i = threadIdx.x; i < COLUMNS; i += 256) most = fmaxf(most, row[i]);
  part[threadIdx.x] = most;
  __syncthreads();
  for (int step = 128; step > 0; step /= 2) {
    if (threadIdx.x < step) part[threadIdx.x] = fmaxf(part[threadIdx.x], part[threadIdx.x + step]);
    __syncthreads();
  }
  most = part[0];
  __syncthreads();
  float sum = 0;
  for (int i = threadIdx.x; i < COLUMNS; i += 256) sum += expf(row[i] - most);
  part[threadIdx.x] = sum;
  __syncthreads();
  for (int step = 128; step > 0; step /= 2) {
    if (threadIdx.x < step) part[threadIdx.x] += part[threadIdx.x + step];
    __syncthreads();
  }
  sum = part[0];
  for (int i = threadIdx.x; i < COLUMNS; i += 256) y[blockIdx.x * COLUMNS + i] = expf(row[i] - most) / sum;
}

int main() {
  std::vector<float> x(ROWS * COLUMNS), y(ROWS * COLUMNS);
  for (int i = 0; i < ROWS * COLUMNS; i++) x[i] = (i * 3 % 1013 - 500) / 200.0f;
  float *dx, *dy;
  cudaMalloc(&dx, x.size() * sizeof(float));
  cudaMalloc(&dy, y.size() * sizeof(float));
  cudaMemcpy(dx, x.data(), x.size() * sizeof(float), cudaMemcpyHostToDevice);
  for (int i = 0; i < 5; i++) softmax<<<ROWS, 256>>>(dx, dy);
  cudaMemcpy(y.data(), dy, y.size() * sizeof(float), cudaMemcpyDeviceToHost);
  double total = 0;
  for (float v : y) total += v;
  std::printf("%.3f\n", total);
  cudaFree(dx), cudaFree(dy);
}
