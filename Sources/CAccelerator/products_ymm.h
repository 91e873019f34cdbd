// One tile with one chunk in registers of 32 bytes, of which there are 16: for kernels that say, before they include
// this,
//
// - TARGET: their instructions;
// - SIDES(type, count): how many halves of a tile's registers, eight rows each, go together with so many columns: 2,
//   with up to 6 at once, which saves loads of the columns' bytes, or 1, where what else is needed leaves less room.
//
// and after it how whole numbers are made (add_wide, add_narrow).

#ifndef PACKED_YMM_H
#define PACKED_YMM_H

#include <immintrin.h>
#include <string.h>

#include "kernels.h"
#include "products_counts.h"

#define INLINE TARGET static inline __attribute__((always_inline))
// Sums that are indexed by a loop which is not unrolled are kept in memory.
#define UNROLL _Pragma("clang loop unroll(full)")

// A sum as it is now, in a register, before what follows is begun. Left to itself the compiler does many things at
// once, has too few registers for them, and keeps sums in memory.
#define SETTLE(sum) __asm__ volatile("" : "+x"(sum) : : "memory")

#define SIDE_ROWS 8

// Columns that go together: `count` of the chunk's `all`.
typedef struct span {
  int count;
  int all;
} span;

// Sums of some groups of a block whose weights have 8 or 6 bits: sum[column * sides + side]. They begin at `starts`, which is what the
// weights' offset takes off, or are made of weights that have none.
INLINE void add_wide(
  __m256i sum[], const packed_type type, const int sides, const int first_group, const int end_group,
  const uint8_t *weights, const int8_t *bytes, const int32_t *starts, const span columns);
// Those of a block whose weights have 4 bits. They begin at zero if there are no `starts`.
INLINE void add_narrow(
  __m256i sum[], const int sides, const uint8_t *weights, const int8_t *bytes, const int32_t *starts,
  const span columns);

INLINE __m256i load(const void *source) { return _mm256_loadu_si256((const __m256i *)source); }

// A group of numbers of 4 bits, or the lower 4 of 6.
INLINE __m256i lower_bits(const uint8_t *weights, const int group, const int side) {
  __m256i both = load(weights + group % 4 * 64 + side * 32);
  return _mm256_and_si256(group < 4 ? both : _mm256_srli_epi16(both, 4), _mm256_set1_epi8(15));
}

INLINE __m256i six_bits(const uint8_t *weights, const int group, const int side) {
  __m256i upper = load(weights + UPPER_BITS + group / 4 * 64 + side * 32);
  // Bits of a byte's neighbour come along, and not to these places.
  switch (group % 4) {
    case 0: upper = _mm256_slli_epi16(upper, 4); break;
    case 1: upper = _mm256_slli_epi16(upper, 2); break;
    case 3: upper = _mm256_srli_epi16(upper, 2); break;
    default: break;
  }
  return _mm256_or_si256(_mm256_and_si256(upper, _mm256_set1_epi8(48)), lower_bits(weights, group, side));
}

// Four bytes of a column, in every place.
INLINE __m256i broadcast_bytes(const int8_t *bytes) {
  int32_t four;
  memcpy(&four, bytes, sizeof four);
  return _mm256_set1_epi32(four);
}

INLINE __m256 halves(const void *source) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)source)); }

INLINE __m256 signed_bytes(const void *source) {
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)source)));
}

INLINE __m256 unsigned_bytes(const void *source) {
  return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)source)));
}

// Eight numbers, or as many as there are.
INLINE __m256i load_some(const void *source, const int count) {
  if (count >= 8) return load(source);
  const __m256i places = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_maskload_epi32((const int *)source, _mm256_cmpgt_epi32(_mm256_set1_epi32(count), places));
}

// What a block's columns have in common for all rows. Registers of eight columns lie here, to be read column by column.
typedef struct block_columns {
  // Where sums begin: a block's, or those of its halves.
  _Alignas(32) int32_t starts[2][16];
  // What a least value is multiplied with.
  _Alignas(32) float shares[16];
} block_columns;

