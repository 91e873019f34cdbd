// A tiled product of square matrices, the textbook's: one tile of each factor in shared memory.
#include <cstdio>
#include <vector>

constexpr int N = 512;

__global__ void product(const float* a, const float* b, float* c) {
  __shared__ float as[TILE][TILE];
  __shared__ float bs[TILE][TILE];
  int row = blockIdx.y * TILE + threadIdx.y, column = blockIdx.x * TILE + threadIdx.x;
  float sum = 0;
  for (int t = 0; t < N / TILE; t++) {
    as[threadIdx.y][threadIdx.x] = a[row * N + t * TILE + threadIdx.x];
    bs[threadIdx.y][threadIdx.x] = b[(t * TILE + threadIdx.y) * N + column];
    __syncthreads();
    for (int k = 0; k < TILE; k++) sum += as[threadIdx.y][k] * bs[k][threadIdx.x];
    __syncthreads();
  }
  c[row * N + column] = sum;
}

int main() {
  std::vector<float> a(N * N), b(N * N), c(N * N);
  for (int i = 0; i < N * N; i++) a[i] = (i * 7 % 13 - 6) / 8.0f, b[i] = (i * 5 % 11 - 5) / 8.0f;
  float *da, *db, *dc;
  cudaMalloc(&da, N * N * sizeof(float));
  cudaMalloc(&db, N * N * sizeof(float));
  cudaMalloc(&dc, N * N * sizeof(float));
  cudaMemcpy(da, a.data(), N * N * sizeof(float), cudaMemcpyHostToDevice);
  cudaMemcpy(db, b.data(), N * N * sizeof(float), cudaMemcpyHostToDevice);
  for (int i = 0; i < 5; i++) product<<<dim3(N / TILE, N / TILE), dim3(TILE, TILE)>>>(da, db, dc);
  cudaMemcpy(c.data(), dc, N * N * sizeof(float), cudaMemcpyDeviceToHost);
  double total = 0;
  for (float x : c) total += x;
  std::printf("%.6f\n", total);
  cudaFree(da), cudaFree(db), cudaFree(dc);
}
