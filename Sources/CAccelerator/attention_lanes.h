// Attention in registers of LANES numbers, 4 or 8. For kernels that say, before they include this, TARGET (their
// instructions), INLINE, UNROLL, `vector` and `choice` (a register of numbers, and one of which of them), and what is
// done with them: load, store, splat, fused (a times b plus c), times, plus, minus, larger, nearest, power (two to
// the power of whole numbers), halves, is_nothing, is_less, is_negative, choose, places. And after it turn_keys and
// seen_cells.

#ifndef ATTENTION_LANES_H
#define ATTENTION_LANES_H

#include <string.h>

#include "attention_rows.h"

// Sixteen numbers.
#define PARTS (ATTENTION_CELLS / LANES)

// A block's keys, element by element: keys[element][place], for cells anywhere.
TARGET INLINE void turn_keys(const char *key, int64_t stride, const int32_t *cells, int64_t length, float *keys);

// See the portable kernel.
TARGET INLINE vector exponential(vector x) {
  vector n = nearest(times(x, splat(EXP_LOG2E)));
  vector r = fused(n, splat(-EXP_LN2_HIGH), x);
  r = fused(n, splat(-EXP_LN2_LOW), r);
  vector y = splat(EXP_P0);
  y = fused(y, r, splat(EXP_P1));
  y = fused(y, r, splat(EXP_P2));
  y = fused(y, r, splat(EXP_P3));
  y = fused(y, r, splat(EXP_P4));
  y = fused(y, r, splat(EXP_P5));
  y = fused(y, times(r, r), r);
  y = plus(y, splat(1));
  // A result that counts is a normal number: multiplying is exact.
  return choose(is_less(x, splat(EXP_LEAST)), splat(0), times(y, power(n)));
}

// The scores of some rows with a block: as many chains as hide what a multiplication takes.
TARGET INLINE void score(const float *const *query, const int rows, int64_t length, const float *keys, float *scores) {
  vector sum[4 * PARTS];
  UNROLL
  for (int index = 0; index < rows * PARTS; index++) sum[index] = splat(0);
  for (int64_t element = 0; element < length; element++) {
    vector key[PARTS];
    UNROLL
    for (int part = 0; part < PARTS; part++) key[part] = load(keys + element * ATTENTION_CELLS + part * LANES);
    UNROLL
    for (int row = 0; row < rows; row++) {
      vector own = splat(query[row][element]);
      UNROLL
      for (int part = 0; part < PARTS; part++) {
        sum[row * PARTS + part] = fused(own, key[part], sum[row * PARTS + part]);
      }
    }
  }
  UNROLL
  for (int index = 0; index < rows * PARTS; index++) store(scores + index * LANES, sum[index]);
}

TARGET INLINE void score_any(const float *const *query, int rows, int64_t length, const float *keys, float *scores) {
  int row = 0;
  for (; row + 4 <= rows; row += 4) score(query + row, 4, length, keys, scores + row * ATTENTION_CELLS);
  if (row + 2 <= rows) {
    score(query + row, 2, length, keys, scores + row * ATTENTION_CELLS);
    row += 2;
  }
  if (row < rows) score(query + row, 1, length, keys, scores + row * ATTENTION_CELLS);
}

// What is added to the scores of sixteen cells, minus infinity where there is none.
TARGET INLINE const uint16_t *additions(const uint16_t *mask, const int32_t *cells, int there, uint16_t own[]) {
  if (there == ATTENTION_CELLS && cells[there - 1] - cells[0] == there - 1) return mask + cells[0];
  for (int place = 0; place < ATTENTION_CELLS; place++) {
    own[place] = place < there ? mask[cells[place]] : HALF_MINUS_INFINITY;
  }
  return own;
}