INLINE void prepare(
  block_columns *own, const packed_type type, const int32_t *sums, const int32_t *first_sums, const float *scales,
  const int count) {
  UNROLL
  for (int first = 0; first < count; first += 8) {
    __m256i sum = load_some(sums + first, count - first);
    if (type == PACKED_Q4_K) {
      __m256 scale = _mm256_castsi256_ps(load_some(scales + first, count - first));
      _mm256_store_ps(own->shares + first, _mm256_mul_ps(_mm256_cvtepi32_ps(sum), scale));
      continue;
    }
    const __m256i offset = _mm256_set1_epi32(type == PACKED_Q8_0 ? -128 : type == PACKED_Q6_K ? -32 : -8);
    if (type == PACKED_Q6_K) {
      __m256i half = load_some(first_sums + first, count - first);
      _mm256_store_si256((__m256i *)(own->starts[1] + first), _mm256_mullo_epi32(_mm256_sub_epi32(sum, half), offset));
      sum = half;
    }
    _mm256_store_si256((__m256i *)(own->starts[0] + first), _mm256_mullo_epi32(sum, offset));
  }
}

INLINE void settle(__m256i sum[], const int count) {
  UNROLL
  for (int index = 0; index < count; index++) SETTLE(sum[index]);
}

// There are no registers for sums and totals too: the totals stay in the result, which is in the cache. With `least`,
// that times the share of each column is taken off.
INLINE void end(
  float (*result)[PACKED_ROWS], const int sides, __m256i sum[], const __m256 row_scales[], const float *scales,
  const __m256 *least, const float *shares, const int count) {
  UNROLL
  for (int column = 0; column < count; column++) {
    __m256 column_scale = _mm256_set1_ps(scales[column]);
    UNROLL
    for (int side = 0; side < sides; side++) {
      float *place = result[column] + side * SIDE_ROWS;
      __m256 scale = _mm256_mul_ps(row_scales[side], column_scale);
      __m256 total = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum[column * sides + side]), scale, _mm256_loadu_ps(place));
      if (least) total = _mm256_fnmadd_ps(least[side], _mm256_set1_ps(shares[column]), total);
      _mm256_storeu_ps(place, total);
    }
  }
}

// Some rows and columns of a block.
INLINE void add_block(
  const packed_type type, const int sides, const uint8_t *weights, const uint8_t *row_scales, const uint16_t *outer,
  const int8_t *bytes, const float *scales, const block_columns *own, const int first, const span columns,
  float (*result)[PACKED_ROWS]) {
  __m256i sum[12];
  __m256 scale[2], least[2];
  bytes += first * 4;
  scales += first;
  if (type == PACKED_Q6_K) {
    UNROLL
    for (int half = 0; half < 2; half++) {
      add_wide(
        sum, type, sides, half * 4, half * 4 + 4, weights, bytes, own->starts[half] + first, columns);
      settle(sum, columns.count * sides);
      UNROLL
      for (int side = 0; side < sides; side++) {
        const uint8_t *inner = row_scales + half * PACKED_ROWS + side * SIDE_ROWS;
        scale[side] = _mm256_mul_ps(halves(outer + side * SIDE_ROWS), signed_bytes(inner));
      }
      end(result + first, sides, sum, scale, scales, 0, 0, columns.count);
    }
    return;
  }
  if (type == PACKED_Q8_0) {
    add_wide(sum, type, sides, 0, 8, weights, bytes, own->starts[0] + first, columns);
  } else {
    add_narrow(sum, sides, weights, bytes, type == PACKED_Q4_0 ? own->starts[0] + first : 0, columns);
  }
  settle(sum, columns.count * sides);
  UNROLL
  for (int side = 0; side < sides; side++) {
    const uint8_t *inner = row_scales + side * SIDE_ROWS * (type == PACKED_Q4_K ? 1 : 2);
    if (type == PACKED_Q4_K) {
      const uint16_t *one = outer + side * SIDE_ROWS;
      scale[side] = _mm256_mul_ps(halves(one), unsigned_bytes(inner));
      least[side] = _mm256_mul_ps(halves(one + PACKED_ROWS), unsigned_bytes(inner + PACKED_ROWS));
    } else {
      scale[side] = halves(inner);
    }
  }
  end(
    result + first, sides, sum, scale, scales, type == PACKED_Q4_K ? least : 0, own->shares + first, columns.count);
}

