// Divergent control flow: nested ifs, loops whose trip counts differ by lane, break, continue, switch, goto out of two
// loops, early return, short-circuit conditions.
#include "check.h"

__host__ __device__ inline int walk(int i) {
  int r = 0;
  if (i % 2) {
    if (i % 3 == 0)
      r = 5;
    else if (i % 5 == 0)
      r = 7 + i;
    else
      r = -i;
  } else if (i % 7 < 3) {
    r = i * 3;
  }
  for (int k = 0; k < i % 37; k++) {
    if (k % 4 == 1) continue;
    r += k * i;
    if (r > 100000 || (k > 20 && r % 11 == 3)) break;
  }
  switch (i % 9) {
    case 0: r += 1000;  // falls through
    case 1: r ^= 0x55; break;
    case 2: r = r * 2 + 1; break;
    case 5:
      for (int k = r & 15; k != 0; k &= k - 1) r += k;
      break;
    case 8: return r - 12345;
    default: r -= 3;
  }
  for (int a = 0; a < 10; a++)
    for (int b = a; b < 10; b++)
      if ((a * b + i) % 53 == 17) {
        r += a * 100 + b;
        goto out;
      }
out:
  unsigned collatz = (unsigned)i * 7 + 1;
  int steps = 0;
  while (collatz != 1 && steps < 200) {
    collatz = collatz % 2 ? 3 * collatz + 1 : collatz / 2;
    steps++;
  }
  do {
    r += steps;
    steps -= 13;
  } while (steps > 0);
  return r;
}

__global__ void run(int *y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  y[i] = walk(i);
}

// Lanes leave a loop one after the other and meet again behind it.
__global__ void peel(unsigned *masks, int *rounds) {
  int lane = threadIdx.x, round = 0;
  unsigned left = 0xffffffffu;
  while (true) {
    unsigned leaving = __ballot_sync(left, lane == round || lane == 31 - round);
    if (leaving >> lane & 1) break;
    left &= ~leaving;
    round++;
  }
  rounds[lane] = round;
  __syncwarp();
  masks[lane] = __ballot_sync(0xffffffffu, round > 7);
}

int main() {
  const int n = 6000;
  std::vector<int> want(n), rounds(32);
  for (int i = 0; i < n; i++) want[i] = walk(i);
  int *dy = deviceEmpty<int>(n);
  run<<<(n + 191) / 192, 192>>>(dy, n);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allSame("walk", hostCopy(dy, n), want);

  unsigned *dmasks = deviceEmpty<unsigned>(32);
  peel<<<1, 32>>>(dmasks, dy);
  CHECK_KERNEL();
  for (int i = 0; i < 32; i++) rounds[i] = i < 16 ? i : 31 - i;
  verdict.allSame("rounds", hostCopy(dy, 32), rounds);
  verdict.allSame("masks", hostCopy(dmasks, 32), std::vector<unsigned>(32, 0x00ffff00u));
  return verdict.finish();
}
