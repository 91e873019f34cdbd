// PLANTED: race
#include "../Programs/planted.h"

// No barrier between the use of the tiles and the next loads into them.
__global__ void multiply(const float *a, const float *b, float *c, int n) {
  __shared__ float as[16][16], bs[16][16];
  int x = threadIdx.x, y = threadIdx.y, row = blockIdx.y * 16 + y, column = blockIdx.x * 16 + x;
  float sum = 0;
  for (int k0 = 0; k0 < n; k0 += 16) {
    as[y][x] = a[row * n + k0 + x];       // <-- here
    bs[y][x] = b[(k0 + y) * n + column];  // <-- here
    __syncthreads();
    for (int k = 0; k < 16; k++)
      sum += as[y][k] * bs[k][x];  // <-- here
  }
  c[row * n + column] = sum;
}

int main() {
  const int n = 64;
  Random random(1);
  std::vector<float> a(n * n), b(n * n);
  for (auto &v : a) v = (float)random.below(10);
  for (auto &v : b) v = (float)random.below(10);
  float *da = deviceCopy(a), *db = deviceCopy(b), *dc = deviceEmpty<float>(n * n);
  multiply<<<dim3(4, 4), dim3(16, 16)>>>(da, db, dc, n);
  double sum = 0;
  for (float v : hostCopy(dc, n * n)) sum += v;
  printf("%s\n", sum > 0 ? "positive" : "zero");
  return finishPlanted();
}
