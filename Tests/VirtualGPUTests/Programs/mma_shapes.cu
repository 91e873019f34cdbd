// mma in its other shapes and formats, by inline PTX: double, accumulators of half, tf32 with bits that do not count, bytes
// with and without signs and saturated, four bits, single bits, floating point of eight bits, Volta's form; infinities, what
// is no number, subnormals. The fragments are filled and read element by element as the PTX manual's formulas say.
#include "check.h"

#include <cuda_fp16.h>
#include <cuda_fp8.h>

#include <cstring>

__device__ int group() { return threadIdx.x / 4; }
__device__ int inGroup() { return threadIdx.x % 4; }

// Where element i of a lane lies, for elements of `per` to a register of A (two and more) and the manual's formulas.
__device__ int rowA(int i, int per) { return i / per % 2 == 0 ? group() : group() + 8; }
__device__ int columnA(int i, int per) { return inGroup() * per + i % per + i / (2 * per) * 4 * per; }
__device__ int rowB(int i, int per) { return inGroup() * per + i % per + i / per * 4 * per; }
__device__ int rowC(int i) { return i < 2 ? group() : group() + 8; }
__device__ int columnC(int i) { return inGroup() * 2 + i % 2; }

__global__ void doubles(const double *a, const double *b, const double *c, double *d, int k) {
  double fa[8], fb[4], r[4];
  for (int i = 0; i < k / 2; i++) fa[i] = a[(i % 2 ? group() + 8 : group()) * k + i / 2 * 4 + inGroup()];
  for (int i = 0; i < k / 4; i++) fb[i] = b[(i * 4 + inGroup()) * 8 + group()];
  for (int i = 0; i < 4; i++) r[i] = c[rowC(i) * 8 + columnC(i)];
  if (k == 4)
    asm volatile("mma.sync.aligned.m16n8k4.row.col.f64.f64.f64.f64 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
                 : "+d"(r[0]), "+d"(r[1]), "+d"(r[2]), "+d"(r[3]) : "d"(fa[0]), "d"(fa[1]), "d"(fb[0]));
  else if (k == 8)
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f64.f64.f64.f64 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                 : "+d"(r[0]), "+d"(r[1]), "+d"(r[2]), "+d"(r[3])
                 : "d"(fa[0]), "d"(fa[1]), "d"(fa[2]), "d"(fa[3]), "d"(fb[0]), "d"(fb[1]));
  else
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f64.f64.f64.f64 {%0,%1,%2,%3}, {%4,%5,%6,%7,%8,%9,%10,%11}, {%12,%13,%14,%15}, "
        "{%0,%1,%2,%3};"
        : "+d"(r[0]), "+d"(r[1]), "+d"(r[2]), "+d"(r[3])
        : "d"(fa[0]), "d"(fa[1]), "d"(fa[2]), "d"(fa[3]), "d"(fa[4]), "d"(fa[5]), "d"(fa[6]), "d"(fa[7]), "d"(fb[0]),
          "d"(fb[1]), "d"(fb[2]), "d"(fb[3]));
  for (int i = 0; i < 4; i++) d[rowC(i) * 8 + columnC(i)] = r[i];
}

// The first eight rows only.
__global__ void doubles8(const double *a, const double *b, const double *c, double *d) {
  double r[2] = {c[group() * 8 + columnC(0)], c[group() * 8 + columnC(1)]};
  asm volatile("mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%0,%1}, {%2}, {%3}, {%0,%1};"
               : "+d"(r[0]), "+d"(r[1]) : "d"(a[group() * 4 + inGroup()]), "d"(b[inGroup() * 8 + group()]));
  d[group() * 8 + columnC(0)] = r[0];
  d[group() * 8 + columnC(1)] = r[1];
}

