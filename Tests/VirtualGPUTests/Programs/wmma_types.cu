// nvcuda::wmma in its other types and shapes: bytes, bfloat16, tf32, double, four bits and single bits; both layouts of each
// factor and of the result, from global and from shared memory, the result from an accumulator that was loaded. Small
// integers: the sums are exact.
#include "check.h"

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <mma.h>

#include <type_traits>

using namespace nvcuda;
using Row = wmma::row_major;
using Column = wmma::col_major;
namespace sub = wmma::experimental::precision;

// D = A B + C, then twice that where the lanes add the accumulator to itself element by element. `layout` is C's and D's.
template <class T, class M, class A, int m, int n, int k, class LA, class LB>
__global__ void multiply(const M *a, const M *b, const A *c, A *d, int lda, int ldb, int ldc, wmma::layout_t layout) {
  wmma::fragment<wmma::matrix_a, m, n, k, T, LA> fa;
  wmma::fragment<wmma::matrix_b, m, n, k, T, LB> fb;
  wmma::fragment<wmma::accumulator, m, n, k, A> fc, fd;
  wmma::load_matrix_sync(fa, a, lda);
  wmma::load_matrix_sync(fb, b, ldb);
  wmma::load_matrix_sync(fc, c, ldc, layout);
  wmma::mma_sync(fd, fa, fb, fc);
  for (int i = 0; i < fd.num_elements; i++) fd.x[i] = fd.x[i] + fd.x[i];
  wmma::store_matrix_sync(d, fd, ldc, layout);
}

// The same through shared memory, padded.
template <class T, class M, class A, int m, int n, int k, class LA, class LB>
__global__ void multiplyShared(const M *a, const M *b, const A *c, A *d, int lda, int ldb, int ldc, wmma::layout_t layout) {
  __shared__ __align__(32) M as[32 * 48], bs[32 * 48];
  __shared__ __align__(32) A cs[32 * 48];
  const int linesA = std::is_same<LA, Row>::value ? m : k, linesB = std::is_same<LB, Row>::value ? k : n;
  const int linesC = layout == wmma::mem_row_major ? m : n;
#pragma unroll 1
  for (int i = threadIdx.x; i < linesA * lda; i += 32) as[i] = a[i];
#pragma unroll 1
  for (int i = threadIdx.x; i < linesB * ldb; i += 32) bs[i] = b[i];
#pragma unroll 1
  for (int i = threadIdx.x; i < linesC * ldc; i += 32) cs[i] = c[i];
  __syncwarp();
  wmma::fragment<wmma::matrix_a, m, n, k, T, LA> fa;
  wmma::fragment<wmma::matrix_b, m, n, k, T, LB> fb;
  wmma::fragment<wmma::accumulator, m, n, k, A> fc;
  wmma::load_matrix_sync(fa, as, lda);
  wmma::load_matrix_sync(fb, bs, ldb);
  wmma::load_matrix_sync(fc, cs, ldc, layout);
  wmma::mma_sync(fc, fa, fb, fc);
  for (int i = 0; i < fc.num_elements; i++) fc.x[i] = fc.x[i] + fc.x[i];
  wmma::store_matrix_sync(cs, fc, ldc, layout);
  __syncwarp();
#pragma unroll 1
  for (int i = threadIdx.x; i < linesC * ldc; i += 32) d[i] = cs[i];
}

// Four bits and single bits lie along k. One product, or with single bits both.
__global__ void multiplyNibbles(const void *a, const void *b, int *d) {
  wmma::fragment<wmma::matrix_a, 8, 8, 32, sub::s4, Row> fa;
  wmma::fragment<wmma::matrix_b, 8, 8, 32, sub::s4, Column> fb;
  wmma::fragment<wmma::accumulator, 8, 8, 32, int> fc;
  wmma::fill_fragment(fc, 5);
  wmma::load_matrix_sync(fa, (const sub::s4 *)a, 32);
  wmma::load_matrix_sync(fb, (const sub::s4 *)b, 32);
  wmma::mma_sync(fc, fa, fb, fc);
  wmma::store_matrix_sync(d, fc, 8, wmma::mem_row_major);
}

