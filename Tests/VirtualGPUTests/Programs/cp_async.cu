// Asynchronous copies into shared memory: a tiled matrix product whose next tiles are on their way (16 bytes, commit and
// wait groups), and the __pipeline primitives with 4 and 8 bytes and zero fill.
#include "check.h"

#include <cuda_pipeline.h>

constexpr int tile = 32;

__device__ void copy16(void *to, const void *from) {
  unsigned address = (unsigned)__cvta_generic_to_shared(to);
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(address), "l"(from) : "memory");
}

// 64 threads: a tile is 32 rows of 8 pieces, so 4 pieces each.
__device__ void fetch(float (*s)[tile], const float *from, int stride) {
  for (int p = threadIdx.x; p < tile * 8; p += 64) copy16(&s[p / 8][p % 8 * 4], from + p / 8 * stride + p % 8 * 4);
}

__global__ void multiply(const float *a, const float *b, float *c, int n, int k) {
  __shared__ __align__(16) float as[2][tile][tile], bs[2][tile][tile];
  const float *aRow = a + blockIdx.y * tile * k, *bColumn = b + blockIdx.x * tile;
  int column = threadIdx.x % 32, first = threadIdx.x / 32 * 16;
  float acc[16] = {};
  fetch(as[0], aRow, k);
  fetch(bs[0], bColumn, n);
  asm volatile("cp.async.commit_group;" ::: "memory");
  for (int k0 = 0, now = 0; k0 < k; k0 += tile, now ^= 1) {
    if (k0 + tile < k) {
      fetch(as[now ^ 1], aRow + k0 + tile, k);
      fetch(bs[now ^ 1], bColumn + (k0 + tile) * n, n);
    }
    asm volatile("cp.async.commit_group;" ::: "memory");  // perhaps an empty one
    asm volatile("cp.async.wait_group 1;" ::: "memory");
    __syncthreads();
    for (int l = 0; l < tile; l++)
#pragma unroll
      for (int r = 0; r < 16; r++) acc[r] += as[now][first + r][l] * bs[now][l][column];
    __syncthreads();
  }
  for (int r = 0; r < 16; r++) c[(blockIdx.y * tile + first + r) * n + blockIdx.x * tile + column] = acc[r];
}

__global__ void primitives(const float2 *x, const int *y, float *out, int n) {
  __shared__ float2 xs[64];
  __shared__ int ys[64];
  int i = blockIdx.x * 64 + threadIdx.x;
  bool inside = i < n;
  __pipeline_memcpy_async(&xs[threadIdx.x], &x[inside ? i : 0], sizeof(float2), inside ? 0 : sizeof(float2));
  __pipeline_commit();
  __pipeline_memcpy_async(&ys[threadIdx.x], &y[inside ? i : 0], sizeof(int), inside ? 0 : sizeof(int));
  __pipeline_commit();
  __pipeline_wait_prior(1);
  __syncthreads();
  float sum = xs[63 - threadIdx.x].x + 2 * xs[63 - threadIdx.x].y;
  __pipeline_wait_prior(0);
  __syncthreads();
  out[i] = sum + 10.0f * ys[threadIdx.x ^ 1];
}

int main() {
  const int m = 64, n = 96, k = 160;
  Random random(45);
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
  multiply<<<dim3(n / tile, m / tile), 64>>>(da, db, dc, n, k);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allNear("c", hostCopy(dc, m * n), want, 2e-5);

  const int count = 1000, padded = 1024;
  std::vector<float2> x(count);
  std::vector<int> y(count);
  for (auto &v : x) v = make_float2((float)random.below(100), (float)random.below(100));
  for (auto &v : y) v = random.below(100);
  std::vector<float> sums(padded);
  for (int i = 0; i < padded; i++) {
    int j = i / 64 * 64 + 63 - i % 64, l = i ^ 1;
    sums[i] = (j < count ? x[j].x + 2 * x[j].y : 0) + (l < count ? 10.0f * y[l] : 0);
  }
  float2 *dx = deviceCopy(x);
  int *dy = deviceCopy(y);
  float *dout = deviceEmpty<float>(padded);
  primitives<<<padded / 64, 64>>>(dx, dy, dout, count);
  CHECK_KERNEL();
  verdict.allNear("primitives", hostCopy(dout, padded), sums, 0);
  return verdict.finish();
}
