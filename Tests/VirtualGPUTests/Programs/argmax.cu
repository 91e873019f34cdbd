// The largest element and its index: pairs through shuffles and shared memory; equal values keep the lower index. Then the
// same over the whole array by a 64-bit atomic maximum of a packed key.
#include "check.h"

struct Best {
  float value;
  int index;
};

__device__ Best better(Best a, Best b) { return b.value > a.value || (b.value == a.value && b.index < a.index) ? b : a; }

__global__ void argmaxRows(const float *x, int *out, int columns) {
  __shared__ Best s[4];
  Best best = {-INFINITY, INT32_MAX};
  for (int j = threadIdx.x; j < columns; j += blockDim.x) best = better(best, {x[blockIdx.x * columns + j], j});
  for (int d = 16; d > 0; d >>= 1)
    best = better(best, {__shfl_down_sync(~0u, best.value, d), __shfl_down_sync(~0u, best.index, d)});
  if (threadIdx.x % 32 == 0) s[threadIdx.x / 32] = best;
  __syncthreads();
  if (threadIdx.x == 0) {
    for (int w = 1; w < 4; w++) best = better(best, s[w]);
    out[blockIdx.x] = best.index;
  }
}

__global__ void argmaxAll(const float *x, int n, unsigned long long *key) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
    unsigned bits = __float_as_uint(x[i]);
    bits = bits & 0x80000000u ? ~bits : bits | 0x80000000u;  // ordered as the floats are
    atomicMax(key, (unsigned long long)bits << 32 | (0xffffffffu - i));
  }
}

int main() {
  const int rows = 60, columns = 333;
  Random random(28);
  std::vector<float> x(rows * columns);
  for (auto &v : x) v = (float)(random.below(500) - 499);  // many equal ones
  std::vector<int> want(rows);
  int all = 0;
  for (int i = 0; i < rows; i++) {
    for (int j = 1; j < columns; j++)
      if (x[i * columns + j] > x[i * columns + want[i]]) want[i] = j;
    if (x[i * columns + want[i]] > x[all]) all = i * columns + want[i];
  }
  float *dx = deviceCopy(x);
  int *dout = deviceEmpty<int>(rows);
  unsigned long long *dkey = deviceZeros<unsigned long long>(1);
  argmaxRows<<<rows, 128>>>(dx, dout, columns);
  argmaxAll<<<10, 96>>>(dx, rows * columns, dkey);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allSame("row", hostCopy(dout, rows), want);
  verdict.same("all", 0, 0xffffffffu - (unsigned)hostCopy(dkey, 1)[0], all);
  return verdict.finish();
}
