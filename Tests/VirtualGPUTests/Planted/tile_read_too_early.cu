// PLANTED: race
#include "../Programs/planted.h"

// No barrier between the loads of the tiles and their use.
__global__ void multiply(const float *a, const float *b, float *c, int n) {
  __shared__ float as[16][16], bs[16][16];
  int x = threadIdx.x, y = threadIdx.y, row = blockIdx.y * 16 + y, column = blockIdx.x * 16 + x;
  float sum = 0;
  for (int k0 = 0; k0 < n; k0 += 16) {
    as[y][x] = a[row * n + k0 + x];       // <-- here
    bs[y][x] = b[(k0 + y) * n + column];  // <-- here
    for (int k = 0; k < 16; k++)
      sum += as[y][k] * bs[k][x];  // <-- here
    __syncthreads();
  }
  c[row * n + column] = sum;
}

int main() {
  const int n = 64;
  float *da = deviceCopy(std::vector<float>(n * n, 1)), *db = deviceCopy(std::vector<float>(n * n, 1)), *dc = deviceEmpty<float>(n * n);
  multiply<<<dim3(4, 4), dim3(16, 16)>>>(da, db, dc, n);
  std::vector<float> c = hostCopy(dc, n * n);
  printf("%s\n", c[n * n - 1] == n ? "right" : "wrong");
  return finishPlanted();
}
