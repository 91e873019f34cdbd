#if defined(__x86_64__)

#define TARGET __attribute__((target("avx2,f16c,fma")))
#define SIDES(type, count) ((type) == PACKED_Q4_0 || (type) == PACKED_Q4_K || (count) <= 4 ? 2 : 1)
#include "products_ymm.h"

// The instruction adds products of unsigned and signed bytes in twos, to numbers of 16 bits that must not overflow:
// magnitudes of activations are 127 at most.

// Weights of eight bits: one such pair has room, and only with a weight's magnitude, 128 at most, in its place; the
// sign goes to the activation.
INLINE void add_signed(
  __m256i sum[], const int sides, const int first_group, const int end_group, const uint8_t *weights,
  const int8_t *bytes, const span columns) {
  UNROLL
  for (int group = first_group; group < end_group; group++) {
    __m256i weight[2], size[2];
    UNROLL
    for (int side = 0; side < sides; side++) {
      weight[side] = _mm256_xor_si256(load(weights + group * 64 + side * 32), _mm256_set1_epi8((char)0x80));
      size[side] = _mm256_abs_epi8(weight[side]);
    }
    UNROLL
    for (int column = 0; column < columns.count; column++) {
      __m256i four = broadcast_bytes(bytes + (group * columns.all + column) * 4);
      UNROLL
      for (int side = 0; side < sides; side++) {
        __m256i *own = &sum[column * sides + side];
        __m256i pairs = _mm256_maddubs_epi16(size[side], _mm256_sign_epi8(four, weight[side]));
        __m256i fours = _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
        *own = group == first_group ? fours : _mm256_add_epi32(*own, fours);
        SETTLE(*own);
      }
    }
  }
}

// Weights of six bits: two pairs have room.
INLINE void add_six_bits(
  __m256i sum[], const int sides, const int first_group, const int end_group, const uint8_t *weights,
  const int8_t *bytes, const int32_t *starts, const span columns) {
  UNROLL
  for (int group = first_group; group < end_group; group += 2) {
    __m256i one[2], other[2];
    UNROLL
    for (int side = 0; side < sides; side++) {
      one[side] = six_bits(weights, group, side);
      other[side] = six_bits(weights, group + 1, side);
    }
    UNROLL
    for (int column = 0; column < columns.count; column++) {
      const int8_t *four = bytes + (group * columns.all + column) * 4;
      UNROLL
      for (int side = 0; side < sides; side++) {
        __m256i *own = &sum[column * sides + side];
        __m256i pairs = _mm256_add_epi16(
          _mm256_maddubs_epi16(one[side], broadcast_bytes(four)),
          _mm256_maddubs_epi16(other[side], broadcast_bytes(four + columns.all * 4)));
        __m256i before = group == first_group ? _mm256_set1_epi32(starts[column]) : *own;
        *own = _mm256_add_epi32(before, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
        SETTLE(*own);
      }
    }
  }
}

INLINE void add_wide(
  __m256i sum[], const packed_type type, const int sides, const int first_group, const int end_group,
  const uint8_t *weights, const int8_t *bytes, const int32_t *starts, const span columns) {
  if (type == PACKED_Q8_0) {
    add_signed(sum, sides, first_group, end_group, weights, bytes, columns);
  } else {
    add_six_bits(sum, sides, first_group, end_group, weights, bytes, starts, columns);
  }
}

// Weights of four bits: the eight pairs of a block have room.
INLINE void add_narrow(
  __m256i sum[], const int sides, const uint8_t *weights, const int8_t *bytes, const int32_t *starts,
  const span columns) {
  UNROLL
  for (int group = 0; group < 8; group++) {
    __m256i weight[2];
    UNROLL
    for (int side = 0; side < sides; side++) weight[side] = lower_bits(weights, group, side);
    UNROLL
    for (int column = 0; column < columns.count; column++) {
      __m256i four = broadcast_bytes(bytes + (group * columns.all + column) * 4);
      UNROLL
      for (int side = 0; side < sides; side++) {
        __m256i pairs = _mm256_maddubs_epi16(weight[side], four);
        __m256i *own = &sum[column * sides + side];
        *own = group == 0 ? pairs : _mm256_add_epi16(*own, pairs);
        SETTLE(*own);
      }
    }
  }
  UNROLL
  for (int column = 0; column < columns.count; column++) {
    UNROLL
    for (int side = 0; side < sides; side++) {
      __m256i *own = &sum[column * sides + side];
      *own = _mm256_madd_epi16(*own, _mm256_set1_epi16(1));
      if (starts) *own = _mm256_add_epi32(*own, _mm256_set1_epi32(starts[column]));
    }
  }
}

PACKED_TILE_KERNEL(TARGET, packed_tile_avx2)

TARGET float packed_round_avx2(const float *source, int8_t *bytes) {
  const __m256 sign = _mm256_set1_ps(-0.0f);
  const __m256 bound = _mm256_set1_ps(LARGEST_NUMBER);
  __m256 part[4];
  __m256 largest = _mm256_setzero_ps();
  __m256 finite = _mm256_cmp_ps(bound, bound, _CMP_EQ_OQ);
  for (int index = 0; index < 4; index++) {
    part[index] = _mm256_loadu_ps(source + index * 8);
    __m256 size = _mm256_andnot_ps(sign, part[index]);
    finite = _mm256_and_ps(finite, _mm256_cmp_ps(size, bound, _CMP_LE_OQ));
    largest = _mm256_max_ps(largest, size);
  }
  if (_mm256_movemask_ps(finite) != 0xFF) {
    memset(bytes, 0, PACKED_BLOCK);
    return __builtin_nanf("");
  }
  __m128 most = _mm_max_ps(_mm256_castps256_ps128(largest), _mm256_extractf128_ps(largest, 1));
  most = _mm_max_ps(most, _mm_movehl_ps(most, most));
  most = _mm_max_ss(most, _mm_movehdup_ps(most));
  float scale = _mm_cvtss_f32(most) / 127;
  __m256 inverse = _mm256_set1_ps(scale >= LEAST_SCALE ? 1 / scale : 0);
  __m256i value[4];
  for (int index = 0; index < 4; index++) {
    // To the nearest, halves to even: the processor's own rounding.
    value[index] = _mm256_cvtps_epi32(_mm256_mul_ps(part[index], inverse));
  }
  __m256i all = _mm256_packs_epi16(_mm256_packs_epi32(value[0], value[1]), _mm256_packs_epi32(value[2], value[3]));
  // Packing goes by halves of registers, and ends at 127, but at -128.
  all = _mm256_permutevar8x32_epi32(all, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
  _mm256_storeu_si256((__m256i *)bytes, _mm256_max_epi8(all, _mm256_set1_epi8(-127)));
  return scale;
}

#endif