// Adds the values of some cells to the sums of some rows, for `units` times sixteen elements. Where rows do not see all
// cells (`has_gaps`), a weight of minus zero says so: whatever the value is, the sum stays. What is no number may be
// left out too; the row's result is none in any case.
TARGET INLINE void add_some_values(
  const char *value, int64_t stride, const int units, const int rows, const bool has_gaps, const int32_t *cells,
  int64_t count, const float *weights, int64_t weight_stride, float *const *result) {
  vector sum[4 * PARTS];
  UNROLL
  for (int row = 0; row < rows; row++) {
    UNROLL
    for (int part = 0; part < units * PARTS; part++) sum[row * units * PARTS + part] = load(result[row] + part * LANES);
  }
  for (int64_t place = 0; place < count; place++) {
    const char *own = value + cells[place] * stride;
    vector weight[4];
    UNROLL
    for (int row = 0; row < rows; row++) weight[row] = splat(weights[row * weight_stride + place]);
    UNROLL
    for (int part = 0; part < units * PARTS; part++) {
      vector one = halves(own + part * LANES * 2);
      UNROLL
      for (int row = 0; row < rows; row++) {
        vector *total = &sum[row * units * PARTS + part];
        vector more = fused(weight[row], one, *total);
        *total = has_gaps ? choose(is_negative(weight[row]), *total, more) : more;
      }
    }
  }
  UNROLL
  for (int row = 0; row < rows; row++) {
    UNROLL
    for (int part = 0; part < units * PARTS; part++) store(result[row] + part * LANES, sum[row * units * PARTS + part]);
  }
}

// The same for all rows and elements: sums of some rows and elements stay in registers, as many as hide what a
// multiplication takes, while the values of these few cells stay in the cache.
TARGET INLINE void add_values(
  const char *value, int64_t stride, int64_t length, int rows, const bool has_gaps, const int32_t *cells, int64_t count,
  const float *weights, int64_t weight_stride, float *const *result) {
  for (int row = 0; row < rows;) {
    int height = rows - row >= 4 ? 4 : rows - row >= 2 ? 2 : 1;
    for (int64_t element = 0; element < length;) {
      int64_t left = (length - element) / ATTENTION_CELLS;
      int units = height == 4 || left == 1 ? 1 : height == 2 || left < 4 ? 2 : 4;
      float *target[4];
      for (int index = 0; index < height; index++) target[index] = result[row + index] + element;
#define ADD(rows, units) \
  add_some_values( \
    value + element * 2, stride, units, rows, has_gaps, cells, count, weights + row * weight_stride, weight_stride, \
    target)
      if (height == 4) {
        ADD(4, 1);
      } else if (height == 2) {
        if (units == 2) ADD(2, 2); else ADD(2, 1);
      } else {
        if (units == 4) ADD(1, 4); else if (units == 2) ADD(1, 2); else ADD(1, 1);
      }
#undef ADD
      element += units * ATTENTION_CELLS;
    }
    row += height;
  }
}

// A row's weights in place of its scores, and the sum of those that it sees. What it does not see is not seen by all.
TARGET INLINE float weigh(float *mine, int64_t count, float most, float *own, uint16_t *seen_by_all) {
  int64_t length = 0;
  for (int64_t start = 0; start < count; start += ATTENTION_CELLS) {
    unsigned sees = 0;
    UNROLL
    for (int part = 0; part < PARTS; part++) {
      float *place = mine + start + part * LANES;
      vector all = load(place);
      // Also a cell that is seen may have a score of minus infinity. It has no weight.
      choice nothing = is_nothing(all);
      store(place, choose(nothing, splat(-0.0f), exponential(minus(all, splat(most)))));
      sees |= (~places(nothing) & ((1u << LANES) - 1)) << (part * LANES);
    }
    seen_by_all[start / ATTENTION_CELLS] &= (uint16_t)sees;
    // The sum goes by a row's own cells, wherever they lie.
    if (sees == 0xFFFF) {
      memcpy(own + length, mine + start, ATTENTION_CELLS * sizeof(float));
      length += ATTENTION_CELLS;
    } else {
      for (unsigned left = sees; left != 0; left &= left - 1) own[length++] = mine[start + __builtin_ctz(left)];
    }
  }
  for (int place = 0; place < ATTENTION_CELLS; place++) own[length + place] = 0;
  float sums[ATTENTION_CELLS] = {0};
  UNROLL
  for (int part = 0; part < PARTS; part++) {
    vector lanes = splat(0);
    for (int64_t start = 0; start < length; start += ATTENTION_CELLS) {
      lanes = plus(lanes, load(own + start + part * LANES));
    }
    store(sums + part * LANES, lanes);
  }
  for (int width = ATTENTION_CELLS / 2; width > 0; width /= 2) {
    for (int lane = 0; lane < width; lane++) sums[lane] += sums[lane + width];
  }
  return sums[0];
}

