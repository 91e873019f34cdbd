// Warp votes and matches, by whole warps and by parts of one: ballot, any, all, match, the active mask, syncwarp.
#include "check.h"

constexpr int kinds = 10;

__global__ void vote(const int *x, unsigned *y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x & 31, v = x[i];
  unsigned *out = y + i * kinds;
  const unsigned all = 0xffffffffu;
  out[0] = __ballot_sync(all, v > 0);
  out[1] = __any_sync(all, v > 95);
  out[2] = __all_sync(all, v > -95);
  out[3] = __match_any_sync(all, v / 20);
  int same;
  out[4] = __match_all_sync(all, blockIdx.x, &same);
  out[4] ^= (unsigned)same;
  out[5] = __match_all_sync(all, v / 150, &same);
  out[5] ^= (unsigned)same;
  out[6] = __match_any_sync(all, (unsigned long long)(v & 3) << 40);
  out[7] = out[8] = 0;
  if (lane % 3 == 0) {
    unsigned mask = 0x49249249u;
    out[7] = __ballot_sync(mask, v & 1) ^ __activemask();
    out[8] = __shfl_sync(mask, v, 30) + __popc(__match_any_sync(mask, v & 7));
  }
  __syncwarp();
  // Each half of the warp votes for itself.
  unsigned half = lane < 16 ? 0xffffu : 0xffff0000u;
  if (lane < 16)
    out[9] = __ballot_sync(half, v & 2);
  else
    out[9] = __ballot_sync(half, v & 4) + __any_sync(half, v == 7);
}

int main() {
  const int blocks = 12, threads = 96, n = blocks * threads;
  Random random(31);
  std::vector<int> x(n);
  for (auto &v : x) v = random.below(200) - 100;
  int *dx = deviceCopy(x);
  unsigned *dy = deviceEmpty<unsigned>(n * kinds);
  vote<<<blocks, threads>>>(dx, dy);
  CHECK_KERNEL();
  std::vector<unsigned> want(n * kinds);
  for (int i = 0; i < n; i++) {
    const int *w = &x[i / 32 * 32];
    int lane = i % 32, v = x[i];
    unsigned r[kinds] = {0, 0, 1, 0, 0, 0, 0, 0, 0, 0};
    bool equal = true;
    unsigned odd = 0, match8 = 0, half = 0, seven = 0;
    for (int k = 0; k < 32; k++) {
      unsigned bit = 1u << k;
      if (w[k] > 0) r[0] |= bit;
      if (w[k] > 95) r[1] = 1;
      if (w[k] <= -95) r[2] = 0;
      if (w[k] / 20 == v / 20) r[3] |= bit;
      if (w[k] / 150 != w[0] / 150) equal = false;
      if ((w[k] & 3) == (v & 3)) r[6] |= bit;
      if (k % 3 == 0 && (w[k] & 1)) odd |= bit;
      if (k % 3 == 0 && (w[k] & 7) == (v & 7)) match8++;
      if (k / 16 == lane / 16 && (w[k] & (lane < 16 ? 2 : 4))) half |= bit;
      if (k >= 16 && lane >= 16 && w[k] == 7) seven = 1;
    }
    r[4] = 0xfffffffeu;
    r[5] = equal ? 0xfffffffeu : 0;
    if (lane % 3 == 0) {
      r[7] = odd ^ 0x49249249u;
      r[8] = (unsigned)w[30] + match8;
    }
    r[9] = half + seven;
    for (int k = 0; k < kinds; k++) want[i * kinds + k] = r[k];
  }
  Verdict verdict;
  verdict.allSame("vote", hostCopy(dy, n * kinds), want);
  return verdict.finish();
}
