#include <string.h>

#include "products_layout.h"

// GGML's blocks, byte by byte.
typedef struct block_q8_0 {
  uint16_t scale;
  int8_t elements[32];
} block_q8_0;
typedef struct block_q4_0 {
  uint16_t scale;
  uint8_t elements[16];
} block_q4_0;
typedef struct block_q4_k {
  uint16_t scale;
  uint16_t least;
  uint8_t scales[12];
  uint8_t elements[128];
} block_q4_k;
typedef struct block_q6_k {
  uint8_t low[128];
  uint8_t high[64];
  int8_t scales[16];
  uint16_t scale;
} block_q6_k;

_Static_assert(sizeof(block_q8_0) == 34, "GGML's block has no gaps");
_Static_assert(sizeof(block_q4_0) == 18, "GGML's block has no gaps");
_Static_assert(sizeof(block_q4_k) == 144, "GGML's block has no gaps");
_Static_assert(sizeof(block_q6_k) == 210, "GGML's block has no gaps");

// Numbers have no blocks of GGML's; they are taken by as many as a column's block has.
int64_t packed_type_elements(packed_type type) { return type == PACKED_Q4_K || type == PACKED_Q6_K ? 256 : 32; }

size_t packed_type_bytes(packed_type type) {
  switch (type) {
    case PACKED_Q8_0: return sizeof(block_q8_0);
    case PACKED_Q4_0: return sizeof(block_q4_0);
    case PACKED_Q4_K: return sizeof(block_q4_k);
    case PACKED_Q6_K: return sizeof(block_q6_k);
    case PACKED_F32:
    case PACKED_F16:
    case PACKED_BF16: return PACKED_BLOCK * number_bytes(type);
  }
  return 0;
}

// A block of 32 elements of a row, whatever its type.
typedef struct block {
  // Unsigned.
  uint8_t elements[PACKED_BLOCK];
  // Two bytes of the 32 that a tile has for its scales.
  uint8_t scales[2];
  uint16_t outer[2];
} block;

static block block_of_q8_0(const block_q8_0 *source) {
  block found = {0};
  for (int element = 0; element < 32; element++) found.elements[element] = (uint8_t)(source->elements[element] + 128);
  memcpy(found.scales, &source->scale, 2);
  return found;
}

static block block_of_q4_0(const block_q4_0 *source) {
  block found = {0};
  for (int element = 0; element < 16; element++) {
    found.elements[element] = source->elements[element] & 15;
    found.elements[element + 16] = source->elements[element] >> 4;
  }
  memcpy(found.scales, &source->scale, 2);
  return found;
}

static block block_of_q4_k(const block_q4_k *source, int index) {
  block found = {0};
  const uint8_t *elements = source->elements + index / 2 * 32;
  for (int element = 0; element < 32; element++) {
    found.elements[element] = index % 2 ? elements[element] >> 4 : elements[element] & 15;
  }
  // Six bits each: of the later four the upper two are in the earlier ones' bytes.
  const uint8_t *scales = source->scales;
  if (index < 4) {
    found.scales[0] = scales[index] & 63;
    found.scales[1] = scales[index + 4] & 63;
  } else {
    found.scales[0] = (uint8_t)((scales[index + 4] & 15) | scales[index - 4] >> 6 << 4);
    found.scales[1] = (uint8_t)(scales[index + 4] >> 4 | scales[index] >> 6 << 4);
  }
  found.outer[0] = source->scale;
  found.outer[1] = source->least;
  return found;
}

static block block_of_q6_k(const block_q6_k *source, int index) {
  block found = {0};
  // 128 elements, of which 32 come from each two bits of the upper bytes.
  const uint8_t *low = source->low + index / 4 * 64 + index % 2 * 32;
  const uint8_t *high = source->high + index / 4 * 32;
  int quarter = index % 4;
  for (int element = 0; element < 32; element++) {
    int four = quarter < 2 ? low[element] & 15 : low[element] >> 4;
    found.elements[element] = (uint8_t)(four | (high[element] >> 2 * quarter & 3) << 4);
  }
  memcpy(found.scales, source->scales + index * 2, 2);
  found.outer[0] = source->scale;
  return found;
}

