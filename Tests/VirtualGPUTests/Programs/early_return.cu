// Threads that have left a block count as arrived at its barriers: half of a block, a part of a warp and all but one thread.
#include "check.h"

__global__ void half(const int *x, int *y) {
  __shared__ int s[128];
  s[threadIdx.x] = x[blockIdx.x * 128 + threadIdx.x];
  __syncthreads();
  if (threadIdx.x >= 64) return;
  s[threadIdx.x] += s[threadIdx.x + 64];
  __syncthreads();
  if (threadIdx.x >= 20) return;  // within a warp
  int sum = s[threadIdx.x] + s[threadIdx.x + 20];
  __syncthreads();
  s[threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.x != 3) return;
  __syncthreads();
  int all = 0;
  for (int i = 0; i < 20; i++) all += s[i];
  y[blockIdx.x] = all;
}

__global__ void tail(const int *x, int *y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;  // the last block loses most of its threads before its only barrier
  __shared__ int s[96];
  s[threadIdx.x] = x[i];
  __syncthreads();
  int valid = min(n - (int)(blockIdx.x * blockDim.x), (int)blockDim.x);
  y[i] = s[valid - 1 - threadIdx.x];
}

int main() {
  const int blocks = 7, n = blocks * 128;
  Random random(36);
  std::vector<int> x(n), want(blocks);
  for (auto &v : x) v = random.below(1000);
  for (int b = 0; b < blocks; b++)
    for (int i = 0; i < 40; i++) want[b] += x[b * 128 + i] + x[b * 128 + i + 64];
  int *dx = deviceCopy(x), *dy = deviceEmpty<int>(n);
  half<<<blocks, 128>>>(dx, dy);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allSame("half", hostCopy(dy, blocks), want);

  const int m = 300;  // 96 + 96 + 96 + 12
  std::vector<int> reversed(m);
  for (int i = 0; i < m; i++) {
    int b = i / 96, valid = b == 3 ? 12 : 96;
    reversed[i] = x[b * 96 + valid - 1 - i % 96];
  }
  tail<<<4, 96>>>(dx, dy, m);
  CHECK_KERNEL();
  verdict.allSame("tail", hostCopy(dy, m), reversed);
  return verdict.finish();
}