__global__ void multiplyBits(const void *a, const void *b, int *d) {
  wmma::fragment<wmma::matrix_a, 8, 8, 128, sub::b1, Row> fa;
  wmma::fragment<wmma::matrix_b, 8, 8, 128, sub::b1, Column> fb;
  wmma::fragment<wmma::accumulator, 8, 8, 128, int> fc;
  wmma::fill_fragment(fc, 0);
  wmma::load_matrix_sync(fa, (const sub::b1 *)a, 128);
  wmma::load_matrix_sync(fb, (const sub::b1 *)b, 128);
  wmma::bmma_sync(fc, fa, fb, fc, wmma::experimental::bmmaBitOpXOR, wmma::experimental::bmmaAccumulateOpPOPC);
  for (int i = 0; i < fc.num_elements; i++) fc.x[i] *= 1000;
  wmma::bmma_sync(fc, fa, fb, fc, wmma::experimental::bmmaBitOpAND, wmma::experimental::bmmaAccumulateOpPOPC);
  wmma::store_matrix_sync(d, fc, 8, wmma::mem_col_major);
}

static Random random_(71);
static Verdict verdict;

template <class V>
V made(int value) { return V(value); }
template <>
__nv_bfloat16 made<__nv_bfloat16>(int value) { return __float2bfloat16((float)value); }
template <>
half made<half>(int value) { return __float2half((float)value); }
static double number(float v) { return v; }
static double number(double v) { return v; }
static double number(int v) { return v; }
static double number(half v) { return __half2float(v); }

// A matrix of `rows` by `columns` in memory, lines `pitch` apart.
template <class V>
std::vector<V> laid(const std::vector<int> &values, int rows, int columns, bool isRow, int pitch) {
  std::vector<V> out((isRow ? rows : columns) * pitch, made<V>(77));
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++) out[isRow ? i * pitch + j : j * pitch + i] = made<V>(values[i * columns + j]);
  return out;
}

template <class T, class M, class A, int m, int n, int k, class LA, class LB, bool isShared = false>
void check(const char *what, int low, int high) {
  const bool rowA = std::is_same<LA, Row>::value, rowB = std::is_same<LB, Row>::value;
  const int lda = (rowA ? k : m) + 16, ldb = (rowB ? n : k) + 16;
  std::vector<int> a(m * k), b(k * n), c(m * n);
  for (auto &v : a) v = low + random_.below(high - low + 1);
  for (auto &v : b) v = low + random_.below(high - low + 1);
  for (auto &v : c) v = random_.below(64) - 32;
  std::vector<double> want(m * n);
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      int sum = c[i * n + j];
      for (int l = 0; l < k; l++) sum += a[i * k + l] * b[l * n + j];
      want[i * n + j] = 2.0 * sum;
    }
  M *da = deviceCopy(laid<M>(a, m, k, rowA, lda)), *db = deviceCopy(laid<M>(b, k, n, rowB, ldb));
  for (int rowC = 0; rowC < 2; rowC++) {
    const int ldc = (rowC ? n : m) + 8;
    std::vector<A> start = laid<A>(c, m, n, rowC, ldc);
    A *dc = deviceCopy(start), *dd = deviceCopy(start);
    auto layout = rowC ? wmma::mem_row_major : wmma::mem_col_major;
    if constexpr (isShared) multiplyShared<T, M, A, m, n, k, LA, LB><<<1, 32>>>(da, db, dc, dd, lda, ldb, ldc, layout);
    else multiply<T, M, A, m, n, k, LA, LB><<<1, 32>>>(da, db, dc, dd, lda, ldb, ldc, layout);
    CHECK_KERNEL();
    std::vector<A> got = hostCopy(dd, start.size());
    for (int i = 0; i < m; i++)
      for (int j = 0; j < n; j++)
        verdict.near(what, i * n + j, number(got[rowC ? i * ldc + j : j * ldc + i]), want[i * n + j], 0);
    // Between the lines nothing was stored.
    const int line = rowC ? n : m, lines = rowC ? m : n;
    for (int i = 0; i < lines; i++)
      for (int j = line; j < ldc; j++) verdict.near("padding", i * ldc + j, number(got[i * ldc + j]), 77, 0);
  }
}

