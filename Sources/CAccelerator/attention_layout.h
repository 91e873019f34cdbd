// What the kernels of attention share.

#ifndef ATTENTION_LAYOUT_H
#define ATTENTION_LAYOUT_H

#include "ordered_attention.h"

// See products_layout.h.
#pragma STDC FP_CONTRACT OFF

// Minus infinity in half precision: the cell is not seen.
#define HALF_MINUS_INFINITY 0xFC00

// Rows of one head of keys and values.
typedef struct attention_part {
  int64_t key_head;
  int count;
  const float *query[ATTENTION_ROWS];
  const uint16_t *mask[ATTENTION_ROWS];
  float *result[ATTENTION_ROWS];
  const char *key;
  const char *value;
} attention_part;

typedef void (*attention_kernel)(const ordered_attention *problem, const attention_part *part, void *scratch);
void attention_portable(const ordered_attention *problem, const attention_part *part, void *scratch);

static inline int64_t cell_blocks(const ordered_attention *problem) {
  return (problem->cells + ATTENTION_CELLS - 1) / ATTENTION_CELLS;
}

// Keys of sixteen cells, element by element; scores of each row; the weights of one row that it sees; the cells that any row sees,
// and which those are in each block.
static inline size_t attention_scratch_bytes(const ordered_attention *problem) {
  size_t cells = (size_t)cell_blocks(problem) * ATTENTION_CELLS;
  size_t floats = (size_t)problem->key_length * ATTENTION_CELLS + cells * (ATTENTION_ROWS + 1) + 32;
  return floats * sizeof(float) + (cells + 16) * sizeof(int32_t) + cells / ATTENTION_CELLS * sizeof(uint16_t) + 64;
}

// Below, the result would be smaller than every normal number.
#define EXP_LEAST -87.3f
#define EXP_LOG2E 1.44269504088896341f
#define EXP_LN2_HIGH 0.693359375f
#define EXP_LN2_LOW -2.12194440e-4f
#define EXP_P0 1.9875691500e-4f
#define EXP_P1 1.3981999507e-3f
#define EXP_P2 8.3334519073e-3f
#define EXP_P3 4.1665795894e-2f
#define EXP_P4 1.6666665459e-1f
#define EXP_P5 5.0000001201e-1f

#endif
