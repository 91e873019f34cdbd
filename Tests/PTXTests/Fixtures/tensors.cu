// Half precision, tensor cores, asynchronous copies and tensor maps.
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <mma.h>

__global__ void multiply(const half *a, const half *b, float *c) {
  using namespace nvcuda::wmma;
  fragment<matrix_a, 16, 16, 16, half, row_major> left;
  fragment<matrix_b, 16, 16, 16, half, col_major> right;
  fragment<accumulator, 16, 16, 16, float> sum;
  fill_fragment(sum, 0.f);
  load_matrix_sync(left, a, 16);
  load_matrix_sync(right, b, 16);
  mma_sync(sum, left, right, sum);
  store_matrix_sync(c, sum, 16, mem_row_major);
}

__global__ void pack(half2 *h, __nv_bfloat162 *b, float4 *f) {
  h[0] = __hadd2(h[1], h[2]);
  b[0] = __hfma2(b[1], b[2], b[3]);
  f[0] = f[1];
}

__global__ void copy(float *out, const float4 *in, const unsigned long long *map, unsigned x) {
  __shared__ __align__(128) float4 tile[32];
  __shared__ __align__(8) unsigned long long barrier;
  unsigned address = __cvta_generic_to_shared(&tile[threadIdx.x]);
  unsigned place = __cvta_generic_to_shared(&barrier);
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;\n\tcp.async.commit_group;" ::"r"(address), "l"(in));
  asm volatile("cp.async.wait_group 0;");
  asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" ::"r"(place));
  asm volatile(
      "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%2, %2}], [%3];" ::"r"(
          address),
      "l"(map), "r"(x), "r"(place));
  unsigned r[4];
  asm volatile(
      "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
      : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(address));
  float d[4] = {};
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%4,%5}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]) : "r"(r[0]), "r"(r[1]), "r"(r[2]), "r"(r[3]));
  out[threadIdx.x] = d[0] + d[1] + d[2] + d[3];
}
