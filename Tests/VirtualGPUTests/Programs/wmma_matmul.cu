// Matrix multiplication on tensor cores by nvcuda::wmma, 16 by 16 by 16, half into float; both layouts, tiles from
// global and from shared memory. Small integers: the sums are exact.
#include "check.h"

#include <cuda_fp16.h>
#include <mma.h>

#include <type_traits>

using namespace nvcuda;

// C = A B + C; one warp per tile of C.
template <class LayoutB>
__global__ void multiply(const half *a, const half *b, float *c, int m, int n, int k) {
  int tileRow = blockIdx.y, tileColumn = blockIdx.x * blockDim.y + threadIdx.y;
  if (tileColumn * 16 >= n) return;
  wmma::fragment<wmma::matrix_a, 16, 16, 16, half, wmma::row_major> fa;
  wmma::fragment<wmma::matrix_b, 16, 16, 16, half, LayoutB> fb;
  wmma::fragment<wmma::accumulator, 16, 16, 16, float> fc;
  float *out = c + tileRow * 16 * n + tileColumn * 16;
  wmma::load_matrix_sync(fc, out, n, wmma::mem_row_major);
  constexpr bool rowMajor = std::is_same<LayoutB, wmma::row_major>::value;
  for (int k0 = 0; k0 < k; k0 += 16) {
    wmma::load_matrix_sync(fa, a + tileRow * 16 * k + k0, k);
    wmma::load_matrix_sync(fb, rowMajor ? b + k0 * n + tileColumn * 16 : b + tileColumn * 16 * k + k0, rowMajor ? n : k);
    wmma::mma_sync(fc, fa, fb, fc);
  }
  for (int i = 0; i < fc.num_elements; i++) fc.x[i] *= 0.5f;
  wmma::store_matrix_sync(out, fc, n, wmma::mem_row_major);
}

// Through shared memory, the accumulator in half.
__global__ void multiplyShared(const half *a, const half *b, half *c, int k) {
  __shared__ __align__(32) half as[16 * 16], bs[16 * 16];
  wmma::fragment<wmma::matrix_a, 16, 16, 16, half, wmma::col_major> fa;
  wmma::fragment<wmma::matrix_b, 16, 16, 16, half, wmma::row_major> fb;
  wmma::fragment<wmma::accumulator, 16, 16, 16, half> fc;
  wmma::fill_fragment(fc, __float2half(1.0f));
  for (int k0 = 0; k0 < k; k0 += 16) {
    for (int i = threadIdx.x; i < 256; i += 32) {
      as[i % 16 * 16 + i / 16] = a[i / 16 * k + k0 + i % 16];  // transposed
      bs[i] = b[(k0 + i / 16) * 16 + i % 16];
    }
    __syncwarp();
    wmma::load_matrix_sync(fa, as, 16);
    wmma::load_matrix_sync(fb, bs, 16);
    wmma::mma_sync(fc, fa, fb, fc);
    __syncwarp();
  }
  wmma::store_matrix_sync(c, fc, 16, wmma::mem_col_major);
}

int main() {
  const int m = 64, n = 80, k = 96;
  Random random(43);
  std::vector<half> a(m * k), b(k * n), bt(k * n);
  std::vector<int> ai(m * k), bi(k * n), ci(m * n);
  std::vector<float> c(m * n), want(m * n);
  for (int i = 0; i < m * k; i++) a[i] = __float2half((float)(ai[i] = random.below(17) - 8));
  for (int i = 0; i < k * n; i++) b[i] = bt[i % n * k + i / n] = __float2half((float)(bi[i] = random.below(17) - 8));
  for (int i = 0; i < m * n; i++) c[i] = (float)(ci[i] = random.below(100));
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      int sum = ci[i * n + j];
      for (int l = 0; l < k; l++) sum += ai[i * k + l] * bi[l * n + j];
      want[i * n + j] = sum * 0.5f;
    }
  half *da = deviceCopy(a), *db = deviceCopy(b), *dbt = deviceCopy(bt);
  float *dc = deviceCopy(c);
  Verdict verdict;
  multiply<wmma::row_major><<<dim3(3, m / 16), dim3(32, 2)>>>(da, db, dc, m, n, k);
  CHECK_KERNEL();
  verdict.allNear("row-major", hostCopy(dc, m * n), want, 0);
  CHECK(cudaMemcpy(dc, c.data(), m * n * sizeof(float), cudaMemcpyHostToDevice));
  multiply<wmma::col_major><<<dim3(3, m / 16), dim3(32, 2)>>>(da, dbt, dc, m, n, k);
  CHECK_KERNEL();
  verdict.allNear("column-major", hostCopy(dc, m * n), want, 0);

  half *dh = deviceEmpty<half>(256);
  multiplyShared<<<1, 32>>>(da, db, dh, 32);  // b is read as 32 rows of 16
  CHECK_KERNEL();
  std::vector<half> h = hostCopy(dh, 256);
  for (int i = 0; i < 16; i++)
    for (int j = 0; j < 16; j++) {
      int sum = 1;
      for (int l = 0; l < 32; l++) sum += ai[i * 32 + l] * bi[l * 16 + j];
      verdict.near("half", i * 16 + j, __half2float(h[j * 16 + i]), sum, 1e-3);
    }
  return verdict.finish();
}
