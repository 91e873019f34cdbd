#include "packed_matrix.h"

#include <string.h>

#include "layout.h"

typedef struct block_q8_0 {
  uint16_t scale;
  int8_t elements[PACKED_BLOCK];
} block_q8_0;

_Static_assert(sizeof(block_q8_0) == 34, "GGML's block has no gaps");

static int64_t tile_count(int64_t rows) { return (rows + PACKED_ROWS - 1) / PACKED_ROWS; }

size_t packed_matrix_bytes(int64_t rows, int64_t columns) {
  return (size_t)tile_count(rows) * tile_bytes(columns / PACKED_BLOCK);
}

void packed_matrix_pack(
  const void *rows_q8_0, int64_t rows, int64_t columns, int64_t first_tile, int64_t end_tile, void *packed) {
  const block_q8_0 *source = rows_q8_0;
  int64_t blocks = columns / PACKED_BLOCK;
  for (int64_t tile = first_tile; tile < end_tile; tile++) {
    uint8_t *weights = (uint8_t *)packed + (size_t)tile * tile_bytes(blocks);
    uint16_t *scales = (uint16_t *)(weights + (size_t)blocks * TILE_BLOCK_BYTES);
    for (int64_t block = 0; block < blocks; block++) {
      for (int row = 0; row < PACKED_ROWS; row++) {
        int64_t number = tile * PACKED_ROWS + row;
        uint8_t *target = weights + block * TILE_BLOCK_BYTES + row * 4;
        if (number >= rows) {
          scales[block * PACKED_ROWS + row] = 0;
          for (int group = 0; group < 8; group++) memset(target + group * 64, 128, 4);
          continue;
        }
        const block_q8_0 *one = source + number * blocks + block;
        scales[block * PACKED_ROWS + row] = one->scale;
        for (int element = 0; element < PACKED_BLOCK; element++) {
          target[(element / 4) * 64 + element % 4] = (uint8_t)(one->elements[element] + 128);
        }
      }
    }
    if (blocks % 2) memset(scales + blocks * PACKED_ROWS, 0, TILE_SCALE_BYTES);
  }
}

void packed_matrix_unpack(const void *packed, int64_t rows, int64_t columns, void *rows_q8_0) {
  block_q8_0 *target = rows_q8_0;
  int64_t blocks = columns / PACKED_BLOCK;
  for (int64_t number = 0; number < rows; number++) {
    const uint8_t *weights = (const uint8_t *)packed + (size_t)(number / PACKED_ROWS) * tile_bytes(blocks);
    const uint16_t *scales = (const uint16_t *)(weights + (size_t)blocks * TILE_BLOCK_BYTES);
    int64_t row = number % PACKED_ROWS;
    for (int64_t block = 0; block < blocks; block++) {
      block_q8_0 *one = target + number * blocks + block;
      one->scale = scales[block * PACKED_ROWS + row];
      const uint8_t *source = weights + block * TILE_BLOCK_BYTES + row * 4;
      for (int element = 0; element < PACKED_BLOCK; element++) {
        one->elements[element] = (int8_t)((int)source[(element / 4) * 64 + element % 4] - 128);
      }
    }
  }
}

size_t packed_activations_bytes(int64_t length, int64_t count) {
  return chunk_bytes(length / PACKED_BLOCK, 1) * (size_t)count;
}

void packed_activations_set(
  packed_kernel kernel, const float *column, int64_t length, int64_t count, int64_t index, void *activations) {
  int64_t blocks = length / PACKED_BLOCK;
  chunk one = chunk_at(count, chunk_of(count, index));
  int place = (int)(index - one.first);
  int8_t *bytes = (int8_t *)activations + chunk_offset(blocks, one);
  float *scales = (float *)(bytes + (size_t)blocks * one.count * PACKED_BLOCK);
  int32_t *beginnings = (int32_t *)(bytes + (size_t)blocks * one.count * (PACKED_BLOCK + 4));
  packed_round round = kernel == PACKED_KERNEL_AVX512_VNNI ? packed_round_avx512_vnni : packed_round_portable;
  for (int64_t block = 0; block < blocks; block++) {
    int8_t rounded[PACKED_BLOCK];
    int32_t sum = 0;
    scales[block * one.count + place] = round(column + block * PACKED_BLOCK, rounded, &sum);
    beginnings[block * one.count + place] = -128 * sum;
    int8_t *target = bytes + (size_t)block * one.count * PACKED_BLOCK + place * 4;
    for (int four = 0; four < PACKED_BLOCK / 4; four++) memcpy(target + four * (4 * one.count), rounded + four * 4, 4);
  }
}

void packed_matrix_multiply(
  packed_kernel kernel, const void *packed, int64_t rows, int64_t columns, int64_t first_tile, int64_t end_tile,
  const void *activations, int64_t count, float *result, int64_t stride) {
  int64_t blocks = columns / PACKED_BLOCK;
  int64_t chunks = count > 0 ? chunk_count(count) : 0;
  for (int64_t tile = first_tile; tile < end_tile; tile++) {
    const uint8_t *weights = (const uint8_t *)packed + (size_t)tile * tile_bytes(blocks);
    const uint16_t *scales = (const uint16_t *)(weights + (size_t)blocks * TILE_BLOCK_BYTES);
    int64_t first_row = tile * PACKED_ROWS;
    int64_t height = rows - first_row < PACKED_ROWS ? rows - first_row : PACKED_ROWS;
    // The tile stays in the cache while all chunks go by.
    for (int64_t index = 0; index < chunks; index++) {
      chunk one = chunk_at(count, index);
      const int8_t *bytes = chunk_bytes_at(activations, blocks, one);
      float sums[PACKED_COLUMNS][PACKED_ROWS];
      if (kernel == PACKED_KERNEL_AVX512_VNNI) {
        packed_tile_avx512_vnni(weights, scales, blocks, bytes, one.count, sums);
      } else {
        packed_tile_portable(weights, scales, blocks, bytes, one.count, sums);
      }
      for (int place = 0; place < one.count; place++) {
        memcpy(result + (one.first + place) * stride + first_row, sums[place], (size_t)height * sizeof(float));
      }
    }
  }
}
