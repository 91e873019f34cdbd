// Integers of 64, 32, 16 and 8 bits: products, high halves, division and remainder with their edge cases, shifts beyond
// the width, carries, conversions that wrap and saturate.
#include "check.h"

constexpr int kinds = 24;

__global__ void compute(const long long *x, const long long *y, long long *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  long long a = x[i], b = y[i], *o = out + (long long)i * kinds;
  unsigned long long ua = (unsigned long long)a, ub = (unsigned long long)b;
  int s = (int)a, t = (int)b;
  unsigned us = (unsigned)a, ut = (unsigned)b;
  o[0] = (long long)(ua * ub);
  o[1] = __mul64hi(a, b);
  o[2] = (long long)__umul64hi(ua, ub);
  o[3] = __mulhi(s, t);
  o[4] = __umulhi(us, ut);
  o[5] = a / b;
  o[6] = a % b;
  o[7] = (long long)(ua / ub);
  o[8] = (long long)(ua % ub);
  o[9] = s / (t | 1);
  o[10] = s % (t | 1);
  o[11] = us / (ut | 1);
  o[12] = us % (ut | 1);
  o[13] = (long long)s * t;
  o[14] = (long long)((unsigned long long)us * ut);
  unsigned shift = (unsigned)b & 127;
  // PTX shifts are not taken modulo the width: beyond it everything is shifted out.
  unsigned left32, right32;
  int signed32;
  unsigned long long left64;
  long long signed64;
  asm("shl.b32 %0, %1, %2;" : "=r"(left32) : "r"(us), "r"(shift));
  asm("shr.u32 %0, %1, %2;" : "=r"(right32) : "r"(us), "r"(shift));
  asm("shr.s32 %0, %1, %2;" : "=r"(signed32) : "r"(s), "r"(shift));
  asm("shl.b64 %0, %1, %2;" : "=l"(left64) : "l"(a), "r"(shift));
  asm("shr.s64 %0, %1, %2;" : "=l"(signed64) : "l"(a), "r"(shift));
  o[15] = (long long)(((unsigned long long)left32 << 32) | right32);
  o[16] = signed32;
  o[17] = (long long)left64;
  o[18] = signed64;
  // 128 bits from carries
  unsigned long long low, high;
  asm("add.cc.u64 %0, %2, %4;\n\taddc.u64 %1, %3, %5;" : "=l"(low), "=l"(high) : "l"(ua), "l"(ub), "l"(ub), "l"(ua));
  o[19] = (long long)(low ^ (high << 1));
  asm("sub.cc.u64 %0, %2, %4;\n\tsubc.u64 %1, %3, %5;" : "=l"(low), "=l"(high) : "l"(ua), "l"(ub), "l"(ub), "l"(ua));
  o[20] = (long long)(low ^ (high << 1));
  o[21] = (long long)(signed char)a * 1000000 + (short)b + (unsigned char)b + (long long)(unsigned short)a * 7;
  int saturated;
  short narrow;
  asm("add.sat.s32 %0, %1, %2;" : "=r"(saturated) : "r"(s), "r"(t));
  asm("cvt.sat.s16.s64 %0, %1;" : "=h"(narrow) : "l"(a));
  o[22] = (long long)saturated * 3 + narrow;
  o[23] = llabs(a >> 1) + max(a >> 2, b >> 2) - min(a >> 2, b >> 2);
}

static long long highSigned(long long a, long long b) { return (long long)(((__int128)a * b) >> 64); }

int main() {
  const int n = 2048;
  Random random(61);
  long long edges[] = {0, 1, -1, 2, -2, 7, -7, INT64_MAX, INT64_MIN, INT32_MAX, INT32_MIN, 0xffffffffll, 0x100000000ll, 1000000007, -1000000007, 65537};
  std::vector<long long> x(n), y(n), want((size_t)n * kinds);
  for (int i = 0; i < n; i++) {
    x[i] = (long long)((unsigned long long)random.next() << 32 | random.next()) >> random.below(60);
    y[i] = (long long)((unsigned long long)random.next() << 32 | random.next()) >> random.below(60);
    if (i < 256) x[i] = edges[i / 16], y[i] = edges[i % 16];
    if (y[i] == 0) y[i] = 12;
    if (x[i] == INT64_MIN && y[i] == -1) y[i] = -3;
    if ((int)x[i] == INT32_MIN && ((int)y[i] | 1) == -1) y[i] ^= 32;
    long long a = x[i], b = y[i], *o = &want[(size_t)i * kinds];
    unsigned long long ua = (unsigned long long)a, ub = (unsigned long long)b;
    int s = (int)a, t = (int)b;
    unsigned us = (unsigned)a, ut = (unsigned)b;
    o[0] = (long long)(ua * ub);
    o[1] = highSigned(a, b);
    o[2] = (long long)(((unsigned __int128)ua * ub) >> 64);
    o[3] = ((long long)s * t) >> 32;
    o[4] = (long long)(((unsigned long long)us * ut) >> 32);
    o[5] = a / b;
    o[6] = a % b;
    o[7] = (long long)(ua / ub);
    o[8] = (long long)(ua % ub);
    o[9] = s / (t | 1);
    o[10] = s % (t | 1);
    o[11] = us / (ut | 1);
    o[12] = us % (ut | 1);
    o[13] = (long long)s * t;
    o[14] = (long long)((unsigned long long)us * ut);
    unsigned shift = (unsigned)b & 127;
    unsigned left = shift > 31 ? 0 : us << shift, right = shift > 31 ? 0 : us >> shift;
    o[15] = (long long)(((unsigned long long)left << 32) | right);
    o[16] = s >> (shift > 31 ? 31 : shift);
    o[17] = shift > 63 ? 0 : (long long)(ua << shift);
    o[18] = a >> (shift > 63 ? 63 : shift);
    unsigned __int128 p = (unsigned __int128)ub << 64 | ua, q = (unsigned __int128)ua << 64 | ub, sum = p + q, rest = p - q;
    o[19] = (long long)((unsigned long long)sum ^ ((unsigned long long)(sum >> 64) << 1));
    o[20] = (long long)((unsigned long long)rest ^ ((unsigned long long)(rest >> 64) << 1));
    o[21] = (long long)(signed char)a * 1000000 + (short)b + (unsigned char)b + (long long)(unsigned short)a * 7;
    long long wide = (long long)s + t;
    wide = wide > INT32_MAX ? INT32_MAX : wide < INT32_MIN ? INT32_MIN : wide;
    o[22] = wide * 3 + (a > 32767 ? 32767 : a < -32768 ? -32768 : a);
    long long a2 = a >> 2, b2 = b >> 2;
    o[23] = ((a >> 1) < 0 ? -(a >> 1) : a >> 1) + (a2 > b2 ? a2 : b2) - (a2 < b2 ? a2 : b2);
  }
  long long *dx = deviceCopy(x), *dy = deviceCopy(y), *dout = deviceEmpty<long long>((size_t)n * kinds);
  compute<<<n / 128, 128>>>(dx, dy, dout, n);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allSame("integer", hostCopy(dout, (size_t)n * kinds), want);
  return verdict.finish();
}
