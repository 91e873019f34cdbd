#include "layout.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,f16c")))

// A column's scale or four of its bytes, in every place.
TARGET static inline __m512i broadcast_bytes(const int8_t *bytes) {
  int32_t four;
  memcpy(&four, bytes, sizeof four);
  return _mm512_set1_epi32(four);
}

// One tile with `count` columns, which the compiler knows: all sums stay in registers.
TARGET static inline __attribute__((always_inline)) void multiply(
  const uint8_t *weights, const uint16_t *scales, int64_t blocks, const int8_t *bytes, const int count,
  float sums[][PACKED_ROWS]) {
  const float *column_scales = chunk_scales(bytes, blocks, count);
  const int32_t *beginnings = chunk_beginnings(bytes, blocks, count);
  __m512 total[PACKED_COLUMNS];
  for (int column = 0; column < count; column++) total[column] = _mm512_setzero_ps();
  for (int64_t block = 0; block < blocks; block++) {
    const uint8_t *tile = weights + block * TILE_BLOCK_BYTES;
    const int8_t *group = bytes + block * 8 * count * 4;
    // The weights of a large model come from memory, in order; the processor's own guesses end at its pages.
    for (int line = 0; line < 8; line++) _mm_prefetch((const char *)tile + 12 * TILE_BLOCK_BYTES + line * 64, _MM_HINT_T0);
    __m512i sum[PACKED_COLUMNS];
    for (int column = 0; column < count; column++) {
      sum[column] = _mm512_set1_epi32(beginnings[block * count + column]);
    }
    for (int four = 0; four < 8; four++) {
      __m512i weight = _mm512_loadu_si512(tile + four * 64);
      for (int column = 0; column < count; column++) {
        sum[column] = _mm512_dpbusd_epi32(sum[column], weight, broadcast_bytes(group + (four * count + column) * 4));
      }
    }
    __m512 row_scales = _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(scales + block * PACKED_ROWS)));
    for (int column = 0; column < count; column++) {
      __m512 scale = _mm512_mul_ps(row_scales, _mm512_set1_ps(column_scales[block * count + column]));
      total[column] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum[column]), scale, total[column]);
    }
  }
  for (int column = 0; column < count; column++) _mm512_storeu_ps(sums[column], total[column]);
}

TARGET void packed_tile_avx512_vnni(
  const uint8_t *weights, const uint16_t *scales, int64_t blocks, const int8_t *bytes, int count,
  float sums[][PACKED_ROWS]) {
#define CASE(number) \
  case number: multiply(weights, scales, blocks, bytes, number, sums); break
  switch (count) {
    CASE(1);
    CASE(2);
    CASE(3);
    CASE(4);
    CASE(5);
    CASE(6);
    CASE(7);
    CASE(8);
    CASE(9);
    CASE(10);
    CASE(11);
    CASE(12);
    default: break;
  }
#undef CASE
}

TARGET float packed_round_avx512_vnni(const float *source, int8_t *bytes, int32_t *sum) {
  __m512 low = _mm512_loadu_ps(source);
  __m512 high = _mm512_loadu_ps(source + 16);
  __m512 low_size = _mm512_abs_ps(low);
  __m512 high_size = _mm512_abs_ps(high);
  __m512 bound = _mm512_set1_ps(LARGEST_NUMBER);
  bool is_finite = _mm512_cmp_ps_mask(low_size, bound, _CMP_LE_OQ) == 0xFFFF
    && _mm512_cmp_ps_mask(high_size, bound, _CMP_LE_OQ) == 0xFFFF;
  if (!is_finite) {
    memset(bytes, 0, PACKED_BLOCK);
    *sum = 0;
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
  *sum = _mm512_reduce_add_epi32(_mm512_add_epi32(low_value, high_value));
  return scale;
}

static bool is_available(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
    && __builtin_cpu_supports("avx512vnni");
}

#else

void packed_tile_avx512_vnni(
  const uint8_t *weights, const uint16_t *scales, int64_t blocks, const int8_t *bytes, int count,
  float sums[][PACKED_ROWS]) {
  packed_tile_portable(weights, scales, blocks, bytes, count, sums);
}

float packed_round_avx512_vnni(const float *source, int8_t *bytes, int32_t *sum) {
  return packed_round_portable(source, bytes, sum);
}

static bool is_available(void) { return false; }

#endif

bool packed_kernel_is_available(packed_kernel kernel) {
  switch (kernel) {
    case PACKED_KERNEL_PORTABLE: return true;
    case PACKED_KERNEL_AVX512_VNNI: return is_available();
  }
  return false;
}

packed_kernel packed_kernel_best(void) {
  return is_available() ? PACKED_KERNEL_AVX512_VNNI : PACKED_KERNEL_PORTABLE;
}

const char *packed_kernel_name(packed_kernel kernel) {
  switch (kernel) {
    case PACKED_KERNEL_PORTABLE: return "portable C";
    case PACKED_KERNEL_AVX512_VNNI: return "AVX-512 VNNI";
  }
  return "unknown";
}
