// Inclusive scan in a block by Hillis and Steele (double-buffered) and exclusive scan by Blelloch, then a whole array
// in three launches.
#include "check.h"

__global__ void hillisSteele(const int *x, int *y, int *totals, int n) {
  __shared__ int buffer[2][256];
  int t = threadIdx.x, i = blockIdx.x * 256 + t, from = 0;
  buffer[0][t] = i < n ? x[i] : 0;
  __syncthreads();
  for (int offset = 1; offset < 256; offset *= 2) {
    int to = 1 - from;
    buffer[to][t] = t >= offset ? buffer[from][t] + buffer[from][t - offset] : buffer[from][t];
    __syncthreads();
    from = to;
  }
  if (i < n) y[i] = buffer[from][t];
  if (totals && t == 255) totals[blockIdx.x] = buffer[from][t];
}

__global__ void addOffsets(int *y, const int *scannedTotals, int n) {
  int i = blockIdx.x * 256 + threadIdx.x;
  if (blockIdx.x > 0 && i < n) y[i] += scannedTotals[blockIdx.x - 1];
}

// 512 elements by 256 threads; indices padded against bank conflicts.
__global__ void blelloch(const int *x, int *y) {
  __shared__ int s[512 + 512 / 32];
  int t = threadIdx.x;
  x += blockIdx.x * 512;
  y += blockIdx.x * 512;
  auto at = [](int i) { return i + i / 32; };
  s[at(t)] = x[t];
  s[at(t + 256)] = x[t + 256];
  int stride = 1;
  for (int d = 256; d > 0; d >>= 1) {
    __syncthreads();
    if (t < d) s[at(stride * (2 * t + 2) - 1)] += s[at(stride * (2 * t + 1) - 1)];
    stride *= 2;
  }
  if (t == 0) s[at(511)] = 0;
  for (int d = 1; d < 512; d *= 2) {
    stride >>= 1;
    __syncthreads();
    if (t < d) {
      int low = at(stride * (2 * t + 1) - 1), high = at(stride * (2 * t + 2) - 1);
      int keep = s[low];
      s[low] = s[high];
      s[high] += keep;
    }
  }
  __syncthreads();
  y[t] = s[at(t)];
  y[t + 256] = s[at(t + 256)];
}

int main() {
  const int n = 30001;
  Random random(6);
  std::vector<int> x(n), want(n);
  int total = 0;
  for (int i = 0; i < n; i++) want[i] = total += x[i] = random.below(100) - 20;
  int blocks = (n + 255) / 256;  // 118: one block scans the totals
  int *dx = deviceCopy(x), *dy = deviceEmpty<int>(n), *dtotals = deviceEmpty<int>(blocks);
  hillisSteele<<<blocks, 256>>>(dx, dy, dtotals, n);
  hillisSteele<<<1, 256>>>(dtotals, dtotals, nullptr, blocks);
  addOffsets<<<blocks, 256>>>(dy, dtotals, n);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allSame("inclusive", hostCopy(dy, n), want);

  const int groups = 40;
  std::vector<int> exclusive(groups * 512);
  for (int g = 0; g < groups; g++) {
    int sum = 0;
    for (int i = 0; i < 512; i++) {
      exclusive[g * 512 + i] = sum;
      sum += x[g * 512 + i];
    }
  }
  blelloch<<<groups, 256>>>(dx, dy);
  CHECK_KERNEL();
  verdict.allSame("exclusive", hostCopy(dy, groups * 512), exclusive);
  return verdict.finish();
}
