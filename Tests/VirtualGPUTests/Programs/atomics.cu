// Every atomic: add (int, unsigned, 64-bit, float, double), sub, exch, inc, dec, min, max, and, or, xor, CAS, and a
// float maximum made from CAS; in global and in shared memory.
#include "check.h"

#include <cfloat>

__device__ float atomicMaxFloat(float *address, float value) {
  int *bits = reinterpret_cast<int *>(address);
  int old = atomicAdd(bits, 0), assumed;
  do {
    assumed = old;
    if (__int_as_float(assumed) >= value) break;
    old = atomicCAS(bits, assumed, __float_as_int(value));
  } while (old != assumed);
  return __int_as_float(old);
}

struct Results {
  int add, sub, low, high;
  unsigned bitsAnd, bitsOr, bitsXor, inc, dec, ulow, uhigh;
  unsigned long long add64, max64, cas64, and64;
  long long low64;
  float addFloat, maxFloat;
  double addDouble;
  int tickets;
};

__global__ void global(const int *x, const float *f, int n, Results *r, int *seen) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  int v = x[i];
  atomicAdd(&r->add, v);
  atomicSub(&r->sub, v);
  atomicMin(&r->low, v);
  atomicMax(&r->high, v);
  atomicMin(&r->ulow, (unsigned)v);
  atomicMax(&r->uhigh, (unsigned)v);
  atomicAnd(&r->bitsAnd, (unsigned)v | 0x80000001u);
  atomicOr(&r->bitsOr, (unsigned)v & 0x00ffff00u);
  atomicXor(&r->bitsXor, (unsigned)v);
  atomicInc(&r->inc, 16);  // 0…16, then 0 again
  atomicDec(&r->dec, 9);   // 9…0, then 9 again
  atomicAdd(&r->add64, (unsigned long long)(long long)v << 20);
  atomicMax(&r->max64, (unsigned long long)(unsigned)v << 13);
  atomicMin(&r->low64, (long long)v * 1000003);
  atomicAnd(&r->and64, ~(1ull << (i % 40)));
  atomicAdd(&r->addFloat, (float)(v % 8));
  atomicAdd(&r->addDouble, v * 0.25);
  atomicMaxFloat(&r->maxFloat, f[i]);
  unsigned long long old = atomicAdd(&r->cas64, 0ull), expected;
  do {
    expected = old;
    old = atomicCAS(&r->cas64, expected, expected + 3);
  } while (old != expected);
  int ticket = atomicAdd(&r->tickets, 1);
  atomicExch(&seen[ticket], 1);  // every ticket is drawn once
}

__global__ void inShared(const int *x, int *out) {
  __shared__ int add, low, high;
  __shared__ unsigned inc, bits;
  __shared__ float f;
  __shared__ unsigned long long wide;
  if (threadIdx.x == 0) {
    add = 0, low = INT32_MAX, high = INT32_MIN, inc = 0, bits = 0, f = 0, wide = 0;
  }
  __syncthreads();
  int v = x[blockIdx.x * blockDim.x + threadIdx.x];
  atomicAdd(&add, v);
  atomicMin(&low, v);
  atomicMax(&high, v);
  atomicInc(&inc, 1000);
  atomicOr(&bits, 1u << (v & 31));
  atomicAdd(&f, (float)(v & 3));
  atomicAdd(&wide, (unsigned long long)(unsigned)v);
  __syncthreads();
  if (threadIdx.x == 0) {
    int *o = out + blockIdx.x * 8;
    o[0] = add, o[1] = low, o[2] = high, o[3] = (int)inc, o[4] = (int)bits, o[5] = (int)f, o[6] = (int)(wide >> 32),
    o[7] = (int)wide;
  }
}

// The old values: one thread at a time, so they are known.
__global__ void oldValues(int *cell, int *out) {
  if (threadIdx.x != 0) return;
  out[0] = atomicExch(cell, 5);
  out[1] = atomicAdd(cell, 7);
  out[2] = atomicCAS(cell, 12, 40);
  out[3] = atomicCAS(cell, 12, 50);
  out[4] = atomicMin(cell, -3);
  out[5] = atomicMax(cell, 100);
  out[6] = (int)atomicInc((unsigned *)cell, 100);
  out[7] = (int)atomicDec((unsigned *)cell, 6);
  out[8] = atomicXor(cell, 0xf);
  out[9] = *cell;
}

