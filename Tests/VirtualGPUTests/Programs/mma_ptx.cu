// Tensor cores by inline PTX: ldmatrix, mma m16n8k16 of half and bfloat16 into float, of tf32, of 8-bit integers.
// Small integers: the sums are exact.
#include "check.h"

#include <cuda_bf16.h>
#include <cuda_fp16.h>

__device__ unsigned sharedAddress(const void *p) { return (unsigned)__cvta_generic_to_shared(p); }

// One warp: C (16 by 8) = A (16 by k) B (k by 8).
__global__ void multiplyHalf(const half *a, const half *b, float *c, int k) {
  __shared__ __align__(16) half as[16][24], bs[16][8];  // rows of A padded to 48 bytes
  int lane = threadIdx.x;
  float d[4] = {0, 0, 0, 0};
  for (int k0 = 0; k0 < k; k0 += 16) {
    for (int i = lane; i < 256; i += 32) as[i / 16][i % 16] = a[i / 16 * k + k0 + i % 16];
    for (int i = lane; i < 128; i += 32) bs[i / 8][i % 8] = b[(k0 + i / 8) * 8 + i % 8];
    __syncwarp();
    unsigned fa[4], fb[2];
    unsigned where = sharedAddress(&as[lane & 15][lane / 16 * 8]);
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(fa[0]), "=r"(fa[1]), "=r"(fa[2]), "=r"(fa[3])
                 : "r"(where)
                 : "memory");
    where = sharedAddress(&bs[lane & 15][0]);
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];"
                 : "=r"(fb[0]), "=r"(fb[1])
                 : "r"(where)
                 : "memory");
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(fa[0]), "r"(fa[1]), "r"(fa[2]), "r"(fa[3]), "r"(fb[0]), "r"(fb[1]));
    __syncwarp();
  }
  int row = lane / 4, column = lane % 4 * 2;
  *reinterpret_cast<float2 *>(&c[row * 8 + column]) = make_float2(d[0], d[1]);
  *reinterpret_cast<float2 *>(&c[(row + 8) * 8 + column]) = make_float2(d[2], d[3]);
}

// The fragments filled by hand; B is given transposed (8 rows of 16).
__global__ void multiplyBfloat(const __nv_bfloat16 *a, const __nv_bfloat16 *bt, float *c) {
  int lane = threadIdx.x, g = lane / 4, t = lane % 4;
  const unsigned *a32 = reinterpret_cast<const unsigned *>(a), *b32 = reinterpret_cast<const unsigned *>(bt);
  unsigned a0 = a32[g * 8 + t], a1 = a32[(g + 8) * 8 + t], a2 = a32[g * 8 + t + 4], a3 = a32[(g + 8) * 8 + t + 4];
  unsigned b0 = b32[g * 8 + t], b1 = b32[g * 8 + t + 4];
  float d0, d1, d2, d3;
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%10, %10, %10, %10};"
      : "=f"(d0), "=f"(d1), "=f"(d2), "=f"(d3)
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1), "f"(3.0f));
  c[g * 8 + t * 2] = d0;
  c[g * 8 + t * 2 + 1] = d1;
  c[(g + 8) * 8 + t * 2] = d2;
  c[(g + 8) * 8 + t * 2 + 1] = d3;
}

__device__ unsigned tf32(float value) {
  unsigned result;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(result) : "f"(value));
  return result;
}

// A is 16 by 8, B 8 by 8, in floats.
__global__ void multiplyTf32(const float *a, const float *b, float *c) {
  int lane = threadIdx.x, g = lane / 4, t = lane % 4;
  unsigned fa[4] = {tf32(a[g * 8 + t]), tf32(a[(g + 8) * 8 + t]), tf32(a[g * 8 + t + 4]), tf32(a[(g + 8) * 8 + t + 4])};
  unsigned fb[2] = {tf32(b[t * 8 + g]), tf32(b[(t + 4) * 8 + g])};
  float d[4] = {0, 0, 0, 0};
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(fa[0]), "r"(fa[1]), "r"(fa[2]), "r"(fa[3]), "r"(fb[0]), "r"(fb[1]));
  c[g * 8 + t * 2] = d[0];
  c[g * 8 + t * 2 + 1] = d[1];
  c[(g + 8) * 8 + t * 2] = d[2];
  c[(g + 8) * 8 + t * 2 + 1] = d[3];
}