template <int k, bool isFloat>
__global__ void halves(const half *a, const half *b, const float *c, float *d) {
  unsigned fa[4], fb[2], h[2];
  float r[4];
  half *ha = (half *)fa, *hb = (half *)fb, *hc = (half *)h;
  for (int i = 0; i < k / 2; i++) ha[i] = a[rowA(i, 2) * k + columnA(i, 2)];
  for (int i = 0; i < k / 4; i++) hb[i] = b[rowB(i, 2) * 8 + group()];
  for (int i = 0; i < 4; i++) hc[i] = __float2half(r[i] = c[rowC(i) * 8 + columnC(i)]);
  if (isFloat && k == 8)
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
                 : "+f"(r[0]), "+f"(r[1]), "+f"(r[2]), "+f"(r[3]) : "r"(fa[0]), "r"(fa[1]), "r"(fb[0]));
  else if (isFloat)
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                 : "+f"(r[0]), "+f"(r[1]), "+f"(r[2]), "+f"(r[3])
                 : "r"(fa[0]), "r"(fa[1]), "r"(fa[2]), "r"(fa[3]), "r"(fb[0]), "r"(fb[1]));
  else if (k == 8)
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f16.f16.f16.f16 {%0,%1}, {%2,%3}, {%4}, {%0,%1};"
                 : "+r"(h[0]), "+r"(h[1]) : "r"(fa[0]), "r"(fa[1]), "r"(fb[0]));
  else
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f16.f16.f16.f16 {%0,%1}, {%2,%3,%4,%5}, {%6,%7}, {%0,%1};"
                 : "+r"(h[0]), "+r"(h[1]) : "r"(fa[0]), "r"(fa[1]), "r"(fa[2]), "r"(fa[3]), "r"(fb[0]), "r"(fb[1]));
  for (int i = 0; i < 4; i++) d[rowC(i) * 8 + columnC(i)] = isFloat ? r[i] : __half2float(hc[i]);
}

// tf32: the lower 13 bits of the factors are set, and do not count.
template <int k>
__global__ void tf32(const float *a, const float *b, const float *c, float *d) {
  unsigned fa[4], fb[2];
  float r[4];
  for (int i = 0; i < k / 2; i++) fa[i] = __float_as_uint(a[(i % 2 ? group() + 8 : group()) * k + i / 2 * 4 + inGroup()]) | 0x1fff;
  for (int i = 0; i < k / 4; i++) fb[i] = __float_as_uint(b[(i * 4 + inGroup()) * 8 + group()]) | 0x1fff;
  for (int i = 0; i < 4; i++) r[i] = c[rowC(i) * 8 + columnC(i)];
  if (k == 4)
    asm volatile("mma.sync.aligned.m16n8k4.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
                 : "+f"(r[0]), "+f"(r[1]), "+f"(r[2]), "+f"(r[3]) : "r"(fa[0]), "r"(fa[1]), "r"(fb[0]));
  else
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                 : "+f"(r[0]), "+f"(r[1]), "+f"(r[2]), "+f"(r[3])
                 : "r"(fa[0]), "r"(fa[1]), "r"(fa[2]), "r"(fa[3]), "r"(fb[0]), "r"(fb[1]));
  for (int i = 0; i < 4; i++) d[rowC(i) * 8 + columnC(i)] = r[i];
}

// A register of factors that are packed along k is four bytes of a row of A, or of a column of B (`bt`, column after
// column); `bytes` is how many a row has.
#define PACKED_16_32(type)                                                                               \
  asm volatile("mma.sync.aligned." type " {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"                      \
               : "+r"(r[0]), "+r"(r[1]), "+r"(r[2]), "+r"(r[3])                                                       \
               : "r"(fa[0]), "r"(fa[1]), "r"(fa[2]), "r"(fa[3]), "r"(fb[0]), "r"(fb[1]))
#define PACKED_16_16(type)                                                                                      \
  asm volatile("mma.sync.aligned." type " {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"                                 \
               : "+r"(r[0]), "+r"(r[1]), "+r"(r[2]), "+r"(r[3]) : "r"(fa[0]), "r"(fa[1]), "r"(fb[0]))
#define PACKED_8_16(type)                                                                                       \
  asm volatile("mma.sync.aligned." type " {%0,%1}, {%2}, {%3}, {%0,%1};" : "+r"(r[0]), "+r"(r[1]) : "r"(fa[0]), "r"(fb[0]))

enum Form { s8s8_32, u8s8_32, s8u8_16, u8u8_16, s8s8_8, saturated, s4s4_64, u4s4_32, u4u4_8, and256, xor128, xor8 };

