// Instructions on bits: popc, ffs, clz, brev, byte permutations, funnel shifts, bit fields, SIMD in a word, absolute
// differences; 32 and 64 bits.
#include "check.h"

constexpr int kinds = 22;

__global__ void bits(const unsigned *x, unsigned *y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  unsigned a = x[i], b = x[(i + 1) % n], c = x[(i + 2) % n];
  unsigned long long w = (unsigned long long)a << 32 | b;
  unsigned *o = y + i * kinds;
  o[0] = __popc(a) + 100 * __popcll(w);
  o[1] = __ffs(a) + 100 * __ffsll(w);
  o[2] = __clz(a) + 100 * __clzll(w);
  o[3] = __brev(a);
  o[4] = (unsigned)(__brevll(w) >> 13);
  o[5] = __byte_perm(a, b, 0x3641);
  o[6] = __byte_perm(a, b, c & 0x7777);
  o[7] = __funnelshift_l(a, b, c);
  o[8] = __funnelshift_r(a, b, c);
  o[9] = __funnelshift_lc(a, b, c % 40);
  o[10] = __funnelshift_rc(a, b, c % 40);
  o[11] = __sad((int)a, (int)b, c);
  o[12] = __usad(a, b, c);
  o[13] = __mul24((int)a, (int)b) ^ __umul24(a, c);
  o[14] = __vadd4(a, b) ^ __vmaxu4(a, c);
  o[15] = __uhadd(a, b) + (unsigned)__hadd((int)a, (int)c) + __urhadd(b, c);
  unsigned field, insert, logic, position;
  asm("bfe.u32 %0, %1, %2, %3;" : "=r"(field) : "r"(a), "r"(c & 31), "r"(b & 15));
  o[16] = field;
  asm("bfi.b32 %0, %1, %2, %3, %4;" : "=r"(insert) : "r"(a), "r"(b), "r"(c & 15), "r"((c >> 8) & 15));
  o[17] = insert;
  asm("lop3.b32 %0, %1, %2, %3, 0xb2;" : "=r"(logic) : "r"(a), "r"(b), "r"(c));
  o[18] = logic;
  asm("bfind.u32 %0, %1;" : "=r"(position) : "r"(a >> (c & 31)));
  o[19] = position;
  o[20] = abs((int)a) + (unsigned)max((int)a, (int)b) - (unsigned)min((int)b, (int)c) + max(a, c) + min(a, b);
  int signedField;
  asm("bfe.s32 %0, %1, %2, %3;" : "=r"(signedField) : "r"((int)a), "r"(c & 31), "r"(b & 15));
  o[21] = (unsigned)signedField;
}

static unsigned bytePermute(unsigned a, unsigned b, unsigned s) {
  unsigned char all[8], r[4];
  for (int k = 0; k < 4; k++) all[k] = a >> (8 * k), all[4 + k] = b >> (8 * k);
  unsigned result = 0;
  for (int k = 0; k < 4; k++) {
    r[k] = all[(s >> (4 * k)) & 7];
    result |= (unsigned)r[k] << (8 * k);
  }
  return result;
}

static unsigned bitField(unsigned a, int position, int length, bool isSigned) {
  unsigned sign = 0;
  if (isSigned && length > 0) sign = (a >> (position + length - 1 < 31 ? position + length - 1 : 31)) & 1;
  unsigned result = 0;
  for (int k = 0; k < 32; k++) {
    unsigned bit = k < length && position + k < 32 ? (a >> (position + k)) & 1 : sign;
    result |= bit << k;
  }
  return result;
}

