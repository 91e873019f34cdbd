#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels.h"

#define TARGET __attribute__((target("avx2,f16c,fma")))
#define INLINE static inline __attribute__((always_inline))
// Sums that are indexed by a loop which is not unrolled are kept in memory.
#define UNROLL _Pragma("clang loop unroll(full)")

#define LANES 8
typedef __m256 vector;
typedef __m256 choice;

TARGET INLINE vector load(const float *source) { return _mm256_loadu_ps(source); }
TARGET INLINE void store(float *target, vector x) { _mm256_storeu_ps(target, x); }
TARGET INLINE vector splat(float x) { return _mm256_set1_ps(x); }
TARGET INLINE vector fused(vector a, vector b, vector c) { return _mm256_fmadd_ps(a, b, c); }
TARGET INLINE vector times(vector a, vector b) { return _mm256_mul_ps(a, b); }
TARGET INLINE vector plus(vector a, vector b) { return _mm256_add_ps(a, b); }
TARGET INLINE vector minus(vector a, vector b) { return _mm256_sub_ps(a, b); }
// Of one that is no number and another the processor takes the second.
TARGET INLINE vector larger(vector a, vector b) { return _mm256_max_ps(a, b); }
TARGET INLINE vector nearest(vector x) { return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
TARGET INLINE vector power(vector n) {
  __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
  return _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
}
TARGET INLINE vector halves(const void *source) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)source)); }
TARGET INLINE choice is_nothing(vector x) { return _mm256_cmp_ps(x, _mm256_set1_ps(-__builtin_inff()), _CMP_EQ_OQ); }
TARGET INLINE choice is_less(vector a, vector b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
// The processor chooses by signs.
TARGET INLINE choice is_negative(vector x) { return x; }
TARGET INLINE vector choose(choice which, vector yes, vector no) { return _mm256_blendv_ps(no, yes, which); }
TARGET INLINE unsigned places(choice which) { return (unsigned)_mm256_movemask_ps(which); }

#include "attention_lanes.h"

TARGET INLINE uint16_t seen_cells(const uint16_t *mask) {
  __m256i all = _mm256_loadu_si256((const __m256i *)mask);
  __m256i unseen = _mm256_cmpeq_epi16(all, _mm256_set1_epi16((short)HALF_MINUS_INFINITY));
  __m128i bytes = _mm_packs_epi16(_mm256_castsi256_si128(unseen), _mm256_extracti128_si256(unseen, 1));
  return (uint16_t)~_mm_movemask_epi8(bytes);
}

// Eight rows of eight halves become columns, in both halves of the registers.
TARGET INLINE void transpose(__m256i row[8]) {
  __m256i a[8], b[8];
  UNROLL
  for (int i = 0; i < 4; i++) {
    a[i * 2] = _mm256_unpacklo_epi16(row[i * 2], row[i * 2 + 1]);
    a[i * 2 + 1] = _mm256_unpackhi_epi16(row[i * 2], row[i * 2 + 1]);
  }
  UNROLL
  for (int i = 0; i < 2; i++) {
    b[i * 4] = _mm256_unpacklo_epi32(a[i * 4], a[i * 4 + 2]);
    b[i * 4 + 1] = _mm256_unpackhi_epi32(a[i * 4], a[i * 4 + 2]);
    b[i * 4 + 2] = _mm256_unpacklo_epi32(a[i * 4 + 1], a[i * 4 + 3]);
    b[i * 4 + 3] = _mm256_unpackhi_epi32(a[i * 4 + 1], a[i * 4 + 3]);
  }
  UNROLL
  for (int i = 0; i < 4; i++) {
    row[i * 2] = _mm256_unpacklo_epi64(b[i], b[i + 4]);
    row[i * 2 + 1] = _mm256_unpackhi_epi64(b[i], b[i + 4]);
  }
}

TARGET INLINE void turn_keys(const char *key, int64_t stride, const int32_t *cells, int64_t length, float *keys) {
  for (int64_t start = 0; start < length; start += 8) {
    __m256i row[8];
    UNROLL
    for (int place = 0; place < 8; place++) {
      const char *own = key + start * 2;
      __m128i low = _mm_loadu_si128((const __m128i *)(own + cells[place] * stride));
      __m128i high = _mm_loadu_si128((const __m128i *)(own + cells[place + 8] * stride));
      row[place] = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
    }
    transpose(row);
    UNROLL
    for (int element = 0; element < 8; element++) {
      float *target = keys + (start + element) * ATTENTION_CELLS;
      store(target, _mm256_cvtph_ps(_mm256_castsi256_si128(row[element])));
      store(target + LANES, _mm256_cvtph_ps(_mm256_extracti128_si256(row[element], 1)));
    }
  }
}

TARGET void attention_avx2(const ordered_attention *problem, const attention_part *part, void *scratch) {
  attend_in_groups(problem, part, scratch);
}

#endif
