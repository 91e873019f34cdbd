// x · sigmoid(x), one thread for each element.
#include <cstdio>
#include <vector>

constexpr int N = 1 << 21;

__global__ void swish(const float* x, float* y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = x[i] / (1.0f + expf(-x[i]));
}

int main() {
  std::vector<float> x(N), y(N);
  for (int i = 0; i < N; i++) x[i] = (i % 2001 - 1000) / 128.0f;
  float *dx, *dy;
  cudaMalloc(&dx, N * sizeof(float));
  cudaMalloc(&dy, N * sizeof(float));
  cudaMemcpy(dx, x.data(), N * sizeof(float), cudaMemcpyHostToDevice);
  for (int i = 0; i < 5; i++) swish<<<N / 256, 256>>>(dx, dy, N);
  cudaMemcpy(y.data(), dy, N * sizeof(float), cudaMemcpyDeviceToHost);
  double total = 0;
  for (float v : y) total += v;
  std::printf("%.3f\n", total);
  cudaFree(dx), cudaFree(dy);
}
