// Attention whose result for a token depends on the tokens that it sees, in the order of their cells, and on nothing else: not on
// what else is in the pass, on gaps between the cells, or on how many threads there are, to the bit.

#ifndef ORDERED_ATTENTION_H
#define ORDERED_ATTENTION_H

#include "packed_matrix.h"

#ifdef __cplusplus
extern "C" {
#endif

// The most rows that meet the keys and values together.
#define ATTENTION_ROWS 16
// Cells are looked at in blocks of so many.
#define ATTENTION_CELLS 16

// One attention: queries in single precision, keys, values and mask in half precision. All strides are in bytes, and the elements of a
// vector lie side by side.
typedef struct ordered_attention {
  // The length of queries and keys, and of values; multiples of 16, the latter at most 256.
  int64_t key_length;
  int64_t value_length;
  // Queries (tokens), cells, heads of queries, and heads of keys and values, of which the former are a multiple.
  int64_t queries;
  int64_t cells;
  int64_t heads;
  int64_t key_heads;
  // Element 0 of query q's head h is at q * query_stride + h * query_head_stride, and so on.
  const char *query;
  int64_t query_stride;
  int64_t query_head_stride;
  const char *key;
  int64_t key_stride;
  int64_t key_head_stride;
  const char *value;
  int64_t value_stride;
  int64_t value_head_stride;
  // For each query what is added to the scores of the cells, minus infinity for those that it does not see.
  const char *mask;
  int64_t mask_stride;
  // What scores are multiplied with.
  float scale;
  // The result: query q's head h, in single precision.
  char *result;
  int64_t result_stride;
  int64_t result_head_stride;
} ordered_attention;

// Whether lengths are such as can be computed.
bool ordered_attention_supports(int64_t key_length, int64_t value_length);

// The bytes of memory that a thread needs to work in, aligned to 64.
size_t ordered_attention_scratch_bytes(const ordered_attention *problem);

// How many parts there are, with at most `rows` rows in each: rows of one head of keys, of several queries and heads.
int64_t ordered_attention_parts(const ordered_attention *problem, int64_t rows);

// Computes a part. Parts are independent of each other.
//
// A query that sees nothing gets zeros.
void ordered_attention_compute(
  packed_kernel kernel, const ordered_attention *problem, int64_t rows, int64_t part, void *scratch);

#ifdef __cplusplus
}
#endif

#endif
