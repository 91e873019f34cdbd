#include <stdio.h>
#include <string.h>

#include "comparing.h"
#include "ordered_attention.h"

// Which cells queries see.
typedef enum sight {
  // All that there are.
  ALL,
  // Those before them, as in a text.
  CAUSAL,
  // A common beginning, and then their own way through a tree.
  TREE,
  // Any.
  HOLES,
  // Others than the next query's.
  APART,
  // None, some of them.
  SOME_NOTHING,
  SIGHTS,
} sight;

// What is unusual about the numbers.
typedef enum odd {
  NOTHING,
  // Scores far apart: most weights are nothing.
  SHARP,
  // All the same.
  EQUAL,
  // What nobody sees is no number, and so is what only some see.
  NONE_IN_GAPS,
  // Masks add something.
  BIASES,
  // Infinite keys, queries and values here and there.
  INFINITE,
  // Half-precision numbers below the least normal one.
  TINY,
  ODDS,
} odd;

static const uint16_t nothing_seen = 0xFC00;

static uint16_t number(odd odd, float most) {
  switch (odd) {
    case SHARP: return half_of(between_floats(-40, 40));
    case EQUAL: return 0x3C00;
    case INFINITE:
      return chance(0.002) ? (uint16_t)(0x7C00 | between(0, 1) << 15) : half_of(between_floats(-most, most));
    case TINY: return (uint16_t)(between(0, 0x3FF) | between(0, 1) << 15);
    default: return half_of(between_floats(-most, most));
  }
}

static bool sees(sight sight, int64_t query, int64_t queries, int64_t cell, int64_t cells) {
  switch (sight) {
    case ALL: return true;
    case CAUSAL: return cell <= cells - queries + query;
    case TREE: return cell < cells - queries || (cell - cells + queries <= query && chance(0.5));
    case HOLES: return chance(0.6);
    case APART: return (cell / 5 + query) % 3 == 0;
    default: return query % 2 == 0 && chance(0.7);
  }
}

static void compare_one(
  int64_t length, int64_t value_length, int64_t cells, int64_t key_heads, int64_t group, int64_t queries, sight sight,
  odd odd) {
  int64_t heads = key_heads * group;
  size_t query_count = (size_t)(queries * heads * length);
  size_t result_count = (size_t)(queries * heads * value_length);
  float *query = memory(query_count * sizeof(float));
  uint16_t *key = memory((size_t)(cells * key_heads * length) * 2);
  uint16_t *value = memory((size_t)(cells * key_heads * value_length) * 2);
  uint16_t *mask = memory((size_t)(cells * queries) * 2);
  float *expected = memory(result_count * sizeof(float)), *found = memory(result_count * sizeof(float));
  for (size_t index = 0; index < query_count; index++) {
    query[index] = odd == EQUAL ? 0.25f : between_floats(-4, 4);
    if (odd == INFINITE && chance(0.001)) query[index] = float_of((uint32_t)between(0x7F800000, 0x7F800001));
  }
  for (int64_t index = 0; index < cells * key_heads * length; index++) key[index] = number(odd, 2);
  for (int64_t index = 0; index < cells * key_heads * value_length; index++) value[index] = number(odd, 2);
  for (int64_t row = 0; row < queries; row++) {
    for (int64_t cell = 0; cell < cells; cell++) {
      uint16_t added = odd == BIASES ? half_of(between_floats(-8, 8)) : 0;
      mask[row * cells + cell] = sees(sight, row, queries, cell, cells) ? added : nothing_seen;
    }
  }
  for (int64_t cell = 0; odd == NONE_IN_GAPS && cell < cells; cell++) {
    int64_t seen = 0;
    for (int64_t row = 0; row < queries; row++) seen += mask[row * cells + cell] != nothing_seen;
    if (seen == queries || (seen > 0 && chance(0.7))) continue;
    int64_t key_size = key_heads * length, value_size = key_heads * value_length;
    for (int64_t index = 0; index < key_size; index++) if (chance(0.1)) key[cell * key_size + index] = 0x7E00;
    for (int64_t index = 0; index < value_size; index++) {
      value[cell * value_size + index] = chance(0.5) ? 0x7E00 : 0x7C00;
    }
  }
  ordered_attention problem = {
    .key_length = length, .value_length = value_length, .queries = queries, .cells = cells, .heads = heads,
    .key_heads = key_heads, .query = (const char *)query, .query_stride = heads * length * 4,
    .query_head_stride = length * 4, .key = (const char *)key, .key_stride = key_heads * length * 2,
    .key_head_stride = length * 2, .value = (const char *)value, .value_stride = key_heads * value_length * 2,
    .value_head_stride = value_length * 2, .mask = (const char *)mask, .mask_stride = cells * 2,
    .scale = odd == TINY ? 100 : 0.125f, .result = (char *)expected, .result_stride = heads * value_length * 4,
    .result_head_stride = value_length * 4};
  void *scratch = aligned_memory(ordered_attention_scratch_bytes(&problem));
  char text[200];
  snprintf(
    text, sizeof text, "lengths %lld and %lld, %lld cells, %lld heads for %lld, %lld queries, sight %d, odd %d",
    (long long)length, (long long)value_length, (long long)cells, (long long)heads, (long long)key_heads,
    (long long)queries, sight, odd);
  for (int64_t part = 0; part < ordered_attention_parts(&problem, 16); part++) {
    ordered_attention_compute(PACKED_KERNEL_PORTABLE, &problem, 16, part, scratch);
  }
  define(expected, result_count);
  problem.result = (char *)found;
  static const int64_t rows[] = {16, 1, 2, 5, 7};
  int64_t most = rows[chance(0.5) ? 0 : between(1, 4)];
  for (int index = 0; index < kernel_count; index++) {
    for (size_t place = 0; place < result_count; place++) found[place] = 777;
    for (int64_t part = 0; part < ordered_attention_parts(&problem, most); part++) {
      ordered_attention_compute(kernels[index], &problem, most, part, scratch);
    }
    is_same(text, kernels[index], found, expected, result_count);
    cases++;
  }
  release_memory();
}

void compare_attention(void) {
  static const int64_t lengths[] = {16, 32, 48, 64, 80, 96, 112, 128, 192, 256};
  static const int64_t counts[] = {0, 1, 2, 15, 16, 17, 31, 33, 64, 70, 100, 150};
  for (int sight = 0; sight < SIGHTS; sight++) {
    for (int odd = 0; odd < ODDS; odd++) {
      for (int round = 0; round < 6; round++) {
        compare_one(
          lengths[between(0, 9)], lengths[between(0, 9)], counts[between(0, 11)], between(1, 3), between(1, 6),
          between(1, 9), (enum sight)sight, (enum odd)odd);
      }
    }
  }
  // Each length of values, and many queries.
  for (int64_t length = 16; length <= 256; length += 16) {
    compare_one(64, length, 90, 1, 1, between(1, 16), TREE, NOTHING);
    compare_one(1024, length, 20, 1, 4, 1, ALL, NOTHING);
  }
  compare_one(64, 64, 300, 2, 2, 33, TREE, NOTHING);
  compare_one(128, 128, 33, 2, 6, 5, CAUSAL, BIASES);
}
