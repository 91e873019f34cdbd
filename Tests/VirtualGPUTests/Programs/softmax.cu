// Softmax of rows with the online maximum and sum, one block per row, and log-softmax with one warp per row.
#include "check.h"

__device__ void merge(float &m, float &s, float m2, float s2) {
  float high = fmaxf(m, m2);
  s = s * expf(m - high) + s2 * expf(m2 - high);
  m = high;
}

__global__ void softmax(const float *x, float *y, int columns) {
  __shared__ float ms[32], ss[32];
  const float *row = x + (size_t)blockIdx.x * columns;
  int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  float m = -1e30f, s = 0;
  for (int j = threadIdx.x; j < columns; j += blockDim.x) merge(m, s, row[j], 1);
  for (int d = 16; d > 0; d >>= 1) {
    float m2 = __shfl_xor_sync(~0u, m, d), s2 = __shfl_xor_sync(~0u, s, d);
    merge(m, s, m2, s2);
  }
  if (lane == 0) {
    ms[warp] = m;
    ss[warp] = s;
  }
  __syncthreads();
  if (warp == 0) {
    bool there = lane < blockDim.x / 32;
    m = there ? ms[lane] : -1e30f;
    s = there ? ss[lane] : 0;
    for (int d = 16; d > 0; d >>= 1) {
      float m2 = __shfl_xor_sync(~0u, m, d), s2 = __shfl_xor_sync(~0u, s, d);
      merge(m, s, m2, s2);
    }
    if (lane == 0) {
      ms[0] = m;
      ss[0] = s;
    }
  }
  __syncthreads();
  m = ms[0];
  s = 1 / ss[0];
  for (int j = threadIdx.x; j < columns; j += blockDim.x) y[(size_t)blockIdx.x * columns + j] = expf(row[j] - m) * s;
}

__global__ void logSoftmax(const float *x, float *y, int rows, int columns) {
  int row = blockIdx.x * blockDim.y + threadIdx.y, lane = threadIdx.x;
  if (row >= rows) return;  // a whole warp leaves
  x += row * columns;
  y += row * columns;
  float m = -INFINITY;
  for (int j = lane; j < columns; j += 32) m = fmaxf(m, x[j]);
  for (int d = 16; d > 0; d >>= 1) m = fmaxf(m, __shfl_xor_sync(~0u, m, d));
  float s = 0;
  for (int j = lane; j < columns; j += 32) s += __expf(x[j] - m);
  for (int d = 16; d > 0; d >>= 1) s += __shfl_xor_sync(~0u, s, d);
  float shift = m + logf(s);
  for (int j = lane; j < columns; j += 32) y[j] = x[j] - shift;
}

int main() {
  const int rows = 50, columns = 777;
  Random random(23);
  std::vector<float> x(rows * columns), soft(rows * columns), logs(rows * columns);
  for (int i = 0; i < rows; i++) {
    for (int j = 0; j < columns; j++) x[i * columns + j] = random.uniform() * (i < 5 ? 80.0f : 6.0f);
    double high = -1e300, sum = 0;
    for (int j = 0; j < columns; j++) high = fmax(high, x[i * columns + j]);
    for (int j = 0; j < columns; j++) sum += exp(x[i * columns + j] - high);
    for (int j = 0; j < columns; j++) {
      soft[i * columns + j] = (float)(exp(x[i * columns + j] - high) / sum);
      logs[i * columns + j] = (float)(x[i * columns + j] - high - log(sum));
    }
  }
  float *dx = deviceCopy(x), *dy = deviceEmpty<float>(rows * columns);
  Verdict verdict;
  softmax<<<rows, 160>>>(dx, dy, columns);
  CHECK_KERNEL();
  std::vector<float> y = hostCopy(dy, rows * columns);
  verdict.allNear("softmax", y, soft, 2e-6);
  for (int i = 0; i < rows; i++) {
    double sum = 0;
    for (int j = 0; j < columns; j++) sum += y[i * columns + j];
    verdict.near("row sum", i, sum, 1, 1e-5);
  }
  logSoftmax<<<(rows + 3) / 4, dim3(32, 4)>>>(dx, dy, rows, columns);
  CHECK_KERNEL();
  verdict.allNear("log-softmax", hostCopy(dy, rows * columns), logs, 1e-5);
  return verdict.finish();
}
