#include "ordered_attention.h"

#include <math.h>
#include <string.h>

#include "kernels.h"

bool ordered_attention_supports(int64_t key_length, int64_t value_length) {
  return key_length > 0 && key_length % 16 == 0 && key_length <= 1024 && value_length > 0 && value_length % 16 == 0
    && value_length <= 256;
}

size_t ordered_attention_scratch_bytes(const ordered_attention *problem) {
  return attention_scratch_bytes(problem);
}

int64_t ordered_attention_parts(const ordered_attention *problem, int64_t rows) {
  int64_t all = problem->queries * (problem->heads / problem->key_heads);
  return problem->key_heads * ((all + rows - 1) / rows);
}

void ordered_attention_compute(
  packed_kernel kernel, const ordered_attention *problem, int64_t rows, int64_t part, void *scratch) {
  int64_t group = problem->heads / problem->key_heads;
  int64_t all = problem->queries * group;
  int64_t parts = (all + rows - 1) / rows;
  int64_t first = part % parts * rows;
  attention_part one;
  one.key_head = part / parts;
  one.count = (int)(all - first < rows ? all - first : rows);
  for (int row = 0; row < one.count; row++) {
    int64_t query = (first + row) / group;
    int64_t head = one.key_head * group + (first + row) % group;
    one.query[row] = (const float *)(problem->query + query * problem->query_stride + head * problem->query_head_stride);
    one.mask[row] = (const uint16_t *)(problem->mask + query * problem->mask_stride);
    one.result[row] = (float *)(problem->result + query * problem->result_stride + head * problem->result_head_stride);
  }
  one.key = problem->key + one.key_head * problem->key_head_stride;
  one.value = problem->value + one.key_head * problem->value_head_stride;
  packed_kernel_functions(kernel).attend(problem, &one, scratch);
}

// e to the power of a number that is not above zero: that of Cephes (S. Moshier, expf), by multiplications and additions with one
// rounding, so that every kernel gives the same.
static float exponential(float x) {
  if (x != x) return x;
  if (x < EXP_LEAST) return 0;
  float n = rintf(x * EXP_LOG2E);
  float r = fmaf(n, -EXP_LN2_HIGH, x);
  r = fmaf(n, -EXP_LN2_LOW, r);
  float y = EXP_P0;
  y = fmaf(y, r, EXP_P1);
  y = fmaf(y, r, EXP_P2);
  y = fmaf(y, r, EXP_P3);
  y = fmaf(y, r, EXP_P4);
  y = fmaf(y, r, EXP_P5);
  float square = r * r;
  y = fmaf(y, square, r);
  y = y + 1;
  return ldexpf(y, (int)n);
}

// The definition: what every other kernel is compared with, to the bit.
void attention_portable(const ordered_attention *problem, const attention_part *part, void *scratch) {
  float *weights = scratch;
  // The cells that count.
  int32_t *places = (int32_t *)(weights + cell_blocks(problem) * ATTENTION_CELLS);
  for (int row = 0; row < part->count; row++) {
    float largest = -INFINITY;
    int64_t seen = 0;
    for (int64_t cell = 0; cell < problem->cells; cell++) {
      if (part->mask[row][cell] == HALF_MINUS_INFINITY) continue;
      const uint16_t *key = (const uint16_t *)(part->key + cell * problem->key_stride);
      float score = 0;
      for (int64_t element = 0; element < problem->key_length; element++) {
        score = fmaf(part->query[row][element], packed_half_value(key[element]), score);
      }
      score = fmaf(score, problem->scale, packed_half_value(part->mask[row][cell]));
      if (score == -INFINITY) continue;
      largest = score > largest ? score : largest;
      places[seen] = (int32_t)cell;
      weights[seen++] = score;
    }
    float lanes[16] = {0};
    for (int64_t place = 0; place < seen; place++) {
      weights[place] = exponential(weights[place] - largest);
      lanes[place % 16] += weights[place];
    }
    // Halves are added to halves.
    for (int width = 8; width > 0; width /= 2) {
      for (int lane = 0; lane < width; lane++) lanes[lane] += lanes[lane + width];
    }
    float inverse = lanes[0] == 0 ? 0 : 1 / lanes[0];
    float sums[256] = {0};
    for (int64_t place = 0; place < seen; place++) {
      const uint16_t *value = (const uint16_t *)(part->value + places[place] * problem->value_stride);
      for (int64_t element = 0; element < problem->value_length; element++) {
        sums[element] = fmaf(weights[place], packed_half_value(value[element]), sums[element]);
      }
    }
    for (int64_t element = 0; element < problem->value_length; element++) {
      part->result[row][element] = sums[element] * inverse;
    }
  }
}
