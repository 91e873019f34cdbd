#include "packed_matrix.h"

#include <string.h>

#include "kernels.h"

static int64_t tile_count(int64_t rows) { return (rows + PACKED_ROWS - 1) / PACKED_ROWS; }

size_t packed_matrix_bytes(packed_type type, int64_t rows, int64_t columns) {
  return (size_t)tile_count(rows) * tile_bytes(type, columns / PACKED_BLOCK);
}

size_t packed_activations_bytes(packed_type type, int64_t length, int64_t count) {
  return chunk_bytes(type, length / PACKED_BLOCK, count);
}

void packed_activations_set(
  packed_kernel kernel, packed_type type, const float *column, int64_t length, int64_t first_block, int64_t end_block,
  int64_t count, int64_t index, void *activations) {
  int64_t blocks = length / PACKED_BLOCK;
  chunk one = chunk_at(count, chunk_of(count, index));
  int place = (int)(index - one.first);
  columns all = columns_at(activations, type, blocks, one);
  if (is_float(type)) {
    for (int64_t element = first_block * PACKED_BLOCK; element < end_block * PACKED_BLOCK; element++) {
      all.floats[element * one.count + place] = column[element];
    }
    return;
  }
  packed_round round = packed_kernel_functions(kernel).round;
  for (int64_t block = first_block; block < end_block; block++) {
    int8_t rounded[PACKED_BLOCK];
    all.scales[block * one.count + place] = round(column + block * PACKED_BLOCK, rounded);
    int32_t first = 0, second = 0;
    for (int element = 0; element < PACKED_BLOCK / 2; element++) {
      first += rounded[element];
      second += rounded[element + PACKED_BLOCK / 2];
    }
    all.sums[block * one.count + place] = first + second;
    all.first_sums[block * one.count + place] = first;
    int8_t *target = all.bytes + (size_t)block * one.count * PACKED_BLOCK + place * 4;
    for (int four = 0; four < PACKED_BLOCK / 4; four++) memcpy(target + four * (4 * one.count), rounded + four * 4, 4);
  }
}

static int64_t place_of(const int64_t *places, int64_t column) { return places ? places[column] : column; }

// The lines that a chunk's results will be written to are asked for before they are computed. They were written or read last by whoever
// had that memory before, often another processor; to get a line from one in another part of the chip takes as long as many products
// do, and those that wait to be written have little room.
#if defined(__x86_64__)
// Where there is no such instruction it does nothing.
__attribute__((target("prfchw")))
#endif
static void ask_for(float *result, int64_t stride, const int64_t *places, chunk one, int64_t last_row) {
  for (int index = 0; index < one.count; index++) {
    __builtin_prefetch(result + place_of(places, one.first + index) * stride + last_row, 1);
  }
}

void packed_matrix_multiply(
  packed_kernel kernel, packed_type type, const void *packed, int64_t rows, int64_t columns, int64_t first_tile,
  int64_t end_tile, const void *activations, int64_t count, const int64_t *places, float *result, int64_t stride) {
  int64_t blocks = columns / PACKED_BLOCK;
  int64_t chunks = count > 0 ? chunk_count(count) : 0;
  packed_tile multiply = packed_kernel_functions(kernel).multiply;
  for (int64_t index = first_tile; index < end_tile; index++) {
    tile weights = tile_at(packed, type, blocks, index);
    const uint8_t *next = weights.weights + tile_bytes(type, blocks);
    int64_t first_row = index * PACKED_ROWS;
    int64_t height = rows - first_row < PACKED_ROWS ? rows - first_row : PACKED_ROWS;
    // The tile stays in the cache while all chunks go by; memory would have nothing to do but for the first, so the next tile is fetched
    // meanwhile, a part with each chunk. Nobody has fetched the first tile, whose first chunk does that.
    int64_t fetching = index == first_tile ? 1 : 0;
    for (int64_t number = 0; number < chunks; number++) {
      chunk one = chunk_at(count, number);
      if (blocks > 0 && chunks > 1 && number >= fetching && index + 1 < end_tile) {
        size_t share = tile_bytes(type, blocks) / (size_t)(chunks - fetching);
        weights.ahead = next + (size_t)(number - fetching) * share;
        weights.step = share / (size_t)blocks;
      }
      ask_for(result, stride, places, one, first_row + height - 1);
      // Kernels with few registers add up in here: a column has a line of the cache.
      _Alignas(64) float sums[PACKED_COLUMNS][PACKED_ROWS];
      multiply(type, weights, blocks, columns_at(activations, type, blocks, one), sums);
      for (int index = 0; index < one.count; index++) {
        float *own = result + place_of(places, one.first + index) * stride + first_row;
        memcpy(own, sums[index], (size_t)height * sizeof(float));
      }
    }
  }
}
