// A diagonal matrix times a matrix: a two-dimensional grid, exact multiples and ragged edges.
#include "check.h"

__global__ void diag_matmul_kernel(const float *diag, const float *mat, float *out, const int N, const int M) {
  int column = blockIdx.x * blockDim.x + threadIdx.x;
  int row = blockIdx.y * blockDim.y + threadIdx.y;
  if (row < N && column < M) out[row * M + column] = diag[row] * mat[row * M + column];
}

static void check(Verdict &verdict, int N, int M) {
  Random random(N + M);
  std::vector<float> diag(N), mat(N * M), want(N * M);
  for (auto &x : diag) x = random.uniform();
  for (auto &x : mat) x = random.uniform();
  for (int i = 0; i < N; i++)
    for (int j = 0; j < M; j++) want[i * M + j] = diag[i] * mat[i * M + j];
  float *dd = deviceCopy(diag), *dm = deviceCopy(mat), *dout = deviceEmpty<float>(N * M);
  dim3 threads(16, 16);
  dim3 blocks((M + threads.x - 1) / threads.x, (N + threads.y - 1) / threads.y);
  cudaEvent_t start, stop;
  CHECK(cudaEventCreate(&start));
  CHECK(cudaEventCreate(&stop));
  CHECK(cudaEventRecord(start));
  diag_matmul_kernel<<<blocks, threads>>>(dd, dm, dout, N, M);
  CHECK(cudaEventRecord(stop));
  CHECK(cudaEventSynchronize(stop));
  float milliseconds = -1;
  CHECK(cudaEventElapsedTime(&milliseconds, start, stop));
  verdict.same("elapsed is not negative", 0, milliseconds >= 0, 1);
  verdict.allNear("product", hostCopy(dout, N * M), want, 0);
  CHECK(cudaEventDestroy(start));
  CHECK(cudaEventDestroy(stop));
  deviceFree(dd);
  deviceFree(dm);
  deviceFree(dout);
}

int main() {
  Verdict verdict;
  check(verdict, 512, 512);
  check(verdict, 131, 77);
  check(verdict, 1, 1);
  return verdict.finish();
}
