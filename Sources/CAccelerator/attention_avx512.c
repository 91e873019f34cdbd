#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels.h"

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,f16c")))
#define INLINE static inline __attribute__((always_inline))
// Sums that are indexed by a loop which is not unrolled are kept in memory.
#define UNROLL _Pragma("clang loop unroll(full)")

#include "attention_rows.h"

// See the portable kernel.
TARGET INLINE __m512 exponential(__m512 x) {
  __mmask16 counts = _mm512_cmp_ps_mask(x, _mm512_set1_ps(EXP_LEAST), _CMP_NLT_UQ);
  __m512 n = _mm512_roundscale_ps(
    _mm512_mul_ps(x, _mm512_set1_ps(EXP_LOG2E)), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  __m512 r = _mm512_fmadd_ps(n, _mm512_set1_ps(-EXP_LN2_HIGH), x);
  r = _mm512_fmadd_ps(n, _mm512_set1_ps(-EXP_LN2_LOW), r);
  __m512 y = _mm512_set1_ps(EXP_P0);
  y = _mm512_fmadd_ps(y, r, _mm512_set1_ps(EXP_P1));
  y = _mm512_fmadd_ps(y, r, _mm512_set1_ps(EXP_P2));
  y = _mm512_fmadd_ps(y, r, _mm512_set1_ps(EXP_P3));
  y = _mm512_fmadd_ps(y, r, _mm512_set1_ps(EXP_P4));
  y = _mm512_fmadd_ps(y, r, _mm512_set1_ps(EXP_P5));
  y = _mm512_fmadd_ps(y, _mm512_mul_ps(r, r), r);
  y = _mm512_add_ps(y, _mm512_set1_ps(1));
  return _mm512_maskz_scalef_ps(counts, y, n);
}

// Sixteen rows of sixteen numbers become columns.
TARGET INLINE void transpose(__m512 row[16]) {
  __m512 a[16];
  UNROLL
  for (int i = 0; i < 16; i += 2) {
    a[i] = _mm512_unpacklo_ps(row[i], row[i + 1]);
    a[i + 1] = _mm512_unpackhi_ps(row[i], row[i + 1]);
  }
  __m512 b[16];
  UNROLL
  for (int i = 0; i < 16; i += 4) {
    b[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(a[i]), _mm512_castps_pd(a[i + 2])));
    b[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(a[i]), _mm512_castps_pd(a[i + 2])));
    b[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(a[i + 1]), _mm512_castps_pd(a[i + 3])));
    b[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(a[i + 1]), _mm512_castps_pd(a[i + 3])));
  }
  UNROLL
  for (int i = 0; i < 4; i++) {
    __m512 c0 = _mm512_shuffle_f32x4(b[i], b[i + 4], 0x88);
    __m512 c1 = _mm512_shuffle_f32x4(b[i], b[i + 4], 0xDD);
    __m512 c2 = _mm512_shuffle_f32x4(b[i + 8], b[i + 12], 0x88);
    __m512 c3 = _mm512_shuffle_f32x4(b[i + 8], b[i + 12], 0xDD);
    row[i] = _mm512_shuffle_f32x4(c0, c2, 0x88);
    row[i + 8] = _mm512_shuffle_f32x4(c0, c2, 0xDD);
    row[i + 4] = _mm512_shuffle_f32x4(c1, c3, 0x88);
    row[i + 12] = _mm512_shuffle_f32x4(c1, c3, 0xDD);
  }
}

// A block's keys, element by element: keys[element][place], for cells anywhere.
TARGET INLINE void turn_keys(const char *key, int64_t stride, const int32_t *cells, int64_t length, float *keys) {
  for (int64_t start = 0; start < length; start += 16) {
    __m512 row[16];
    for (int place = 0; place < 16; place++) {
      row[place] = _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(key + cells[place] * stride + start * 2)));
    }
    transpose(row);
    for (int element = 0; element < 16; element++) _mm512_storeu_ps(keys + (start + element) * 16, row[element]);
  }
}

// The scores of some rows with a block: as many chains as hide what a multiplication takes.
TARGET INLINE void score(
  const float *const *query, const int rows, int64_t length, const float *keys, __m512 scores[]) {
  UNROLL
  for (int row = 0; row < rows; row++) scores[row] = _mm512_setzero_ps();
  for (int64_t element = 0; element < length; element++) {
    __m512 key = _mm512_loadu_ps(keys + element * 16);
    UNROLL
    for (int row = 0; row < rows; row++) {
      scores[row] = _mm512_fmadd_ps(_mm512_set1_ps(query[row][element]), key, scores[row]);
    }
  }
}