// A is 16 by 32 bytes, B given transposed, 8 by 32.
__global__ void multiplyBytes(const unsigned *a, const unsigned *bt, int *c) {
  int lane = threadIdx.x, g = lane / 4, t = lane % 4;
  unsigned a0 = a[g * 8 + t], a1 = a[(g + 8) * 8 + t], a2 = a[g * 8 + t + 4], a3 = a[(g + 8) * 8 + t + 4];
  unsigned b0 = bt[g * 8 + t], b1 = bt[g * 8 + t + 4];
  int d0 = 1, d1 = 2, d2 = 3, d3 = 4;
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+r"(d0), "+r"(d1), "+r"(d2), "+r"(d3)
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
  *reinterpret_cast<int2 *>(&c[g * 8 + t * 2]) = make_int2(d0, d1);
  *reinterpret_cast<int2 *>(&c[(g + 8) * 8 + t * 2]) = make_int2(d2, d3);
}

static std::vector<float> product(const std::vector<int> &a, const std::vector<int> &b, int k, int start) {
  std::vector<float> c(16 * 8);
  for (int i = 0; i < 16; i++)
    for (int j = 0; j < 8; j++) {
      int sum = start;
      for (int l = 0; l < k; l++) sum += a[i * k + l] * b[l * 8 + j];
      c[i * 8 + j] = (float)sum;
    }
  return c;
}

int main() {
  const int k = 64;
  Random random(44);
  std::vector<int> a(16 * k), b(k * 8);
  std::vector<half> ah(16 * k), bh(k * 8);
  for (auto &v : a) v = random.below(41) - 20;
  for (auto &v : b) v = random.below(41) - 20;
  for (int i = 0; i < 16 * k; i++) ah[i] = __float2half((float)a[i]);
  for (int i = 0; i < k * 8; i++) bh[i] = __float2half((float)b[i]);
  float *dc = deviceEmpty<float>(128);
  half *dah = deviceCopy(ah), *dbh = deviceCopy(bh);
  Verdict verdict;
  multiplyHalf<<<1, 32>>>(dah, dbh, dc, k);
  CHECK_KERNEL();
  verdict.allNear("half", hostCopy(dc, 128), product(a, b, k, 0), 0);

  std::vector<int> a16(a.begin(), a.begin() + 256), b16(b.begin(), b.begin() + 128);
  std::vector<__nv_bfloat16> ab(256), bb(128);
  for (int i = 0; i < 256; i++) ab[i] = __float2bfloat16((float)a16[i]);
  for (int i = 0; i < 128; i++) bb[i % 8 * 16 + i / 8] = __float2bfloat16((float)b16[i]);
  __nv_bfloat16 *dab = deviceCopy(ab), *dbb = deviceCopy(bb);
  multiplyBfloat<<<1, 32>>>(dab, dbb, dc);
  CHECK_KERNEL();
  verdict.allNear("bfloat16", hostCopy(dc, 128), product(a16, b16, 16, 3), 0);

  std::vector<int> a8(a.begin(), a.begin() + 128), b8(b.begin(), b.begin() + 64);
  std::vector<float> af(a8.begin(), a8.end()), bf(b8.begin(), b8.end());
  float *daf = deviceCopy(af), *dbf = deviceCopy(bf);
  multiplyTf32<<<1, 32>>>(daf, dbf, dc);
  CHECK_KERNEL();
  verdict.allNear("tf32", hostCopy(dc, 128), product(a8, b8, 8, 0), 0);

  std::vector<int> a32(16 * 32), b32(32 * 8), want(128);
  std::vector<signed char> ac(16 * 32), bc(32 * 8);
  for (int i = 0; i < 16 * 32; i++) ac[i] = (signed char)(a32[i] = random.below(256) - 128);
  for (int i = 0; i < 32 * 8; i++) bc[i % 8 * 32 + i / 8] = (signed char)(b32[i] = random.below(256) - 128);
  std::vector<float> exact = product(a32, b32, 32, 0);
  for (int i = 0; i < 128; i++) want[i] = (int)exact[i] + (i / 8 >= 8 ? 3 : 1) + i % 2;
  signed char *dac = deviceCopy(ac), *dbc = deviceCopy(bc);
  int *dci = deviceEmpty<int>(128);
  multiplyBytes<<<1, 32>>>((const unsigned *)dac, (const unsigned *)dbc, dci);
  CHECK_KERNEL();
  verdict.allSame("bytes", hostCopy(dci, 128), want);
  return verdict.finish();
}