template <Form form>
__global__ void packed(const unsigned *a, const unsigned *bt, const int *c, int *d) {
  constexpr bool isLong = form == s8s8_32 || form == u8s8_32 || form == saturated || form == s4s4_64 || form == and256;
  constexpr bool isShort = form == s8s8_8 || form == u4u4_8 || form == xor8;
  constexpr int words = isLong ? 8 : 4;  // of a row
  unsigned fa[4], fb[2];
  int r[4];
  for (int i = 0; i < 4; i++) fa[i] = 0;
  for (int i = 0; i < (isLong ? 4 : isShort ? 1 : 2); i++) fa[i] = a[(group() + i % 2 * 8) * words + inGroup() + i / 2 * 4];
  fb[1] = 0;
  for (int i = 0; i < (isLong ? 2 : 1); i++) fb[i] = bt[group() * words + inGroup() + i * 4];
  for (int i = 0; i < (isShort ? 2 : 4); i++) r[i] = c[rowC(i) * 8 + columnC(i)];
  if (form == s8s8_32) PACKED_16_32("m16n8k32.row.col.s32.s8.s8.s32");
  if (form == u8s8_32) PACKED_16_32("m16n8k32.row.col.s32.u8.s8.s32");
  if (form == saturated) PACKED_16_32("m16n8k32.row.col.satfinite.s32.s8.s8.s32");
  if (form == s8u8_16) PACKED_16_16("m16n8k16.row.col.s32.s8.u8.s32");
  if (form == u8u8_16) PACKED_16_16("m16n8k16.row.col.s32.u8.u8.s32");
  if (form == s8s8_8) PACKED_8_16("m8n8k16.row.col.s32.s8.s8.s32");
  if (form == s4s4_64) PACKED_16_32("m16n8k64.row.col.s32.s4.s4.s32");
  if (form == u4s4_32) PACKED_16_16("m16n8k32.row.col.s32.u4.s4.s32");
  if (form == u4u4_8) PACKED_8_16("m8n8k32.row.col.s32.u4.u4.s32");
  if (form == and256) PACKED_16_32("m16n8k256.row.col.s32.b1.b1.s32.and.popc");
  if (form == xor128) PACKED_16_16("m16n8k128.row.col.s32.b1.b1.s32.xor.popc");
  if (form == xor8) PACKED_8_16("m8n8k128.row.col.s32.b1.b1.s32.xor.popc");
  for (int i = 0; i < (isShort ? 2 : 4); i++) d[rowC(i) * 8 + columnC(i)] = r[i];
}

template <bool isE4m3>
__global__ void eights(const unsigned *a, const unsigned *bt, const float *c, float *d) {
  unsigned fa[4], fb[2];
  float r[4];
  for (int i = 0; i < 4; i++) fa[i] = a[(group() + i % 2 * 8) * 8 + inGroup() + i / 2 * 4];
  for (int i = 0; i < 2; i++) fb[i] = bt[group() * 8 + inGroup() + i * 4];
  for (int i = 0; i < 4; i++) r[i] = c[rowC(i) * 8 + columnC(i)];
  if (isE4m3)
    asm volatile("mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e5m2.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                 : "+f"(r[0]), "+f"(r[1]), "+f"(r[2]), "+f"(r[3])
                 : "r"(fa[0]), "r"(fa[1]), "r"(fa[2]), "r"(fa[3]), "r"(fb[0]), "r"(fb[1]));
  else
    asm volatile("mma.sync.aligned.m16n8k32.row.col.f32.e5m2.e4m3.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                 : "+f"(r[0]), "+f"(r[1]), "+f"(r[2]), "+f"(r[3])
                 : "r"(fa[0]), "r"(fa[1]), "r"(fa[2]), "r"(fa[3]), "r"(fb[0]), "r"(fb[1]));
  for (int i = 0; i < 4; i++) d[rowC(i) * 8 + columnC(i)] = r[i];
}

#define VOLTA_F32(layouts)                                                                                            \
  asm volatile("mma.sync.aligned.m8n8k4." layouts ".f32.f16.f16.f32 {%0,%1,%2,%3,%4,%5,%6,%7}, {%8,%9}, {%10,%11}, "   \
               "{%0,%1,%2,%3,%4,%5,%6,%7};"                                                                           \
               : "+f"(r[0]), "+f"(r[1]), "+f"(r[2]), "+f"(r[3]), "+f"(r[4]), "+f"(r[5]), "+f"(r[6]), "+f"(r[7])        \
               : "r"(fa[0]), "r"(fa[1]), "r"(fb[0]), "r"(fb[1]))