TARGET INLINE void score_any(
  const float *const *query, int rows, int64_t length, const float *keys, __m512 scores[]) {
  int row = 0;
  for (; row + 8 <= rows; row += 8) score(query + row, 8, length, keys, scores + row);
  if (row + 4 <= rows) {
    score(query + row, 4, length, keys, scores + row);
    row += 4;
  }
  if (row + 2 <= rows) {
    score(query + row, 2, length, keys, scores + row);
    row += 2;
  }
  if (row < rows) score(query + row, 1, length, keys, scores + row);
}

// Which of sixteen cells a row sees, and what is added to their scores.
TARGET INLINE __mmask16 sight(const uint16_t *mask, const int32_t *cells, int there, __m256i *added) {
  __mmask16 exists = (__mmask16)((1u << there) - 1);
  if (cells[there - 1] - cells[0] == there - 1) {
    *added = _mm256_maskz_loadu_epi16(exists, mask + cells[0]);
  } else {
    uint16_t own[16];
    for (int place = 0; place < 16; place++) own[place] = mask[cells[place]];
    *added = _mm256_loadu_si256((const __m256i *)own);
  }
  return _mm256_mask_cmpneq_epi16_mask(exists, *added, _mm256_set1_epi16((short)HALF_MINUS_INFINITY));
}

// A cell's value times each row's weight. Where rows do not see all cells (`has_gaps`), a weight of minus zero says so:
// whatever the value is, the sum stays. What is no number may be left out too; the row's result is none in any case.
TARGET INLINE void add_value(
  __m512 sum[], const char *own, const int chunks, const int rows, const bool has_gaps, const float *weights,
  int64_t weight_stride) {
  UNROLL
  for (int chunk = 0; chunk < chunks; chunk++) {
    __m512 part = _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(own + chunk * 32)));
    UNROLL
    for (int row = 0; row < rows; row++) {
      __m512 *total = &sum[row * chunks + chunk];
      __m512 weight = _mm512_set1_ps(weights[row * weight_stride]);
      if (has_gaps) {
        __mmask16 counts = (__mmask16)~_mm512_movepi32_mask(_mm512_castps_si512(weight));
        *total = _mm512_mask3_fmadd_ps(weight, part, *total, counts);
      } else {
        *total = _mm512_fmadd_ps(weight, part, *total);
      }
    }
  }
}

// Adds up the values of all cells for some rows; all sums stay in registers.
TARGET INLINE void add_values(
  const char *value, int64_t stride, const int chunks, const int rows, const int32_t *cells, int64_t count,
  const uint16_t *seen_by_all, const float *weights, int64_t weight_stride, const float *inverse,
  float *const *result) {
  __m512 sum[16];
  UNROLL
  for (int index = 0; index < rows * chunks; index++) sum[index] = _mm512_setzero_ps();
  for (int64_t start = 0; start < count; start += 16) {
    int64_t end = start + 16 < count ? start + 16 : count;
    // Most cells are seen by all rows.
    if (seen_by_all[start / 16] == 0xFFFF) {
      for (int64_t place = start; place < end; place++) {
        add_value(sum, value + cells[place] * stride, chunks, rows, false, weights + place, weight_stride);
      }
    } else {
      for (int64_t place = start; place < end; place++) {
        add_value(sum, value + cells[place] * stride, chunks, rows, true, weights + place, weight_stride);
      }
    }
  }
  UNROLL
  for (int row = 0; row < rows; row++) {
    UNROLL
    for (int chunk = 0; chunk < chunks; chunk++) {
      _mm512_storeu_ps(
        result[row] + chunk * 16, _mm512_mul_ps(sum[row * chunks + chunk], _mm512_set1_ps(inverse[row])));
    }
  }
}

TARGET INLINE void add_chunks(
  const char *value, int64_t stride, const int chunks, int rows, const int32_t *cells, int64_t count,
  const uint16_t *seen_by_all, const float *weights, int64_t weight_stride, const float *inverse,
  float *const *result) {
  int row = 0;
#define ADD(number) \
  add_values( \
    value, stride, chunks, number, cells, count, seen_by_all, weights + row * weight_stride, weight_stride, \
    inverse + row, result + row); \
  row += number
  while (chunks <= 4 && row + 4 <= rows) { ADD(4); }
  while (chunks <= 8 && row + 2 <= rows) { ADD(2); }
  while (row < rows) { ADD(1); }
#undef ADD
}

