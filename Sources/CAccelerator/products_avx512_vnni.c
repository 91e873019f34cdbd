#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "kernels.h"
#include "products_counts.h"

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,f16c")))

// A column's scale or four of its bytes, in every place.
TARGET static inline __m512i broadcast_bytes(const int8_t *bytes) {
  int32_t four;
  memcpy(&four, bytes, sizeof four);
  return _mm512_set1_epi32(four);
}

#define INLINE TARGET static inline __attribute__((always_inline))
// Sums that are indexed by a loop which is not unrolled are kept in memory.
#define UNROLL _Pragma("clang loop unroll(full)")

INLINE __m512 halves(const void *source) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)source)); }

// A group of four elements of each row meets the columns' four.
INLINE void add_products(__m512i sum[], __m512i weight, const int8_t *four, const int count) {
  UNROLL
  for (int column = 0; column < count; column++) {
    sum[column] = _mm512_dpbusd_epi32(sum[column], weight, broadcast_bytes(four + column * 4));
  }
}

// A group of numbers of 4 bits, or the lower 4 of 6.
INLINE __m512i lower_bits(const uint8_t *weights, const int group) {
  __m512i both = _mm512_loadu_si512(weights + group % 4 * 64);
  return _mm512_and_si512(group < 4 ? both : _mm512_srli_epi16(both, 4), _mm512_set1_epi8(15));
}

INLINE __m512i six_bits(const uint8_t *weights, const int group) {
  __m512i upper = _mm512_loadu_si512(weights + UPPER_BITS + group / 4 * 64);
  // Bits of a byte's neighbour come along, and not to these places.
  switch (group % 4) {
    case 0: upper = _mm512_slli_epi16(upper, 4); break;
    case 1: upper = _mm512_slli_epi16(upper, 2); break;
    case 3: upper = _mm512_srli_epi16(upper, 2); break;
    default: break;
  }
  // (upper and 48) or lower.
  return _mm512_ternarylogic_epi32(upper, _mm512_set1_epi8(48), lower_bits(weights, group), 0xEA);
}

INLINE void begin(__m512i sum[], const int32_t *sums, const int32_t *without, int offset, const int count) {
  UNROLL
  for (int column = 0; column < count; column++) {
    sum[column] = _mm512_set1_epi32(-offset * (sums[column] - (without ? without[column] : 0)));
  }
}

INLINE void end(__m512 total[], const __m512i sum[], __m512 row_scales, const float *scales, const int count) {
  UNROLL
  for (int column = 0; column < count; column++) {
    __m512 scale = _mm512_mul_ps(row_scales, _mm512_set1_ps(scales[column]));
    total[column] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum[column]), scale, total[column]);
  }
}

// An element of each row.
INLINE __m512 floats(const packed_type type, const uint8_t *weights) {
  if (type == PACKED_F32) return _mm512_loadu_ps(weights);
  if (type == PACKED_F16) return halves(weights);
  __m512i numbers = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)weights));
  return _mm512_castsi512_ps(_mm512_slli_epi32(numbers, 16));
}

INLINE void multiply_floats(
  const packed_type type, tile tile, int64_t blocks, columns input, const int count, float result[][PACKED_ROWS]) {
  __m512 total[PACKED_COLUMNS];
  UNROLL
  for (int column = 0; column < count; column++) total[column] = _mm512_setzero_ps();
  for (int64_t block = 0; block < blocks; block++) {
    const uint8_t *weights = tile.weights + (size_t)block * weight_bytes(type);
    const float *numbers = input.floats + block * PACKED_BLOCK * count;
    fetch(tile, type, block);
    __m512 sum[PACKED_COLUMNS];
    UNROLL
    for (int column = 0; column < count; column++) sum[column] = _mm512_setzero_ps();
    for (int first = 0; first < PACKED_BLOCK; first += 8) {
      UNROLL
      for (int element = first; element < first + 8; element++) {
        __m512 weight = floats(type, weights + element * PACKED_ROWS * number_bytes(type));
        UNROLL
        for (int column = 0; column < count; column++) {
          sum[column] = _mm512_fmadd_ps(weight, _mm512_set1_ps(numbers[element * count + column]), sum[column]);
        }
      }
    }
    UNROLL
    for (int column = 0; column < count; column++) total[column] = _mm512_add_ps(total[column], sum[column]);
  }
  UNROLL
  for (int column = 0; column < count; column++) _mm512_storeu_ps(result[column], total[column]);
}