// Four products at once: the matrices one after another.
template <bool isColumnA, bool isColumnB, bool isFloat>
__global__ void volta(const half *a, const half *b, const float *c, float *d) {
  int lane = threadIdx.x, q = lane % 16 / 4, t = lane % 4, high = lane / 16 * 4;
  unsigned fa[2], fb[2], h[4];
  half *ha = (half *)fa, *hb = (half *)fb, *hc = (half *)h;
  float r[8];
  for (int i = 0; i < 4; i++) {
    ha[i] = isColumnA ? a[q * 32 + (i + high) * 4 + t] : a[q * 32 + (t + high) * 4 + i];
    hb[i] = isColumnB ? b[q * 32 + i * 8 + t + high] : b[q * 32 + t * 8 + i + high];
  }
  for (int i = 0; i < 8; i++) {
    r[i] = c[q * 64 + ((lane & 1) + (i & 2) + high) * 8 + (i & 4) + (lane & 2) + (i & 1)];
    hc[i] = __float2half(c[q * 64 + (t + high) * 8 + i]);
  }
  if (!isFloat)
    asm volatile("mma.sync.aligned.m8n8k4.row.col.f16.f16.f16.f16 {%0,%1,%2,%3}, {%4,%5}, {%6,%7}, {%0,%1,%2,%3};"
                 : "+r"(h[0]), "+r"(h[1]), "+r"(h[2]), "+r"(h[3]) : "r"(fa[0]), "r"(fa[1]), "r"(fb[0]), "r"(fb[1]));
  else if (isColumnA && isColumnB) VOLTA_F32("col.col");
  else if (isColumnA) VOLTA_F32("col.row");
  else if (isColumnB) VOLTA_F32("row.col");
  else VOLTA_F32("row.row");
  for (int i = 0; i < 8; i++) {
    if (isFloat) d[q * 64 + ((lane & 1) + (i & 2) + high) * 8 + (i & 4) + (lane & 2) + (i & 1)] = r[i];
    else d[q * 64 + (t + high) * 8 + i] = __half2float(hc[i]);
  }
}

static Random random_(73);
static Verdict verdict;

template <class T>
std::vector<double> product(const std::vector<T> &a, const std::vector<T> &b, const std::vector<T> &c, int m, int k) {
  std::vector<double> d(m * 8);
  for (int i = 0; i < m; i++)
    for (int j = 0; j < 8; j++) {
      double sum = (double)c[i * 8 + j];
      for (int l = 0; l < k; l++) sum = std::fma((double)a[i * k + l], (double)b[l * 8 + j], sum);
      d[i * 8 + j] = sum;
    }
  return d;
}

static std::vector<float> small(int count, int range) {
  std::vector<float> v(count);
  for (auto &x : v) x = (float)(random_.below(2 * range + 1) - range);
  return v;
}
static std::vector<half> inHalf(const std::vector<float> &v) {
  std::vector<half> h(v.size());
  for (size_t i = 0; i < v.size(); i++) h[i] = __float2half(v[i]);
  return h;
}

// Element e of a row of `bits` wide elements.
static int element(const std::vector<unsigned> &words, int row, int perRow, int e, int bits, bool isSigned) {
  unsigned field = words[row * perRow + e * bits / 32] >> (e * bits % 32);
  int shift = 32 - bits;
  return isSigned ? (int)(field << shift) >> shift : (int)(field << shift >> shift);
}

