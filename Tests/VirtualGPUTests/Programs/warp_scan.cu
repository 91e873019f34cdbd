// Inclusive scan in a warp by shuffles up, in segments of 8 (the width argument), and between flagged heads.
#include "check.h"

__global__ void scanWarp(const int *x, int *y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x & 31, v = x[i];
  for (int d = 1; d < 32; d *= 2) {
    int below = __shfl_up_sync(0xffffffffu, v, d);
    if (lane >= d) v += below;
  }
  y[i] = v;
}

__global__ void scanEights(const int *x, int *y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x & 7, v = x[i];
  for (int d = 1; d < 8; d *= 2) {
    int below = __shfl_up_sync(0xffffffffu, v, d, 8);
    if (lane >= d) v += below;
  }
  // The last lane of each eight hands its total to all of them, and the lanes turn round by one.
  int total = __shfl_sync(0xffffffffu, v, 7, 8);
  int turned = __shfl_sync(0xffffffffu, v, lane + 1, 8);
  y[i] = v * 100 + total + turned * 7;
}

__global__ void scanSegments(const int *x, const unsigned char *head, int *y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x & 31, v = x[i];
  unsigned heads = __ballot_sync(0xffffffffu, head[i] != 0) | 1u;
  unsigned upToMe = heads & (0xffffffffu >> (31 - lane));
  int start = 31 - __clz(upToMe);
  for (int d = 1; d < 32; d *= 2) {
    int below = __shfl_up_sync(0xffffffffu, v, d);
    if (lane - d >= start) v += below;
  }
  y[i] = v;
}

int main() {
  const int n = 96 * 50;
  Random random(7);
  std::vector<int> x(n), a(n), b(n), c(n);
  std::vector<unsigned char> head(n);
  for (int i = 0; i < n; i++) {
    x[i] = random.below(1000) - 500;
    head[i] = random.below(5) == 0;
  }
  for (int i = 0; i < n; i++) {
    a[i] = x[i] + (i % 32 ? a[i - 1] : 0);
    c[i] = x[i] + (i % 32 && !head[i] ? c[i - 1] : 0);
  }
  for (int g = 0; g < n; g += 8) {
    int scan[8], sum = 0;
    for (int k = 0; k < 8; k++) scan[k] = sum += x[g + k];
    for (int k = 0; k < 8; k++) b[g + k] = scan[k] * 100 + scan[7] + scan[(k + 1) % 8] * 7;
  }
  int *dx = deviceCopy(x), *dy = deviceEmpty<int>(n);
  unsigned char *dhead = deviceCopy(head);
  Verdict verdict;
  scanWarp<<<50, 96>>>(dx, dy);
  CHECK_KERNEL();
  verdict.allSame("warp", hostCopy(dy, n), a);
  scanEights<<<50, 96>>>(dx, dy);
  CHECK_KERNEL();
  verdict.allSame("eights", hostCopy(dy, n), b);
  scanSegments<<<50, 96>>>(dx, dhead, dy);
  CHECK_KERNEL();
  verdict.allSame("segments", hostCopy(dy, n), c);
  return verdict.finish();
}