int main() {
  const int n = 3001;
  Random random(32);
  std::vector<unsigned> x(n), want(n * kinds);
  for (auto &v : x) v = random.next() >> random.below(20);
  x[0] = 0, x[1] = 1, x[2] = ~0u, x[3] = 0x80000000u;
  for (int i = 0; i < n; i++) {
    unsigned a = x[i], b = x[(i + 1) % n], c = x[(i + 2) % n];
    unsigned long long w = (unsigned long long)a << 32 | b;
    unsigned *o = &want[i * kinds];
    int pop = 0, pop64 = 0, first = 0, first64 = 0, lead = 32, lead64 = 64;
    unsigned reversed = 0;
    unsigned long long reversed64 = 0;
    for (int k = 63; k >= 0; k--) {
      if (!(w >> k & 1)) continue;
      pop64++;
      first64 = k + 1;
      if (lead64 == 64) lead64 = 63 - k;
      reversed64 |= 1ull << (63 - k);
    }
    for (int k = 31; k >= 0; k--) {
      if (!(a >> k & 1)) continue;
      pop++;
      first = k + 1;
      if (lead == 32) lead = 31 - k;
      reversed |= 1u << (31 - k);
    }
    o[0] = pop + 100 * pop64;
    o[1] = first + 100 * first64;
    o[2] = lead + 100 * lead64;
    o[3] = reversed;
    o[4] = (unsigned)(reversed64 >> 13);
    o[5] = bytePermute(a, b, 0x3641);
    o[6] = bytePermute(a, b, c & 0x7777);
    unsigned long long hl = (unsigned long long)b << 32 | a;
    unsigned wrap = c & 31, clamp = c % 40 > 32 ? 32 : c % 40;
    o[7] = (unsigned)((hl << wrap) >> 32);
    o[8] = (unsigned)(hl >> wrap);
    o[9] = (unsigned)((hl << clamp) >> 32);
    o[10] = (unsigned)(hl >> clamp);
    long long difference = (long long)(int)a - (int)b;
    o[11] = (unsigned)(difference < 0 ? -difference : difference) + c;
    o[12] = (a > b ? a - b : b - a) + c;
    int a24 = (int)(a << 8) >> 8, b24 = (int)(b << 8) >> 8;
    o[13] = (unsigned)((long long)a24 * b24) ^ (unsigned)((unsigned long long)(a & 0xffffff) * (c & 0xffffff));
    unsigned sums = 0, maxima = 0;
    for (int k = 0; k < 32; k += 8) {
      unsigned ab = (a >> k) & 255, bb = (b >> k) & 255, cb = (c >> k) & 255;
      sums |= ((ab + bb) & 255) << k;
      maxima |= (ab > cb ? ab : cb) << k;
    }
    o[14] = sums ^ maxima;
    o[15] = (unsigned)(((unsigned long long)a + b) >> 1) + (unsigned)(((long long)(int)a + (int)c) >> 1) +
            (unsigned)(((unsigned long long)b + c + 1) >> 1);
    o[16] = bitField(a, c & 31, b & 15, false);
    unsigned length = (c >> 8) & 15, position = c & 15, mask = ((1u << length) - 1) << position;
    o[17] = (b & ~mask) | ((a << position) & mask);
    unsigned logic = 0;
    for (int k = 0; k < 32; k++) {
      int at = ((a >> k) & 1) * 4 + ((b >> k) & 1) * 2 + ((c >> k) & 1);
      logic |= (unsigned)((0xb2 >> at) & 1) << k;
    }
    o[18] = logic;
    unsigned shifted = a >> (c & 31);
    o[19] = ~0u;
    for (int k = 0; k < 32; k++)
      if (shifted >> k & 1) o[19] = k;
    int sa = (int)a, sb = (int)b, sc = (int)c;
    o[20] = (sa < 0 ? 0u - a : a) + (unsigned)(sa > sb ? sa : sb) - (unsigned)(sb < sc ? sb : sc) + (a > c ? a : c) + (a < b ? a : b);
    o[21] = bitField(a, c & 31, b & 15, true);
  }
  unsigned *dx = deviceCopy(x), *dy = deviceEmpty<unsigned>(n * kinds);
  bits<<<(n + 95) / 96, 96>>>(dx, dy, n);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allSame("bits", hostCopy(dy, n * kinds), want);
  return verdict.finish();
}