int main() {
  const int n = 3000;
  Random random(9);
  std::vector<int> x(n);
  std::vector<float> f(n);
  for (int i = 0; i < n; i++) {
    x[i] = (int)random.next() >> 4;
    f[i] = random.uniform() * 1000;
  }
  Results want = {};
  want.low = INT32_MAX, want.high = INT32_MIN, want.bitsAnd = ~0u, want.ulow = ~0u, want.and64 = ~0ull;
  want.low64 = INT64_MAX, want.maxFloat = -FLT_MAX;
  Results *dr = deviceCopy(std::vector<Results>(1, want));
  for (int i = 0; i < n; i++) {
    int v = x[i];
    want.add += v;
    want.sub -= v;
    want.low = v < want.low ? v : want.low;
    want.high = v > want.high ? v : want.high;
    want.ulow = (unsigned)v < want.ulow ? (unsigned)v : want.ulow;
    want.uhigh = (unsigned)v > want.uhigh ? (unsigned)v : want.uhigh;
    want.bitsAnd &= (unsigned)v | 0x80000001u;
    want.bitsOr |= (unsigned)v & 0x00ffff00u;
    want.bitsXor ^= (unsigned)v;
    want.inc = want.inc >= 16 ? 0 : want.inc + 1;
    want.dec = want.dec == 0 || want.dec > 9 ? 9 : want.dec - 1;
    want.add64 += (unsigned long long)(long long)v << 20;
    unsigned long long wide = (unsigned long long)(unsigned)v << 13;
    want.max64 = wide > want.max64 ? wide : want.max64;
    long long signedWide = (long long)v * 1000003;
    want.low64 = signedWide < want.low64 ? signedWide : want.low64;
    want.and64 &= ~(1ull << (i % 40));
    want.addFloat += (float)(v % 8);
    want.addDouble += v * 0.25;
    want.maxFloat = f[i] > want.maxFloat ? f[i] : want.maxFloat;
    want.cas64 += 3;
    want.tickets++;
  }
  int *dx = deviceCopy(x), *dseen = deviceZeros<int>(n);
  float *df = deviceCopy(f);
  global<<<(n + 95) / 96, 96>>>(dx, df, n, dr, dseen);
  CHECK_KERNEL();
  Results r = hostCopy(dr, 1)[0];
  Verdict verdict;
  verdict.same("add", 0, r.add, want.add);
  verdict.same("sub", 0, r.sub, want.sub);
  verdict.same("min", 0, r.low, want.low);
  verdict.same("max", 0, r.high, want.high);
  verdict.same("unsigned min", 0, r.ulow, want.ulow);
  verdict.same("unsigned max", 0, r.uhigh, want.uhigh);
  verdict.same("and", 0, r.bitsAnd, want.bitsAnd);
  verdict.same("or", 0, r.bitsOr, want.bitsOr);
  verdict.same("xor", 0, r.bitsXor, want.bitsXor);
  verdict.same("inc", 0, r.inc, want.inc);
  verdict.same("dec", 0, r.dec, want.dec);
  verdict.same("add64", 0, (long long)r.add64, (long long)want.add64);
  verdict.same("max64", 0, (long long)r.max64, (long long)want.max64);
  verdict.same("min64", 0, r.low64, want.low64);
  verdict.same("and64", 0, (long long)r.and64, (long long)want.and64);
  verdict.same("cas64", 0, (long long)r.cas64, (long long)want.cas64);
  verdict.same("tickets", 0, r.tickets, n);
  verdict.near("add float", 0, r.addFloat, want.addFloat, 0);
  verdict.near("add double", 0, r.addDouble, want.addDouble, 0);
  verdict.near("max float", 0, r.maxFloat, want.maxFloat, 0);
  verdict.allSame("ticket drawn", hostCopy(dseen, n), std::vector<int>(n, 1));

  const int blocks = 20, threads = 150;
  int *dout = deviceEmpty<int>(blocks * 8);
  inShared<<<blocks, threads>>>(dx, dout);
  CHECK_KERNEL();
  std::vector<int> expected;
  for (int b = 0; b < blocks; b++) {
    int add = 0, low = INT32_MAX, high = INT32_MIN, sum = 0;
    unsigned bits = 0;
    unsigned long long wide = 0;
    for (int i = b * threads; i < (b + 1) * threads; i++) {
      add += x[i];
      low = x[i] < low ? x[i] : low;
      high = x[i] > high ? x[i] : high;
      bits |= 1u << (x[i] & 31);
      sum += x[i] & 3;
      wide += (unsigned)x[i];
    }
    int row[] = {add, low, high, threads, (int)bits, sum, (int)(wide >> 32), (int)wide};
    expected.insert(expected.end(), row, row + 8);
  }
  verdict.allSame("shared", hostCopy(dout, blocks * 8), expected);

  int *dcell = deviceCopy(std::vector<int>(1, 77));
  oldValues<<<1, 32>>>(dcell, dout);
  CHECK_KERNEL();
  // 77→5→12→40→40→-3→100→0 (inc at its bound wraps)→6 (dec of 0 wraps)→6^15=9
  verdict.allSame("old", hostCopy(dout, 10), std::vector<int>{77, 5, 12, 40, 40, -3, 100, 0, 6, 9});
  return verdict.finish();
}
