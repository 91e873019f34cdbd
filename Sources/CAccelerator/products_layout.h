// How packed weights and activations lie in memory; for the kernels.

#ifndef PACKED_LAYOUT_H
#define PACKED_LAYOUT_H

#include "packed_matrix.h"

// What is multiplied and then added is rounded once where it says fma, and twice elsewhere: a compiler that makes the former
// out of the latter, as it may on ARM, would change bits. Holds for what follows, in every file that includes this.
#pragma STDC FP_CONTRACT OFF

// A tile has PACKED_ROWS rows. For each of its blocks of 32 elements there are groups of 4, in each group the 4 of each row as unsigned
// bytes, row by row: a register of 64 bytes. Bytes (Q8_0): the weight plus 128, in 8 groups. Numbers of 4 bits (Q4_0, Q4_K): 4 registers,
// whose lower halves of bytes are groups 0 to 3 and whose upper ones 4 to 7. Numbers of 6 bits (Q6_K): the weight plus 32, of which the
// lower 4 bits lie so, and behind them 2 registers with the upper 2 bits, of groups 0 to 3 and 4 to 7, the first group's lowest.
//
// Numbers (F32, F16, BF16): for each element the number of each row.
//
// After all blocks of integers come their scales, 32 bytes for each block: a half of each row (Q8_0, Q4_0); a scale and a least value of each row, a
// byte each (Q4_K); the scales of both halves of the block, signed (Q6_K). After them what those are multiplied with, for each 8 blocks:
// a half of each row for scales and, in Q4_K, one for least values.
static inline bool is_float(packed_type type) { return type == PACKED_F32 || type == PACKED_F16 || type == PACKED_BF16; }
// What one of those takes.
static inline size_t number_bytes(packed_type type) { return type == PACKED_F32 ? 4 : 2; }
static inline size_t weight_bytes(packed_type type) {
  const size_t elements = PACKED_ROWS * PACKED_BLOCK;
  return is_float(type) ? elements * number_bytes(type) : type == PACKED_Q8_0 ? elements : type == PACKED_Q6_K ? elements * 6 / 8 : elements / 2;
}
static inline bool is_narrow(packed_type type) { return type == PACKED_Q4_0 || type == PACKED_Q4_K; }
// Where the upper bits of a block's numbers of 6 bits are.
#define UPPER_BITS (PACKED_ROWS * PACKED_BLOCK / 2)
static inline size_t scale_bytes(packed_type type) { return is_float(type) ? 0 : 32; }
static inline size_t outer_bytes(packed_type type) {
  return type == PACKED_Q4_K ? 64 : type == PACKED_Q6_K ? 32 : 0;
}

// A block's part of all that a tile has. Scales lie behind a tile's weights: a kernel that reads ahead of itself goes by this, and so
// leaves nothing out.
static inline size_t part_bytes(packed_type type) { return weight_bytes(type) + scale_bytes(type) + outer_bytes(type) / 8; }

static inline size_t tile_bytes(packed_type type, int64_t blocks) {
  size_t bytes = (size_t)blocks * (weight_bytes(type) + scale_bytes(type)) + (size_t)(blocks / 8) * outer_bytes(type);
  // The next tile begins at a register's alignment.
  return (bytes + 63) / 64 * 64;
}

typedef struct tile {
  const uint8_t *weights;
  const uint8_t *scales;
  const uint16_t *outer;
  // What is to be fetched from memory meanwhile, from here on, going on by so many bytes with each block.
  const uint8_t *ahead;
  size_t step;
} tile;

static inline tile tile_at(const void *packed, packed_type type, int64_t blocks, int64_t index) {
  tile found;
  found.weights = (const uint8_t *)packed + (size_t)index * tile_bytes(type, blocks);
  found.scales = found.weights + (size_t)blocks * weight_bytes(type);
  found.outer = (const uint16_t *)(found.scales + (size_t)blocks * scale_bytes(type));
  // The tile itself. How far ahead was measured, on x86-64: narrow weights are used up faster.
  found.ahead = found.weights + (is_narrow(type) ? 16 << 10 : 6 << 10);
  found.step = part_bytes(type);
  return found;
}

// Asks memory for what is needed soon. The weights of a large model come from there, in order; the processor's own guesses end at its
// pages.
static inline __attribute__((always_inline)) void fetch(tile one, packed_type type, int64_t block) {
  const uint8_t *ahead = one.ahead + (size_t)block * one.step;
  for (size_t line = 0; line < part_bytes(type); line += 64) {
    if (is_narrow(type)) {
      __builtin_prefetch(ahead + line, 0, 2);
    } else {
      __builtin_prefetch(ahead + line, 0, 3);
    }
  }
}

// Columns of activations come in chunks of at most PACKED_COLUMNS, which are as equal as can be. Of a chunk of n columns: for each
// block 8 groups, in each the 4 signed bytes of each column; then for each block the n columns' scales; then the sums of their bytes; then
// the sums of the first 16 of them. For weights that are numbers: for each element the n columns' numbers.
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

// A column of a block: 32 bytes, a scale and two sums; or 32 numbers.
static inline size_t column_block_bytes(packed_type type) {
  return is_float(type) ? PACKED_BLOCK * sizeof(float) : PACKED_BLOCK + 3 * 4;
}

static inline size_t chunk_bytes(packed_type type, int64_t blocks, int64_t count) {
  return (size_t)blocks * (size_t)count * column_block_bytes(type);
}

// A chunk's parts. Chunks lie one after the other.
typedef struct columns {
  int8_t *bytes;
  float *scales;
  int32_t *sums;
  int32_t *first_sums;
  // For weights that are numbers, and then alone.
  float *floats;
  int count;
} columns;

static inline columns columns_at(const void *activations, packed_type type, int64_t blocks, chunk one) {
  columns found = {0};
  size_t places = (size_t)blocks * one.count;
  int8_t *start = (int8_t *)activations + chunk_bytes(type, blocks, one.first);
  found.count = one.count;
  if (is_float(type)) {
    found.floats = (float *)start;
    return found;
  }
  found.bytes = start;
  found.scales = (float *)(found.bytes + places * PACKED_BLOCK);
  found.sums = (int32_t *)(found.scales + places);
  found.first_sums = found.sums + places;
  return found;
}

// Rounds a block to eight bits, by the largest of its magnitudes: its bytes, and the scale, which is no number if one of the elements is
// none or infinite.
typedef float (*packed_round)(const float *source, int8_t *bytes);
float packed_round_portable(const float *source, int8_t *bytes);

// What is smaller than every normal number has a reciprocal that may be infinite: such a block is rounded to nothing.
#define LEAST_SCALE 0x1p-126f
#define LARGEST_NUMBER 0x1.fffffep127f

// One tile with one chunk: result[column][row].
typedef void (*packed_tile)(
  packed_type type, tile weights, int64_t blocks, columns input, float result[][PACKED_ROWS]);
void packed_tile_portable(
  packed_type type, tile weights, int64_t blocks, columns input, float result[][PACKED_ROWS]);

// A half-precision number's value.
float packed_half_value(uint16_t half);

#endif