template <Form form>
void checkPacked(const char *what, int m, int k, int bits, bool isSignedA, bool isSignedB) {
  const int words = k * bits / 32;
  std::vector<unsigned> a(m * words), b(8 * words);
  std::vector<int> c(m * 8), want(m * 8);
  for (auto &v : a) v = random_.next() ^ random_.next() << 16;
  for (auto &v : b) v = random_.next() ^ random_.next() << 16;
  // Without saturation sums go round.
  for (auto &v : c) v = random_.below(2) ? INT32_MAX - random_.below(3000) : INT32_MIN + random_.below(3000);
  for (int i = 0; i < m; i++)
    for (int j = 0; j < 8; j++) {
      long long sum = c[i * 8 + j];
      for (int l = 0; l < k; l++) {
        int x = element(a, i, words, l, bits, isSignedA), y = element(b, j, words, l, bits, isSignedB);
        sum += form == xor128 || form == xor8 ? x ^ y : x * y;
      }
      if (form == saturated) sum = sum > INT32_MAX ? INT32_MAX : sum < INT32_MIN ? INT32_MIN : sum;
      want[i * 8 + j] = (int)(unsigned)sum;
    }
  int *d = deviceEmpty<int>(m * 8);
  packed<form><<<1, 32>>>(deviceCopy(a), deviceCopy(b), deviceCopy(c), d);
  CHECK_KERNEL();
  verdict.allSame(what, hostCopy(d, m * 8), want);
}

template <int k, bool isFloat>
void checkHalves(const char *what) {
  std::vector<float> a = small(16 * k, isFloat ? 40 : 6), b = small(k * 8, isFloat ? 40 : 6), c = small(128, 100);
  float *d = deviceEmpty<float>(128);
  halves<k, isFloat><<<1, 32>>>(deviceCopy(inHalf(a)), deviceCopy(inHalf(b)), deviceCopy(c), d);
  CHECK_KERNEL();
  verdict.allNear(what, hostCopy(d, 128), product(a, b, c, 16, k), 0);
}

template <int k>
void checkTf32(const char *what) {
  std::vector<float> a = small(16 * k, 500), b = small(k * 8, 500), c = small(128, 100);
  for (auto *v : {&a, &b})
    for (auto &x : *v) x = x == 0 ? 1 : x;  // zero with the lower bits set is not zero
  float *d = deviceEmpty<float>(128);
  tf32<k><<<1, 32>>>(deviceCopy(a), deviceCopy(b), deviceCopy(c), d);
  CHECK_KERNEL();
  verdict.allNear(what, hostCopy(d, 128), product(a, b, c, 16, k), 0);
}

template <bool isColumnA, bool isColumnB, bool isFloat>
void checkVolta(const char *what) {
  std::vector<float> a = small(128, 10), b = small(128, 10), c = small(256, 100);
  float *d = deviceEmpty<float>(256);
  volta<isColumnA, isColumnB, isFloat><<<1, 32>>>(deviceCopy(inHalf(a)), deviceCopy(inHalf(b)), deviceCopy(c), d);
  CHECK_KERNEL();
  std::vector<double> want;
  for (int q = 0; q < 4; q++) {
    auto part = [q](const std::vector<float> &v, int size) {
      return std::vector<float>(v.begin() + q * size, v.begin() + (q + 1) * size);
    };
    std::vector<double> one = product(part(a, 32), part(b, 32), part(c, 64), 8, 4);
    want.insert(want.end(), one.begin(), one.end());
  }
  verdict.allNear(what, hostCopy(d, 256), want, 0);
}

static float decode(unsigned char code, __nv_fp8_interpretation_t kind) {
  __half_raw raw = __nv_cvt_fp8_to_halfraw(code, kind);
  return __half2float(half(raw));
}

// Every finite number of eight bits, one to a row of A; each column of B takes one of them.
template <bool isE4m3>
void checkEights(const char *what) {
  const auto kindA = isE4m3 ? __NV_E4M3 : __NV_E5M2;
  const unsigned char one = isE4m3 ? 0x3c : 0x38;  // of B's format
  const std::vector<float> zero(128, 0.0f);
  for (int part = 0; part < 2; part++)
    for (int first = 0; first < 32; first += 8) {
      std::vector<unsigned char> a(16 * 32), b(8 * 32, 0);
      std::vector<double> want(128);
      for (int i = 0; i < 512; i++) {
        const unsigned char code = (unsigned char)(i + part * 128);
        const bool isFinite = isE4m3 ? (code & 0x7f) != 0x7f : (code & 0x7c) != 0x7c;
        a[i] = isFinite ? code : 0;
      }
      for (int j = 0; j < 8; j++) b[j * 32 + first + j] = one;
      for (int i = 0; i < 16; i++)
        for (int j = 0; j < 8; j++) want[i * 8 + j] = decode(a[i * 32 + first + j], kindA);
      std::vector<unsigned> aw(128), bw(64);
      memcpy(aw.data(), a.data(), 512), memcpy(bw.data(), b.data(), 256);
      float *d = deviceEmpty<float>(128);
      eights<isE4m3><<<1, 32>>>(deviceCopy(aw), deviceCopy(bw), deviceCopy(zero), d);
      CHECK_KERNEL();
      verdict.allNear(what, hostCopy(d, 128), want, 0);
    }
}