// One tile with `count` columns of a type, which the compiler knows: all sums stay in registers.
INLINE void multiply(
  const packed_type type, tile tile, int64_t blocks, columns input, const int count, float result[][PACKED_ROWS]) {
  if (is_float(type)) {
    multiply_floats(type, tile, blocks, input, count, result);
    return;
  }
  __m512 total[PACKED_COLUMNS];
  UNROLL
  for (int column = 0; column < count; column++) total[column] = _mm512_setzero_ps();
  for (int64_t block = 0; block < blocks; block++) {
    const uint8_t *weights = tile.weights + (size_t)block * weight_bytes(type);
    const uint8_t *row_scales = tile.scales + (size_t)block * scale_bytes(type);
    const int8_t *bytes = input.bytes + (size_t)block * count * PACKED_BLOCK;
    const float *scales = input.scales + block * count;
    const int32_t *sums = input.sums + block * count;
    fetch(tile, type, block);
    __m512i sum[PACKED_COLUMNS];
    if (type == PACKED_Q6_K) {
      __m512 outer = halves(tile.outer + (size_t)(block / 8) * PACKED_ROWS);
      const int32_t *first_sums = input.first_sums + block * count;
      UNROLL
      for (int half = 0; half < 2; half++) {
        if (half == 0) {
          begin(sum, first_sums, 0, 32, count);
        } else {
          begin(sum, sums, first_sums, 32, count);
        }
        UNROLL
        for (int group = half * 4; group < half * 4 + 4; group++) {
          add_products(sum, six_bits(weights, group), bytes + group * 4 * count, count);
        }
        __m512i own = _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(row_scales + half * PACKED_ROWS)));
        end(total, sum, _mm512_mul_ps(outer, _mm512_cvtepi32_ps(own)), scales, count);
      }
      continue;
    }
    if (type == PACKED_Q4_K) {
      UNROLL
      for (int column = 0; column < count; column++) sum[column] = _mm512_setzero_si512();
    } else {
      begin(sum, sums, 0, type == PACKED_Q8_0 ? 128 : 8, count);
    }
    if (is_narrow(type)) {
      UNROLL
      for (int group = 0; group < 8; group++) {
        add_products(sum, lower_bits(weights, group), bytes + group * 4 * count, count);
      }
    } else {
      UNROLL
      for (int group = 0; group < 8; group++) {
        add_products(sum, _mm512_loadu_si512(weights + group * 64), bytes + group * 4 * count, count);
      }
    }
    if (type == PACKED_Q4_K) {
      const uint16_t *outer = tile.outer + (size_t)(block / 8) * 2 * PACKED_ROWS;
      __m512 own = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)row_scales)));
      __m512 least =
        _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(row_scales + PACKED_ROWS))));
      end(total, sum, _mm512_mul_ps(halves(outer), own), scales, count);
      least = _mm512_mul_ps(halves(outer + PACKED_ROWS), least);
      UNROLL
      for (int column = 0; column < count; column++) {
        __m512 weight = _mm512_set1_ps((float)sums[column] * scales[column]);
        total[column] = _mm512_fnmadd_ps(least, weight, total[column]);
      }
    } else {
      end(total, sum, halves(row_scales), scales, count);
    }
  }
  UNROLL
  for (int column = 0; column < count; column++) _mm512_storeu_ps(result[column], total[column]);
}

PACKED_TILE_KERNEL(TARGET, packed_tile_avx512_vnni)

TARGET float packed_round_avx512_vnni(const float *source, int8_t *bytes) {
  __m512 low = _mm512_loadu_ps(source);
  __m512 high = _mm512_loadu_ps(source + 16);
  __m512 low_size = _mm512_abs_ps(low);
  __m512 high_size = _mm512_abs_ps(high);
  __m512 bound = _mm512_set1_ps(LARGEST_NUMBER);
  bool is_finite = _mm512_cmp_ps_mask(low_size, bound, _CMP_LE_OQ) == 0xFFFF
    && _mm512_cmp_ps_mask(high_size, bound, _CMP_LE_OQ) == 0xFFFF;
  if (!is_finite) {
    memset(bytes, 0, PACKED_BLOCK);
    return __builtin_nanf("");
  }
  float scale = _mm512_reduce_max_ps(_mm512_max_ps(low_size, high_size)) / 127;
  __m512 inverse = _mm512_set1_ps(scale >= LEAST_SCALE ? 1 / scale : 0);
  __m512i most = _mm512_set1_epi32(127);
  __m512i least = _mm512_set1_epi32(-127);
  // To the nearest, halves to even: the processor's own rounding.
  __m512i low_value = _mm512_cvtps_epi32(_mm512_mul_ps(low, inverse));
  __m512i high_value = _mm512_cvtps_epi32(_mm512_mul_ps(high, inverse));
  low_value = _mm512_max_epi32(_mm512_min_epi32(low_value, most), least);
  high_value = _mm512_max_epi32(_mm512_min_epi32(high_value, most), least);
  _mm_storeu_si128((__m128i *)bytes, _mm512_cvtepi32_epi8(low_value));
  _mm_storeu_si128((__m128i *)(bytes + 16), _mm512_cvtepi32_epi8(high_value));
  return scale;
}

#endif
