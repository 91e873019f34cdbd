// Reductions by warp shuffles (down, xor, idx) and by the hardware's redux; whole warps and the last, partial one.
#include "check.h"

__global__ void reduceDown(const float *x, float *sums, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  float v = i < n ? x[i] : 0.0f;
  for (int offset = 16; offset > 0; offset /= 2) v += __shfl_down_sync(0xffffffffu, v, offset);
  if (threadIdx.x % 32 == 0) sums[i / 32] = v;
}

// Every lane gets the maximum, and lane 0's own value by broadcast; doubles move as two halves.
__global__ void reduceXor(const double *x, double *maxima, double *first, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  double v = i < n ? x[i] : -1e300;
  double m = v;
  for (int mask = 16; mask > 0; mask >>= 1) m = fmax(m, __shfl_xor_sync(0xffffffffu, m, mask));
  double f = __shfl_sync(0xffffffffu, v, 0);
  if (i < n) {
    maxima[i] = m;
    first[i] = f;
  }
}

__global__ void redux(const unsigned *x, unsigned *results) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  unsigned v = x[i];
  unsigned add = __reduce_add_sync(0xffffffffu, v);
  unsigned low = __reduce_min_sync(0xffffffffu, v);
  int high = __reduce_max_sync(0xffffffffu, (int)v);
  unsigned both = __reduce_and_sync(0xffffffffu, v | 0xff00ff00u);
  unsigned any = __reduce_or_sync(0xffffffffu, v & 0x00ff00ffu);
  unsigned odd = __reduce_xor_sync(0xffffffffu, v);
  if (threadIdx.x % 32 == 5) {
    unsigned *r = results + i / 32 * 6;
    r[0] = add, r[1] = low, r[2] = (unsigned)high, r[3] = both, r[4] = any, r[5] = odd;
  }
}

// A block sum: one value per warp through shared memory, then the first warp.
__global__ void blockSum(const float *x, float *sums, int n) {
  __shared__ float partial[32];
  int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  float v = i < n ? x[i] : 0.0f;
  for (int offset = 16; offset > 0; offset >>= 1) v += __shfl_xor_sync(0xffffffffu, v, offset);
  if (lane == 0) partial[warp] = v;
  __syncthreads();
  if (warp == 0) {
    v = lane < blockDim.x / 32 ? partial[lane] : 0.0f;
    for (int offset = 16; offset > 0; offset >>= 1) v += __shfl_down_sync(0xffffffffu, v, offset);
    if (lane == 0) sums[blockIdx.x] = v;
  }
}

int main() {
  const int n = 8000;  // 250 warps
  Random random(4);
  std::vector<float> x(n);
  std::vector<double> xd(n);
  std::vector<unsigned> u(n);
  for (int i = 0; i < n; i++) {
    x[i] = (float)(random.below(201) - 100);  // sums are exact
    xd[i] = random.uniform();
    u[i] = random.next();
  }
  float *dx = deviceCopy(x), *dsums = deviceEmpty<float>(n);
  double *dxd = deviceCopy(xd), *dmax = deviceEmpty<double>(n), *dfirst = deviceEmpty<double>(n);
  unsigned *du = deviceCopy(u), *dr = deviceEmpty<unsigned>(n / 32 * 6);
  Verdict verdict;

  reduceDown<<<(n + 127) / 128, 128>>>(dx, dsums, n);
  CHECK_KERNEL();
  std::vector<float> sums(n / 32, 0.0f);
  for (int i = 0; i < n; i++) sums[i / 32] += x[i];
  verdict.allNear("down", hostCopy(dsums, n / 32), sums, 0);

  const int odd = n - 13;
  reduceXor<<<(odd + 63) / 64, 64>>>(dxd, dmax, dfirst, odd);
  CHECK_KERNEL();
  std::vector<double> maxima(odd), first(odd);
  for (int i = 0; i < odd; i++) {
    double m = -1e300;
    for (int j = i / 32 * 32; j < i / 32 * 32 + 32 && j < odd; j++) m = fmax(m, xd[j]);
    maxima[i] = m;
    first[i] = xd[i / 32 * 32];
  }
  verdict.allNear("xor", hostCopy(dmax, odd), maxima, 0);
  verdict.allNear("first", hostCopy(dfirst, odd), first, 0);

  redux<<<n / 160, 160>>>(du, dr);
  CHECK_KERNEL();
  std::vector<unsigned> r = hostCopy(dr, n / 32 * 6);
  for (int w = 0; w < n / 32; w++) {
    unsigned add = 0, low = ~0u, both = ~0u, any = 0, oddBits = 0;
    int high = INT32_MIN;
    for (int k = w * 32; k < w * 32 + 32; k++) {
      add += u[k];
      low = u[k] < low ? u[k] : low;
      high = (int)u[k] > high ? (int)u[k] : high;
      both &= u[k] | 0xff00ff00u;
      any |= u[k] & 0x00ff00ffu;
      oddBits ^= u[k];
    }
    unsigned want[] = {add, low, (unsigned)high, both, any, oddBits};
    for (int k = 0; k < 6; k++) verdict.same("redux", w * 6 + k, r[w * 6 + k], want[k]);
  }

  int blocks = (n + 255) / 256;
  blockSum<<<blocks, 256>>>(dx, dsums, n);
  CHECK_KERNEL();
  std::vector<float> blockSums(blocks, 0.0f);
  for (int i = 0; i < n; i++) blockSums[i / 256] += x[i];
  verdict.allNear("block", hostCopy(dsums, blocks), blockSums, 0);
  return verdict.finish();
}
