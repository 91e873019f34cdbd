// C = A B with 64 by 64 tiles, 4 by 4 results per thread in registers, float4 loads from global and shared memory.
#include "check.h"

constexpr int tile = 64, depth = 16;

__global__ void __launch_bounds__(256) multiply(const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ c, int n, int k) {
  __shared__ __align__(16) float as[depth][tile + 4];  // transposed
  __shared__ __align__(16) float bs[depth][tile];
  int t = threadIdx.x, tx = t % 16, ty = t / 16;
  const float *aTile = a + blockIdx.y * tile * k;
  const float *bTile = b + blockIdx.x * tile;
  float acc[4][4] = {};
  for (int k0 = 0; k0 < k; k0 += depth) {
    int row = t / 4, column = t % 4 * 4;
    float4 v = *reinterpret_cast<const float4 *>(&aTile[row * k + k0 + column]);
    as[column][row] = v.x;
    as[column + 1][row] = v.y;
    as[column + 2][row] = v.z;
    as[column + 3][row] = v.w;
    *reinterpret_cast<float4 *>(&bs[t / 16][tx * 4]) = *reinterpret_cast<const float4 *>(&bTile[(k0 + t / 16) * n + tx * 4]);
    __syncthreads();
#pragma unroll
    for (int i = 0; i < depth; i++) {
      float4 x = *reinterpret_cast<const float4 *>(&as[i][ty * 4]);
      float4 y = *reinterpret_cast<const float4 *>(&bs[i][tx * 4]);
      float xs[4] = {x.x, x.y, x.z, x.w}, ys[4] = {y.x, y.y, y.z, y.w};
#pragma unroll
      for (int r = 0; r < 4; r++)
#pragma unroll
        for (int s = 0; s < 4; s++) acc[r][s] += xs[r] * ys[s];
    }
    __syncthreads();
  }
#pragma unroll
  for (int r = 0; r < 4; r++)
    *reinterpret_cast<float4 *>(&c[(blockIdx.y * tile + ty * 4 + r) * n + blockIdx.x * tile + tx * 4]) =
        make_float4(acc[r][0], acc[r][1], acc[r][2], acc[r][3]);
}

int main() {
  const int m = 128, n = 192, k = 96;
  Random random(21);
  std::vector<float> a(m * k), b(k * n), want(m * n);
  for (auto &x : a) x = random.uniform();
  for (auto &x : b) x = random.uniform();
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      double sum = 0;
      for (int l = 0; l < k; l++) sum += (double)a[i * k + l] * b[l * n + j];
      want[i * n + j] = (float)sum;
    }
  float *da = deviceCopy(a), *db = deviceCopy(b), *dc = deviceEmpty<float>(m * n);
  multiply<<<dim3(n / tile, m / tile), 256>>>(da, db, dc, n, k);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allNear("c", hostCopy(dc, m * n), want, 2e-5);
  return verdict.finish();
}