template <class T, class M, class A, int m, int n, int k>
void checkLayouts(const char *what, int low, int high) {
  check<T, M, A, m, n, k, Row, Row>(what, low, high);
  check<T, M, A, m, n, k, Column, Column>(what, low, high);
}

int main() {
  checkLayouts<signed char, signed char, int, 16, 16, 16>("s8 16 16", -128, 127);
  checkLayouts<signed char, signed char, int, 32, 8, 16>("s8 32 8", -128, 127);
  checkLayouts<unsigned char, unsigned char, int, 16, 16, 16>("u8 16 16", 0, 255);
  checkLayouts<unsigned char, unsigned char, int, 8, 32, 16>("u8 8 32", 0, 255);
  checkLayouts<__nv_bfloat16, __nv_bfloat16, float, 16, 16, 16>("bf16 16 16", -20, 20);
  checkLayouts<__nv_bfloat16, __nv_bfloat16, float, 32, 8, 16>("bf16 32 8", -20, 20);
  checkLayouts<__nv_bfloat16, __nv_bfloat16, float, 8, 32, 16>("bf16 8 32", -20, 20);
  checkLayouts<half, half, float, 32, 8, 16>("f16 32 8", -20, 20);
  checkLayouts<half, half, float, 8, 32, 16>("f16 8 32", -20, 20);
  checkLayouts<half, half, half, 16, 16, 16>("f16 into f16", -3, 3);
  checkLayouts<half, half, half, 8, 32, 16>("f16 into f16 8 32", -3, 3);
  checkLayouts<wmma::precision::tf32, float, float, 16, 16, 8>("tf32", -100, 100);
  checkLayouts<double, double, double, 8, 8, 4>("f64", -1000, 1000);
  check<signed char, signed char, int, 16, 16, 16, Column, Row, true>("s8 shared", -128, 127);
  check<__nv_bfloat16, __nv_bfloat16, float, 16, 16, 16, Row, Column, true>("bf16 shared", -20, 20);
  check<half, half, half, 32, 8, 16, Column, Row, true>("f16 shared", -3, 3);
  check<wmma::precision::tf32, float, float, 16, 16, 8, Row, Column, true>("tf32 shared", -100, 100);
  check<double, double, double, 8, 8, 4, Column, Row, true>("f64 shared", -1000, 1000);

  std::vector<unsigned> a(8 * 4), b(8 * 4);
  for (auto &v : a) v = random_.next() ^ random_.next() << 16;
  for (auto &v : b) v = random_.next() ^ random_.next() << 16;
  std::vector<int> nibbles(64), bits(64);
  for (int i = 0; i < 8; i++)
    for (int j = 0; j < 8; j++) {
      int sum = 5, both = 0, one = 0;
      for (int l = 0; l < 32; l++)
        sum += ((int)(a[i * 4 + l / 8] << (28 - l % 8 * 4)) >> 28) * ((int)(b[j * 4 + l / 8] << (28 - l % 8 * 4)) >> 28);
      for (int l = 0; l < 4; l++) {
        one += __builtin_popcount(a[i * 4 + l] ^ b[j * 4 + l]);
        both += __builtin_popcount(a[i * 4 + l] & b[j * 4 + l]);
      }
      nibbles[i * 8 + j] = sum;
      bits[j * 8 + i] = one * 1000 + both;
    }
  unsigned *da = deviceCopy(a), *db = deviceCopy(b);
  int *dd = deviceEmpty<int>(64);
  multiplyNibbles<<<1, 32>>>(da, db, dd);
  CHECK_KERNEL();
  verdict.allSame("s4", hostCopy(dd, 64), nibbles);
  multiplyBits<<<1, 32>>>(da, db, dd);
  CHECK_KERNEL();
  verdict.allSame("b1", hostCopy(dd, 64), bits);
  return verdict.finish();
}