int main() {
  std::vector<double> a(16 * 16), b(16 * 8), c(16 * 8);
  for (auto *v : {&a, &b, &c})
    for (auto &x : *v) x = random_.uniform() + random_.uniform() * 1e-8;
  double *da = deviceCopy(a), *db = deviceCopy(b), *dc = deviceCopy(c), *dd = deviceEmpty<double>(128);
  for (int k = 4; k <= 16; k *= 2) {
    doubles<<<1, 32>>>(da, db, dc, dd, k);
    CHECK_KERNEL();
    verdict.allNear("f64", hostCopy(dd, 128), product(a, b, c, 16, k), 1e-14);
  }
  doubles8<<<1, 32>>>(da, db, dc, dd);
  CHECK_KERNEL();
  verdict.allNear("f64 m8n8k4", hostCopy(dd, 64), product(a, b, c, 8, 4), 1e-14);

  checkHalves<8, true>("f16 k8");
  checkHalves<16, true>("f16 k16");
  checkHalves<8, false>("f16 into f16 k8");
  checkHalves<16, false>("f16 into f16 k16");
  checkTf32<4>("tf32 k4");
  checkTf32<8>("tf32 k8");
  checkPacked<s8s8_32>("s8", 16, 32, 8, true, true);
  checkPacked<u8s8_32>("u8 s8", 16, 32, 8, false, true);
  checkPacked<saturated>("s8 saturated", 16, 32, 8, true, true);
  checkPacked<s8u8_16>("s8 u8", 16, 16, 8, true, false);
  checkPacked<u8u8_16>("u8", 16, 16, 8, false, false);
  checkPacked<s8s8_8>("s8 m8", 8, 16, 8, true, true);
  checkPacked<s4s4_64>("s4", 16, 64, 4, true, true);
  checkPacked<u4s4_32>("u4 s4", 16, 32, 4, false, true);
  checkPacked<u4u4_8>("u4 m8", 8, 32, 4, false, false);
  checkPacked<and256>("b1 and", 16, 256, 1, false, false);
  checkPacked<xor128>("b1 xor", 16, 128, 1, false, false);
  checkPacked<xor8>("b1 xor m8", 8, 128, 1, false, false);
  checkEights<true>("e4m3");
  checkEights<false>("e5m2");
  checkVolta<false, false, true>("volta row row");
  checkVolta<false, true, true>("volta row col");
  checkVolta<true, false, true>("volta col row");
  checkVolta<true, true, true>("volta col col");
  checkVolta<false, true, false>("volta into f16");

  // Rows 0 to 3: an infinity, infinities that cancel, an infinity times zero, the smallest subnormal times itself.
  std::vector<float> x(256, 0.0f), y(128, 1.0f), z(128, 1.0f);
  x[0] = INFINITY;
  x[16] = INFINITY, x[17] = -INFINITY;
  x[2 * 16 + 5] = INFINITY;
  for (int j = 0; j < 8; j++) y[5 * 8 + j] = 0;
  x[3 * 16 + 7] = 0x1p-24f;
  for (int j = 0; j < 8; j++) y[7 * 8 + j] = 0x1p-24f, z[3 * 8 + j] = 0x1p-40f;
  float *df = deviceEmpty<float>(128);
  halves<16, true><<<1, 32>>>(deviceCopy(inHalf(x)), deviceCopy(inHalf(y)), deviceCopy(z), df);
  CHECK_KERNEL();
  std::vector<float> d = hostCopy(df, 128);
  for (int j = 0; j < 8; j++) {
    verdict.near("infinity", j, d[j], INFINITY, 0);
    verdict.near("cancelled", j, d[8 + j], NAN, 0);
    verdict.near("times zero", j, d[16 + j], NAN, 0);
    verdict.near("subnormal", j, d[24 + j] * 0x1p48f, 257, 0);
    verdict.near("other", j, d[32 + j], 1, 0);
  }
  return verdict.finish();
}
