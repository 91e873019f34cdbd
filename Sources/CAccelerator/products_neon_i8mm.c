#if defined(__aarch64__)

#define TARGET __attribute__((target("dotprod,i8mm")))
#include "products_neon.h"

// Eight elements of two columns with those of two rows make four sums at once.
INLINE void add_products(
  int32x4_t sum[], const packed_type type, const int first_group, const int end_group, const uint8_t *weights,
  const int8_t *bytes, const int count) {
  if (count <= 2) {
    // That is as many instructions, and less to put in order.
    add_column_by_column(sum, type, first_group, end_group, weights, bytes, count);
    return;
  }
  const int pairs = (count + 1) / 2;
  int32x4_t square[(PACKED_COLUMNS + 1) / 2][2 * QUADS];
  UNROLL
  for (int pair = 0; pair < pairs; pair++) {
    UNROLL
    for (int rows = 0; rows < 2 * QUADS; rows++) square[pair][rows] = vdupq_n_s32(0);
  }
  UNROLL
  for (int group = first_group; group < end_group; group += 2) {
    int8x16_t weight[2 * QUADS];
    UNROLL
    for (int quad = 0; quad < QUADS; quad++) {
      int32x4_t one = vreinterpretq_s32_s8(weights_of(type, weights, group, quad));
      int32x4_t other = vreinterpretq_s32_s8(weights_of(type, weights, group + 1, quad));
      weight[quad * 2] = vreinterpretq_s8_s32(vzip1q_s32(one, other));
      weight[quad * 2 + 1] = vreinterpretq_s8_s32(vzip2q_s32(one, other));
      SETTLE(weight[quad * 2]);
      SETTLE(weight[quad * 2 + 1]);
    }
    UNROLL
    for (int pair = 0; pair < pairs; pair += 2) {
      int32x4_t one = vreinterpretq_s32_s8(columns_of(bytes, group, pair * 2, count));
      int32x4_t other = vreinterpretq_s32_s8(columns_of(bytes, group + 1, pair * 2, count));
      int8x16_t first = vreinterpretq_s8_s32(vzip1q_s32(one, other));
      int8x16_t second = vreinterpretq_s8_s32(vzip2q_s32(one, other));
      SETTLE(first);
      SETTLE(second);
      UNROLL
      for (int rows = 0; rows < 2 * QUADS; rows++) {
        square[pair][rows] = vmmlaq_s32(square[pair][rows], first, weight[rows]);
        SETTLE(square[pair][rows]);
        if (pair + 1 == pairs) continue;
        square[pair + 1][rows] = vmmlaq_s32(square[pair + 1][rows], second, weight[rows]);
        SETTLE(square[pair + 1][rows]);
      }
    }
  }
  UNROLL
  for (int column = 0; column < count; column++) {
    UNROLL
    for (int quad = 0; quad < QUADS; quad++) {
      int64x2_t low = vreinterpretq_s64_s32(square[column / 2][quad * 2]);
      int64x2_t high = vreinterpretq_s64_s32(square[column / 2][quad * 2 + 1]);
      int64x2_t own = column % 2 == 0 ? vzip1q_s64(low, high) : vzip2q_s64(low, high);
      sum[column * QUADS + quad] = vreinterpretq_s32_s64(own);
    }
  }
}

PACKED_TILE_KERNEL(TARGET, packed_tile_neon_i8mm)

#endif
