// One tile with one chunk in NEON's 32 registers of 16 bytes, eight rows at a time. For kernels that say, before they
// include this, TARGET (their instructions), and after it how whole numbers are made (add_products).

#ifndef PACKED_NEON_H
#define PACKED_NEON_H

#include <arm_neon.h>
#include <string.h>

#include "kernels.h"
#include "products_counts.h"

#define INLINE TARGET static inline __attribute__((always_inline))
// Sums that are indexed by a loop which is not unrolled are kept in memory.
#define UNROLL _Pragma("clang loop unroll(full)")

// A sum as it is now, in a register, before what follows is begun. Left to itself the compiler does many things at
// once, has too few registers for them, and keeps sums in memory.
#define SETTLE(sum) __asm__ volatile("" : "+w"(sum) : : "memory")

// Rows go together in eights: two registers of four each.
#define SIDE_ROWS 8
#define QUADS 2

// The sums of some of a block's groups of four elements: sum[column * QUADS + quad].
INLINE void add_products(
  int32x4_t sum[], const packed_type type, const int first_group, const int end_group, const uint8_t *weights,
  const int8_t *bytes, const int count);

// A group of four elements of four rows, without the offset that packed weights have: products of signed bytes are
// what there is.
INLINE int8x16_t weights_of(const packed_type type, const uint8_t *weights, const int group, const int quad) {
  const bool is_wide = type == PACKED_Q8_0;
  uint8x16_t found = vld1q_u8(weights + (is_wide ? group : group % 4) * 64 + quad * 16);
  if (!is_wide) found = group < 4 ? vandq_u8(found, vdupq_n_u8(15)) : vshrq_n_u8(found, 4);
  if (type == PACKED_Q6_K) {
    uint8x16_t upper = vld1q_u8(weights + UPPER_BITS + group / 4 * 64 + quad * 16);
    switch (group % 4) {
      case 0: upper = vshlq_n_u8(upper, 4); break;
      case 1: upper = vshlq_n_u8(upper, 2); break;
      case 3: upper = vshrq_n_u8(upper, 2); break;
      default: break;
    }
    found = vorrq_u8(found, vandq_u8(upper, vdupq_n_u8(48)));
  }
  switch (type) {
    case PACKED_Q8_0: return vreinterpretq_s8_u8(veorq_u8(found, vdupq_n_u8(128)));
    case PACKED_Q4_0: return vreinterpretq_s8_u8(vsubq_u8(found, vdupq_n_u8(8)));
    case PACKED_Q4_K: return vreinterpretq_s8_u8(found);
    default: return vreinterpretq_s8_u8(vsubq_u8(found, vdupq_n_u8(32)));
  }
}

// A group of four elements of four columns, or of as many as there are. What is read beyond the last block's is its
// scales.
INLINE int8x16_t columns_of(const int8_t *bytes, const int group, const int column, const int count) {
  return vld1q_s8(bytes + (group * count + column) * 4);
}

INLINE float32x4_t halves(const void *source) {
  return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16((const uint16_t *)source)));
}

INLINE void signed_bytes(float32x4_t found[QUADS], const uint8_t *source) {
  int16x8_t all = vmovl_s8(vreinterpret_s8_u8(vld1_u8(source)));
  found[0] = vcvtq_f32_s32(vmovl_s16(vget_low_s16(all)));
  found[1] = vcvtq_f32_s32(vmovl_s16(vget_high_s16(all)));
}

INLINE void unsigned_bytes(float32x4_t found[QUADS], const uint8_t *source) {
  uint16x8_t all = vmovl_u8(vld1_u8(source));
  found[0] = vcvtq_f32_u32(vmovl_u16(vget_low_u16(all)));
  found[1] = vcvtq_f32_u32(vmovl_u16(vget_high_u16(all)));
}

// The totals stay in the result, which is in the cache: there are no registers for the sums of twelve columns and
// them too. With `least`, that times the sum of each column is taken off.
INLINE void end(
  float (*result)[PACKED_ROWS], const int32x4_t sum[], const float32x4_t row_scales[], const float *scales,
  const float32x4_t *least, const int32_t *sums, const int count) {
  UNROLL
  for (int column = 0; column < count; column++) {
    const float column_scale = scales[column];
    const float share = least ? (float)sums[column] * column_scale : 0;
    UNROLL
    for (int quad = 0; quad < QUADS; quad++) {
      float *place = result[column] + quad * 4;
      float32x4_t scale = vmulq_n_f32(row_scales[quad], column_scale);
      float32x4_t total = vfmaq_f32(vld1q_f32(place), vcvtq_f32_s32(sum[column * QUADS + quad]), scale);
      if (least) total = vfmsq_f32(total, least[quad], vdupq_n_f32(share));
      vst1q_f32(place, total);
    }
  }
}