// An element of eight rows.
INLINE __m256 floats(const packed_type type, const uint8_t *weights) {
  if (type == PACKED_F32) return _mm256_loadu_ps((const float *)weights);
  if (type == PACKED_F16) return halves(weights);
  __m256i numbers = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)weights));
  return _mm256_castsi256_ps(_mm256_slli_epi32(numbers, 16));
}

// Some columns of a block of numbers, six at most.
INLINE void add_floats(
  const packed_type type, const uint8_t *weights, const float *numbers, const span columns,
  float (*result)[PACKED_ROWS]) {
  __m256 sum[12];
  UNROLL
  for (int index = 0; index < columns.count * 2; index++) sum[index] = _mm256_setzero_ps();
  for (int first = 0; first < PACKED_BLOCK; first += 8) {
    UNROLL
    for (int element = first; element < first + 8; element++) {
      const uint8_t *own = weights + element * PACKED_ROWS * number_bytes(type);
      __m256 weight[2] = {floats(type, own), floats(type, own + SIDE_ROWS * number_bytes(type))};
      UNROLL
      for (int column = 0; column < columns.count; column++) {
        __m256 number = _mm256_set1_ps(numbers[element * columns.all + column]);
        UNROLL
        for (int side = 0; side < 2; side++) {
          sum[column * 2 + side] = _mm256_fmadd_ps(weight[side], number, sum[column * 2 + side]);
          SETTLE(sum[column * 2 + side]);
        }
      }
    }
  }
  UNROLL
  for (int index = 0; index < columns.count * 2; index++) {
    float *place = result[index / 2] + index % 2 * SIDE_ROWS;
    _mm256_storeu_ps(place, _mm256_add_ps(_mm256_loadu_ps(place), sum[index]));
  }
}

INLINE void multiply_floats(
  const packed_type type, tile tile, int64_t blocks, columns input, const int count, float result[][PACKED_ROWS]) {
  const span left = {count > 6 ? (count + 1) / 2 : count, count};
  const span right = {count - left.count, count};
  memset(result, 0, (size_t)count * sizeof result[0]);
  for (int64_t block = 0; block < blocks; block++) {
    const uint8_t *weights = tile.weights + (size_t)block * weight_bytes(type);
    const float *numbers = input.floats + block * PACKED_BLOCK * count;
    fetch(tile, type, block);
    add_floats(type, weights, numbers, left, result);
    if (right.count > 0) add_floats(type, weights, numbers + left.count, right, result + left.count);
  }
}

// One tile with `count` columns of a type, which the compiler knows.
INLINE void multiply(
  const packed_type type, tile tile, int64_t blocks, columns input, const int count, float result[][PACKED_ROWS]) {
  if (is_float(type)) {
    multiply_floats(type, tile, blocks, input, count, result);
    return;
  }
  const int row_scale_bytes = type == PACKED_Q8_0 || type == PACKED_Q4_0 ? 2 : 1;
  const int sides = SIDES(type, count);
  const span left = {sides == 2 && count > 6 ? (count + 1) / 2 : count, count};
  const span right = {count - left.count, count};
  memset(result, 0, (size_t)count * sizeof result[0]);
  for (int64_t block = 0; block < blocks; block++) {
    const uint8_t *weights = tile.weights + (size_t)block * weight_bytes(type);
    const uint8_t *row_scales = tile.scales + (size_t)block * scale_bytes(type);
    const uint16_t *outer = tile.outer + (size_t)(block / 8) * (outer_bytes(type) / 2);
    const int8_t *bytes = input.bytes + (size_t)block * count * PACKED_BLOCK;
    const float *scales = input.scales + block * count;
    fetch(tile, type, block);
    block_columns own;
    prepare(&own, type, input.sums + block * count, input.first_sums + block * count, scales, count);
    for (int row = 0; row < PACKED_ROWS; row += sides * SIDE_ROWS) {
      // To be read anew, column by column: kept as registers they would be kept in memory.
      const block_columns *anew = &own;
      __asm__ volatile("" : "+r"(anew) : : "memory");
      float (*target)[PACKED_ROWS] = (float (*)[PACKED_ROWS])(result[0] + row);
#define ADD(first, span) \
  add_block( \
    type, sides, weights + row * 4, row_scales + row * row_scale_bytes, outer + row, bytes, scales, anew, first, span, \
    target)
      ADD(0, left);
      if (right.count > 0) ADD(left.count, right);
#undef ADD
    }
  }
}

#endif