static block block_at(packed_type type, const void *row, int64_t index) {
  switch (type) {
    case PACKED_Q8_0: return block_of_q8_0((const block_q8_0 *)row + index);
    case PACKED_Q4_0: return block_of_q4_0((const block_q4_0 *)row + index);
    case PACKED_Q4_K: return block_of_q4_k((const block_q4_k *)row + index / 8, (int)(index % 8));
    case PACKED_Q6_K: return block_of_q6_k((const block_q6_k *)row + index / 8, (int)(index % 8));
    default: break;
  }
  return (block){0};
}

// What stands for a row that there is not: nothing, times a scale of nothing.
static block no_block(void) { return (block){0}; }

static void put(packed_type type, block one, int row, uint8_t *weights, uint8_t *scales, uint16_t *outer) {
  for (int element = 0; element < PACKED_BLOCK; element++) {
    int group = element / 4, place = row * 4 + element % 4;
    if (type == PACKED_Q8_0) {
      weights[group * 64 + place] = one.elements[element];
      continue;
    }
    weights[(group % 4) * 64 + place] |= (uint8_t)((one.elements[element] & 15) << (group < 4 ? 0 : 4));
    if (type == PACKED_Q6_K) {
      weights[UPPER_BITS + group / 4 * 64 + place] |= (uint8_t)(one.elements[element] >> 4 << group % 4 * 2);
    }
  }
  if (type == PACKED_Q8_0 || type == PACKED_Q4_0) {
    memcpy(scales + row * 2, one.scales, 2);
  } else {
    scales[row] = one.scales[0];
    scales[PACKED_ROWS + row] = one.scales[1];
    outer[row] = one.outer[0];
    if (type == PACKED_Q4_K) outer[PACKED_ROWS + row] = one.outer[1];
  }
}

// A tile of numbers, which was zero.
static void pack_floats(const uint8_t *rows, int64_t row_count, int64_t columns, size_t size, uint8_t *target) {
  for (int64_t row = 0; row < row_count; row++) {
    const uint8_t *source = rows + (size_t)(row * columns) * size;
    for (int64_t element = 0; element < columns; element++) {
      memcpy(target + (size_t)(element * PACKED_ROWS + row) * size, source + (size_t)element * size, size);
    }
  }
}

void packed_matrix_pack(
  packed_type type, const void *source, int64_t rows, int64_t columns, int64_t first_tile, int64_t end_tile,
  void *packed) {
  int64_t blocks = columns / PACKED_BLOCK;
  size_t row_bytes = (size_t)(columns / packed_type_elements(type)) * packed_type_bytes(type);
  for (int64_t index = first_tile; index < end_tile; index++) {
    tile found = tile_at(packed, type, blocks, index);
    memset((void *)found.weights, 0, tile_bytes(type, blocks));
    if (is_float(type)) {
      int64_t first_row = index * PACKED_ROWS;
      pack_floats(
        (const uint8_t *)source + (size_t)first_row * row_bytes, rows - first_row < PACKED_ROWS ? rows - first_row : PACKED_ROWS,
        columns, number_bytes(type), (uint8_t *)found.weights);
      continue;
    }
    for (int64_t number = 0; number < blocks; number++) {
      uint8_t *weights = (uint8_t *)found.weights + (size_t)number * weight_bytes(type);
      uint8_t *scales = (uint8_t *)found.scales + (size_t)number * scale_bytes(type);
      uint16_t *outer = (uint16_t *)found.outer + (size_t)(number / 8) * (outer_bytes(type) / 2);
      for (int row = 0; row < PACKED_ROWS; row++) {
        int64_t place = index * PACKED_ROWS + row;
        put(
          type, place < rows ? block_at(type, (const char *)source + (size_t)place * row_bytes, number) : no_block(),
          row, weights, scales, outer);
      }
    }
  }
}
