// How packed weights and activations lie in memory; for the kernels.

#ifndef PACKED_LAYOUT_H
#define PACKED_LAYOUT_H

#include "packed_matrix.h"

// A tile has PACKED_ROWS rows. For each of its blocks: 8 groups of 4 elements, in each group the 4 of each row as unsigned bytes
// (the weight plus 128), row by row: a register of 64 bytes. After all blocks their scales, in each block one of each row, in
// half precision.
#define TILE_BLOCK_BYTES (PACKED_ROWS * PACKED_BLOCK)
#define TILE_SCALE_BYTES (PACKED_ROWS * 2)

static inline size_t tile_bytes(int64_t blocks) {
  // The next tile begins at a register's alignment.
  return (size_t)blocks * (TILE_BLOCK_BYTES + TILE_SCALE_BYTES) + (blocks % 2 ? TILE_SCALE_BYTES : 0);
}

// Columns of activations come in chunks of at most PACKED_COLUMNS, which are as equal as can be. Of a chunk of n columns: for each
// block 8 groups, in each the 4 signed bytes of each column; then for each block the n columns' scales; then for each block what a
// column's sum begins with, -128 times the sum of its bytes, so that the weights' 128 is taken off.
typedef struct chunk {
  int64_t first;
  int count;
} chunk;

static inline int64_t chunk_count(int64_t columns) { return (columns + PACKED_COLUMNS - 1) / PACKED_COLUMNS; }

static inline chunk chunk_at(int64_t columns, int64_t index) {
  int64_t chunks = chunk_count(columns);
  int64_t small = columns / chunks;
  int64_t large = columns % chunks;
  chunk found;
  found.first = index * small + (index < large ? index : large);
  found.count = (int)(small + (index < large ? 1 : 0));
  return found;
}

static inline int64_t chunk_of(int64_t columns, int64_t column) {
  int64_t chunks = chunk_count(columns);
  int64_t small = columns / chunks;
  int64_t large = columns % chunks;
  int64_t boundary = large * (small + 1);
  return column < boundary ? column / (small + 1) : large + (column - boundary) / small;
}

// A column of a block: 32 bytes, a scale and a beginning.
#define COLUMN_BLOCK_BYTES (PACKED_BLOCK + 4 + 4)

static inline size_t chunk_bytes(int64_t blocks, int count) { return (size_t)blocks * count * COLUMN_BLOCK_BYTES; }

// Chunks lie one after the other.
static inline size_t chunk_offset(int64_t blocks, chunk one) { return chunk_bytes(blocks, 1) * (size_t)one.first; }

static inline const int8_t *chunk_bytes_at(const void *activations, int64_t blocks, chunk one) {
  return (const int8_t *)activations + chunk_offset(blocks, one);
}
static inline const float *chunk_scales(const int8_t *bytes, int64_t blocks, int count) {
  return (const float *)(bytes + (size_t)blocks * count * PACKED_BLOCK);
}
static inline const int32_t *chunk_beginnings(const int8_t *bytes, int64_t blocks, int count) {
  return (const int32_t *)(bytes + (size_t)blocks * count * (PACKED_BLOCK + 4));
}

// Rounds a block to eight bits, by the largest of its magnitudes: its bytes, their sum, and the scale, which is no number if one of the
// elements is none or infinite.
typedef float (*packed_round)(const float *source, int8_t *bytes, int32_t *sum);
float packed_round_portable(const float *source, int8_t *bytes, int32_t *sum);
float packed_round_avx512_vnni(const float *source, int8_t *bytes, int32_t *sum);

// What is smaller than every normal number has a reciprocal that may be infinite: such a block is rounded to nothing.
#define LEAST_SCALE 0x1p-126f
#define LARGEST_NUMBER 0x1.fffffep127f

// One tile with one chunk: sums[column][row].
void packed_tile_portable(
  const uint8_t *weights, const uint16_t *scales, int64_t blocks, const int8_t *bytes, int count,
  float sums[][PACKED_ROWS]);
void packed_tile_avx512_vnni(
  const uint8_t *weights, const uint16_t *scales, int64_t blocks, const int8_t *bytes, int count,
  float sums[][PACKED_ROWS]);

// A half-precision number's value.
float packed_half_value(uint16_t half);

#endif