TARGET static void attend(
  const ordered_attention *problem, const attention_part *part, int first, int rows, int64_t count, workplace place) {
  vector largest[ATTENTION_ROWS];
  const vector nothing = splat(-__builtin_inff());
  const vector scale = splat(problem->scale);
  for (int row = 0; row < rows; row++) largest[row] = nothing;
  for (int64_t start = 0; start < count; start += ATTENTION_CELLS) {
    const int32_t *cells = place.cells + start;
    int there = count - start < ATTENTION_CELLS ? (int)(count - start) : ATTENTION_CELLS;
    turn_keys(part->key, problem->key_stride, cells, problem->key_length, place.keys);
    float scores[ATTENTION_ROWS * ATTENTION_CELLS];
    score_any(part->query + first, rows, problem->key_length, place.keys, scores);
    for (int row = 0; row < rows; row++) {
      uint16_t own[ATTENTION_CELLS];
      const uint16_t *added = additions(part->mask[first + row], cells, there, own);
      UNROLL
      for (int piece = 0; piece < PARTS; piece++) {
        vector more = halves(added + piece * LANES);
        vector all = fused(load(scores + row * ATTENTION_CELLS + piece * LANES), scale, more);
        all = choose(is_nothing(more), nothing, all);
        largest[row] = larger(all, largest[row]);
        store(place.weights + row * place.stride + start + piece * LANES, all);
      }
    }
    place.seen[start / ATTENTION_CELLS] = 0xFFFF;
  }

  float inverse[ATTENTION_ROWS];
  for (int row = 0; row < rows; row++) {
    float most = -__builtin_inff();
    float all[LANES];
    store(all, largest[row]);
    for (int lane = 0; lane < LANES; lane++) most = all[lane] > most ? all[lane] : most;
    float sum = weigh(place.weights + row * place.stride, count, most, place.own, place.seen);
    inverse[row] = sum == 0 ? 0 : 1 / sum;
    memset(part->result[first + row], 0, (size_t)problem->value_length * sizeof(float));
  }
  // What is beyond the last cell is not looked at.
  if (count % ATTENTION_CELLS != 0) {
    place.seen[count / ATTENTION_CELLS] |= (uint16_t)(0xFFFFu << count % ATTENTION_CELLS);
  }

  // Most cells are seen by all rows.
  const int64_t most_cells = 64;
  for (int64_t start = 0, end = 0; start < count; start = end) {
    bool has_gaps = place.seen[start / ATTENTION_CELLS] != 0xFFFF;
    do {
      end += ATTENTION_CELLS;
    } while (end < count && end - start < most_cells && (place.seen[end / ATTENTION_CELLS] != 0xFFFF) == has_gaps);
    int64_t number = (end < count ? end : count) - start;
#define ADD(has_gaps) \
  add_values( \
    part->value, problem->value_stride, problem->value_length, rows, has_gaps, place.cells + start, number, \
    place.weights + start, place.stride, part->result + first)
    if (has_gaps) ADD(true); else ADD(false);
#undef ADD
  }
  for (int row = 0; row < rows; row++) {
    float *result = part->result[first + row];
    for (int64_t element = 0; element < problem->value_length; element += LANES) {
      store(result + element, times(load(result + element), splat(inverse[row])));
    }
  }
}

#endif
