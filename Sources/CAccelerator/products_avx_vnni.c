#if defined(__x86_64__)

#define TARGET __attribute__((target("avx2,avxvnni,f16c,fma")))
#define SIDES(type, count) 2
#include "products_ymm.h"

INLINE void begin(__m256i sum[], const int sides, const int32_t *starts, const int count) {
  UNROLL
  for (int column = 0; column < count; column++) {
    UNROLL
    for (int side = 0; side < sides; side++) {
      sum[column * sides + side] = starts ? _mm256_set1_epi32(starts[column]) : _mm256_setzero_si256();
    }
  }
}

// A group of four elements of each row meets the columns' four.
INLINE void add_products(
  __m256i sum[], const int sides, const __m256i weight[], const int8_t *four, const int count) {
  UNROLL
  for (int column = 0; column < count; column++) {
    __m256i own = broadcast_bytes(four + column * 4);
    UNROLL
    for (int side = 0; side < sides; side++) {
      sum[column * sides + side] = _mm256_dpbusd_avx_epi32(sum[column * sides + side], weight[side], own);
      SETTLE(sum[column * sides + side]);
    }
  }
}

INLINE void add_wide(
  __m256i sum[], const packed_type type, const int sides, const int first_group, const int end_group,
  const uint8_t *weights, const int8_t *bytes, const int32_t *starts, const span columns) {
  begin(sum, sides, starts, columns.count);
  UNROLL
  for (int group = first_group; group < end_group; group++) {
    __m256i weight[2];
    UNROLL
    for (int side = 0; side < sides; side++) {
      weight[side] = type == PACKED_Q6_K ? six_bits(weights, group, side) : load(weights + group * 64 + side * 32);
    }
    add_products(sum, sides, weight, bytes + group * 4 * columns.all, columns.count);
  }
}

INLINE void add_narrow(
  __m256i sum[], const int sides, const uint8_t *weights, const int8_t *bytes, const int32_t *starts,
  const span columns) {
  begin(sum, sides, starts, columns.count);
  UNROLL
  for (int group = 0; group < 8; group++) {
    __m256i weight[2];
    UNROLL
    for (int side = 0; side < sides; side++) weight[side] = lower_bits(weights, group, side);
    add_products(sum, sides, weight, bytes + group * 4 * columns.all, columns.count);
  }
}

PACKED_TILE_KERNEL(TARGET, packed_tile_avx_vnni)

#endif