// Eight rows of a block, beginning with `row`.
INLINE void add_block(
  const packed_type type, int row, const uint8_t *weights, const uint8_t *row_scales, const uint16_t *outer,
  const int8_t *bytes, const float *scales, const int32_t *sums, const int count, float (*result)[PACKED_ROWS]) {
  int32x4_t sum[PACKED_COLUMNS * QUADS];
  float32x4_t scale[QUADS], least[QUADS];
  weights += row * 4;
  if (type == PACKED_Q6_K) {
    UNROLL
    for (int half = 0; half < 2; half++) {
      add_products(sum, type, half * 4, half * 4 + 4, weights, bytes, count);
      signed_bytes(scale, row_scales + half * PACKED_ROWS + row);
      for (int quad = 0; quad < QUADS; quad++) scale[quad] = vmulq_f32(halves(outer + row + quad * 4), scale[quad]);
      end(result, sum, scale, scales, 0, 0, count);
    }
    return;
  }
  add_products(sum, type, 0, 8, weights, bytes, count);
  if (type == PACKED_Q4_K) {
    unsigned_bytes(scale, row_scales + row);
    unsigned_bytes(least, row_scales + PACKED_ROWS + row);
    for (int quad = 0; quad < QUADS; quad++) {
      scale[quad] = vmulq_f32(halves(outer + row + quad * 4), scale[quad]);
      least[quad] = vmulq_f32(halves(outer + PACKED_ROWS + row + quad * 4), least[quad]);
    }
    end(result, sum, scale, scales, least, sums, count);
  } else {
    for (int quad = 0; quad < QUADS; quad++) scale[quad] = halves(row_scales + (row + quad * 4) * 2);
    end(result, sum, scale, scales, 0, 0, count);
  }
}

// An element of four rows.
INLINE float32x4_t floats(const packed_type type, const uint8_t *weights) {
  if (type == PACKED_F32) return vld1q_f32((const float *)weights);
  if (type == PACKED_F16) return halves(weights);
  return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16((const uint16_t *)weights), 16));
}

// Eight rows of a block of numbers.
INLINE void add_floats(
  const packed_type type, const uint8_t *weights, const float *numbers, const int count,
  float (*result)[PACKED_ROWS]) {
  float32x4_t sum[PACKED_COLUMNS * QUADS];
  UNROLL
  for (int index = 0; index < count * QUADS; index++) sum[index] = vdupq_n_f32(0);
  for (int first = 0; first < PACKED_BLOCK; first += 4) {
    UNROLL
    for (int element = first; element < first + 4; element++) {
      float32x4_t weight[QUADS];
      UNROLL
      for (int quad = 0; quad < QUADS; quad++) {
        weight[quad] = floats(type, weights + (element * PACKED_ROWS + quad * 4) * number_bytes(type));
      }
      UNROLL
      for (int column = 0; column < count; column++) {
        const float number = numbers[element * count + column];
        UNROLL
        for (int quad = 0; quad < QUADS; quad++) {
          float32x4_t *own = &sum[column * QUADS + quad];
          *own = vfmaq_n_f32(*own, weight[quad], number);
          SETTLE(*own);
        }
      }
    }
  }
  UNROLL
  for (int column = 0; column < count; column++) {
    UNROLL
    for (int quad = 0; quad < QUADS; quad++) {
      float *place = result[column] + quad * 4;
      vst1q_f32(place, vaddq_f32(vld1q_f32(place), sum[column * QUADS + quad]));
    }
  }
}

INLINE void multiply_floats(
  const packed_type type, tile tile, int64_t blocks, columns input, const int count, float result[][PACKED_ROWS]) {
  memset(result, 0, (size_t)count * sizeof result[0]);
  for (int64_t block = 0; block < blocks; block++) {
    fetch(tile, type, block);
    for (int row = 0; row < PACKED_ROWS; row += SIDE_ROWS) {
      add_floats(
        type, tile.weights + (size_t)block * weight_bytes(type) + row * number_bytes(type),
        input.floats + block * PACKED_BLOCK * count, count, (float (*)[PACKED_ROWS])(result[0] + row));
    }
  }
}

// One tile with `count` columns of a type, which the compiler knows.
INLINE void multiply(
  const packed_type type, tile tile, int64_t blocks, columns input, const int count, float result[][PACKED_ROWS]) {
  if (is_float(type)) {
    multiply_floats(type, tile, blocks, input, count, result);
    return;
  }
  memset(result, 0, (size_t)count * sizeof result[0]);
  for (int64_t block = 0; block < blocks; block++) {
    const uint8_t *weights = tile.weights + (size_t)block * weight_bytes(type);
    fetch(tile, type, block);
    for (int row = 0; row < PACKED_ROWS; row += SIDE_ROWS) {
      add_block(
        type, row, weights, tile.scales + (size_t)block * scale_bytes(type),
        tile.outer + (size_t)(block / 8) * (outer_bytes(type) / 2),
        input.bytes + (size_t)block * count * PACKED_BLOCK, input.scales + block * count, input.sums + block * count,
        count, (float (*)[PACKED_ROWS])(result[0] + row));
    }
  }
}

// Each column's four bytes with each row's, by instructions that take the column out of a register.
INLINE void add_column_by_column(
  int32x4_t sum[], const packed_type type, const int first_group, const int end_group, const uint8_t *weights,
  const int8_t *bytes, const int count) {
  UNROLL
  for (int index = 0; index < count * QUADS; index++) sum[index] = vdupq_n_s32(0);
  UNROLL
  for (int group = first_group; group < end_group; group++) {
    int8x16_t weight[QUADS];
    UNROLL
    for (int quad = 0; quad < QUADS; quad++) weight[quad] = weights_of(type, weights, group, quad);
    UNROLL
    for (int column = 0; column < count; column += 4) {
      int8x16_t four = columns_of(bytes, group, column, count);
#define ADD(lane) \
  if (column + lane < count) { \
    UNROLL \
    for (int quad = 0; quad < QUADS; quad++) { \
      int32x4_t *own = &sum[(column + lane) * QUADS + quad]; \
      *own = vdotq_laneq_s32(*own, weight[quad], four, lane); \
      SETTLE(*own); \
    } \
  }
      ADD(0)
      ADD(1)
      ADD(2)
      ADD(3)
#undef ADD
    }
  }
}

#endif