TARGET static void attend(
  const ordered_attention *problem, const attention_part *part, int first, int rows, int64_t count, workplace place) {
  __m512 largest[ATTENTION_ROWS];
  __m512 nothing = _mm512_set1_ps(-__builtin_inff());
  for (int row = 0; row < rows; row++) largest[row] = nothing;
  __m512 scale = _mm512_set1_ps(problem->scale);
  uint16_t beyond = 0;

  for (int64_t start = 0; start < count; start += 16) {
    const int32_t *cells = place.cells + start;
    int there = count - start < 16 ? (int)(count - start) : 16;
    turn_keys(part->key, problem->key_stride, cells, problem->key_length, place.keys);
    __m512 scores[ATTENTION_ROWS];
    score_any(part->query + first, rows, problem->key_length, place.keys, scores);
    for (int row = 0; row < rows; row++) {
      __m256i added;
      __mmask16 seen = sight(part->mask[first + row], cells, there, &added);
      __m512 all = _mm512_fmadd_ps(scores[row], scale, _mm512_cvtph_ps(added));
      all = _mm512_mask_blend_ps(seen, nothing, all);
      // Of one that is no number and another the processor takes the second.
      largest[row] = _mm512_max_ps(all, largest[row]);
      _mm512_storeu_ps(place.weights + row * place.stride + start, all);
    }
    // What is beyond the last cell is not looked at.
    place.seen[start / 16] = 0xFFFF;
    beyond = (uint16_t)(0xFFFFu << there);
  }

  float inverse[ATTENTION_ROWS];
  for (int row = 0; row < rows; row++) {
    __m512 most = _mm512_set1_ps(_mm512_reduce_max_ps(largest[row]));
    float *mine = place.weights + row * place.stride;
    int64_t length = 0;
    for (int64_t start = 0; start < count; start += 16) {
      __m512 all = _mm512_loadu_ps(mine + start);
      // Also a cell that is seen may have a score of minus infinity. It has no weight.
      __mmask16 sees = _mm512_cmp_ps_mask(all, nothing, _CMP_NEQ_UQ);
      __m512 weight = exponential(_mm512_sub_ps(all, most));
      _mm512_storeu_ps(mine + start, _mm512_mask_blend_ps(sees, _mm512_set1_ps(-0.0f), weight));
      place.seen[start / 16] &= (uint16_t)(start + 16 < count ? sees : sees | beyond);
      // The sum goes by a row's own cells, wherever they lie.
      _mm512_storeu_ps(place.own + length, _mm512_maskz_compress_ps(sees, weight));
      length += __builtin_popcount(sees);
    }
    _mm512_storeu_ps(place.own + length, _mm512_setzero_ps());
    __m512 lanes = _mm512_setzero_ps();
    for (int64_t start = 0; start < length; start += 16) {
      lanes = _mm512_add_ps(lanes, _mm512_loadu_ps(place.own + start));
    }
    float sums[16];
    _mm512_storeu_ps(sums, lanes);
    for (int width = 8; width > 0; width /= 2) {
      for (int lane = 0; lane < width; lane++) sums[lane] += sums[lane + width];
    }
    inverse[row] = sums[0] == 0 ? 0 : 1 / sums[0];
  }

#define CASE(number) \
  case number: \
    add_chunks( \
      part->value, problem->value_stride, number, rows, place.cells, count, place.seen, place.weights, place.stride, \
      inverse, part->result + first); \
    break
  switch (problem->value_length / 16) {
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
    CASE(13);
    CASE(14);
    CASE(15);
    CASE(16);
    default: break;
  }
#undef CASE
}

TARGET INLINE uint16_t seen_cells(const uint16_t *mask) {
  __m256i all = _mm256_loadu_si256((const __m256i *)mask);
  return (uint16_t)_mm256_cmpneq_epi16_mask(all, _mm256_set1_epi16((short)HALF_MINUS_INFINITY));
}

TARGET void attention_avx512(const ordered_attention *problem, const attention_part *part, void *scratch) {
  attend_in_groups(problem, part, scratch);
}

#endif
