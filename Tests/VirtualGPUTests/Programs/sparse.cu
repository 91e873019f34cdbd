// Sparse matrix times vector: compressed rows by one thread and by one warp each, coordinates by atomics.
#include "check.h"

__global__ void byThread(const int *starts, const int *columns, const float *values, const float *x, float *y, int rows) {
  int r = blockIdx.x * blockDim.x + threadIdx.x;
  if (r >= rows) return;
  float sum = 0;
  for (int e = starts[r]; e < starts[r + 1]; e++) sum += values[e] * x[columns[e]];
  y[r] = sum;
}

__global__ void byWarp(const int *starts, const int *columns, const float *values, const float *__restrict__ x, float *y, int rows) {
  int r = (blockIdx.x * blockDim.x + threadIdx.x) / 32, lane = threadIdx.x % 32;
  if (r >= rows) return;
  float sum = 0;
  for (int e = starts[r] + lane; e < starts[r + 1]; e += 32) sum += values[e] * __ldg(&x[columns[e]]);
  for (int d = 16; d > 0; d /= 2) sum += __shfl_down_sync(~0u, sum, d);
  if (lane == 0) y[r] = sum;
}

__global__ void byEntry(const int *rowOf, const int *columns, const float *values, const float *x, float *y, int entries) {
  int e = blockIdx.x * blockDim.x + threadIdx.x;
  if (e < entries) atomicAdd(&y[rowOf[e]], values[e] * x[columns[e]]);
}

int main() {
  const int rows = 700, width = 900;
  Random random(67);
  std::vector<int> starts(1, 0), columns, rowOf;
  std::vector<float> values, x(width), want(rows);
  for (auto &v : x) v = (float)(random.below(41) - 20);
  for (int r = 0; r < rows; r++) {
    int count = r % 50 == 0 ? 300 : random.below(12);
    for (int k = 0; k < count; k++) {
      columns.push_back(random.below(width));
      rowOf.push_back(r);
      values.push_back((float)(random.below(21) - 10));
      want[r] += values.back() * x[columns.back()];
    }
    starts.push_back((int)columns.size());
  }
  int entries = (int)columns.size();
  int *dstarts = deviceCopy(starts), *dcolumns = deviceCopy(columns), *drows = deviceCopy(rowOf);
  float *dvalues = deviceCopy(values), *dx = deviceCopy(x), *dy = deviceEmpty<float>(rows), *dz = deviceEmpty<float>(rows),
        *dsums = deviceZeros<float>(rows);
  byThread<<<(rows + 127) / 128, 128>>>(dstarts, dcolumns, dvalues, dx, dy, rows);
  byWarp<<<(rows * 32 + 95) / 96, 96>>>(dstarts, dcolumns, dvalues, dx, dz, rows);
  byEntry<<<(entries + 127) / 128, 128>>>(drows, dcolumns, dvalues, dx, dsums, entries);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allNear("by thread", hostCopy(dy, rows), want, 0);
  verdict.allNear("by warp", hostCopy(dz, rows), want, 0);
  verdict.allNear("by entry", hostCopy(dsums, rows), want, 0);
  return verdict.finish();
}
