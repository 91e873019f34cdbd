// Cooperative groups: the block, tiles of 32, 16, 8 and 4, reductions and scans of tiles, coalesced threads, labelled parts.
#include "check.h"

#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>

namespace cg = cooperative_groups;

template <int N>
__device__ int tileSum(cg::thread_block_tile<N> tile, int v) {
  for (int d = tile.size() / 2; d > 0; d /= 2) v += tile.shfl_down(v, d);
  return tile.shfl(v, 0);
}

__global__ void tiles(const int *x, int *y) {
  cg::thread_block block = cg::this_thread_block();
  int i = block.group_index().x * block.size() + block.thread_rank(), v = x[i];
  auto warp = cg::tiled_partition<32>(block);
  auto sixteen = cg::tiled_partition<16>(block);
  auto eight = cg::tiled_partition<8>(warp);
  auto four = cg::tiled_partition<4>(block);
  int *o = y + i * 8;
  o[0] = tileSum<32>(warp, v);
  o[1] = tileSum<16>(sixteen, v);
  o[2] = cg::reduce(eight, v, cg::plus<int>());
  o[3] = cg::reduce(four, v, cg::greater<int>());
  o[4] = (int)eight.ballot(v > 0) * 2 + four.any(v > 50) + eight.meta_group_rank() * 10000;
  o[5] = sixteen.shfl_xor(v, 5) + (int)sixteen.thread_rank() * 1000;
  o[6] = 0;
  if (v % 3 == 0) {
    cg::coalesced_group active = cg::coalesced_threads();
    o[6] = (int)active.size() * 100 + (int)active.thread_rank();
    o[6] += active.shfl(v, 0) * 10000;
  }
  __shared__ int s[128];
  s[block.thread_rank()] = v;
  block.sync();
  o[7] = s[(block.thread_rank() + 1) % block.size()];
}

// One atomic per group of active threads.
__global__ void compact(const int *x, int n, int *out, int *count) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n || x[i] <= 0) return;
  cg::coalesced_group active = cg::coalesced_threads();
  int base = 0;
  if (active.thread_rank() == 0) base = atomicAdd(count, (int)active.size());
  out[active.shfl(base, 0) + active.thread_rank()] = x[i];
}

int main() {
  const int blocks = 10, threads = 128, n = blocks * threads;
  Random random(34);
  std::vector<int> x(n), want(n * 8);
  for (auto &v : x) v = random.below(200) - 100;
  for (int i = 0; i < n; i++) {
    int *o = &want[i * 8], v = x[i];
    for (int k = 0; k < 32; k++) o[0] += x[i / 32 * 32 + k];
    for (int k = 0; k < 16; k++) o[1] += x[i / 16 * 16 + k];
    unsigned ballot = 0;
    for (int k = 0; k < 8; k++) {
      o[2] += x[i / 8 * 8 + k];
      ballot |= (unsigned)(x[i / 8 * 8 + k] > 0) << k;
    }
    o[3] = INT32_MIN;
    bool any = false;
    for (int k = 0; k < 4; k++) {
      int u = x[i / 4 * 4 + k];
      o[3] = u > o[3] ? u : o[3];
      any |= u > 50;
    }
    o[4] = (int)ballot * 2 + any + i / 8 % 4 * 10000;
    o[5] = x[i / 16 * 16 + (i % 16 ^ 5)] + i % 16 * 1000;
    if (v % 3 == 0) {
      int size = 0, rank = 0, first = 0;
      for (int k = 31; k >= 0; k--) {
        int u = x[i / 32 * 32 + k];
        if (u % 3) continue;
        size++;
        if (k < i % 32) rank++;
        first = u;
      }
      o[6] = size * 100 + rank + first * 10000;
    }
    o[7] = x[i / threads * threads + (i % threads + 1) % threads];
  }
  int *dx = deviceCopy(x), *dy = deviceEmpty<int>(n * 8), *dcount = deviceZeros<int>(1), *dout = deviceZeros<int>(n);
  tiles<<<blocks, threads>>>(dx, dy);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allSame("tile", hostCopy(dy, n * 8), want);

  compact<<<blocks, threads>>>(dx, n - 9, dout, dcount);
  CHECK_KERNEL();
  std::vector<int> histogram(201, 0);
  int positive = 0;
  for (int i = 0; i < n - 9; i++)
    if (x[i] > 0) histogram[x[i]]++, positive++;
  verdict.same("count", 0, hostCopy(dcount, 1)[0], positive);
  for (int v : hostCopy(dout, positive)) histogram[v > 0 ? v : 200]--;
  verdict.allSame("left", histogram, std::vector<int>(201, 0));
  return verdict.finish();
}
