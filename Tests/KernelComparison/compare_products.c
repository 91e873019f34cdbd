#include <stdio.h>
#include <string.h>

#include "comparing.h"

// What numbers are like.
typedef enum kind {
  // Around one.
  ORDINARY,
  // Of every size that halves and floats have.
  EXTREME,
  // Bytes at their bounds, and the largest activations: sums are as large as they get.
  BOUNDS,
  // Below the least normal ones, and zeros.
  TINY,
  // Any bits: also what is infinite or no number.
  ANYTHING,
  KINDS,
} kind;

static const char *const kind_names[] = {"ordinary", "extreme", "bounds", "tiny", "anything"};
static const char *const type_names[] = {"Q8_0", "Q4_0", "Q4_K", "Q6_K", "F16", "BF16", "F32"};

static uint16_t random_scale(kind kind) {
  switch (kind) {
    case ORDINARY: return half_of(between_floats(-0.1f, 0.1f));
    case EXTREME: return (uint16_t)(between(0, 0x6BFF) | between(0, 1) << 15);
    case BOUNDS: return 0x3800;
    case TINY: return (uint16_t)between(0, 0x3FF);
    default: return (uint16_t)next_bits();
  }
}

static float random_float(kind kind) {
  switch (kind) {
    case ORDINARY: return between_floats(-2, 2);
    case EXTREME: return float_of((uint32_t)(between(67, 187) << 23 | between(0, 1) << 31 | between(0, 0x7FFFFF)));
    case BOUNDS: return chance(0.9) ? 1 : -1;
    case TINY: return chance(0.5) ? 0 : float_of((uint32_t)between(0, 0x007FFFFF));
    default: return chance(0.001) ? float_of((uint32_t)next_bits()) : between_floats(-100, 100);
  }
}

// A matrix as GGML has it.
static uint8_t *random_matrix(packed_type type, kind kind, int64_t rows, int64_t length) {
  size_t size = packed_type_bytes(type);
  size_t blocks = (size_t)(rows * length / packed_type_elements(type));
  uint8_t *matrix = memory(blocks * size);
  static const uint8_t bounds[] = {0x00, 0xFF, 0x80, 0x7F, 0x88, 0x01};
  uint8_t bound = bounds[between(0, 5)];
  for (size_t block = 0; block < blocks; block++) {
    uint8_t *own = matrix + block * size;
    if (type == PACKED_F32) {
      for (size_t byte = 0; byte < size; byte += 4) {
        float number = random_float(kind);
        memcpy(own + byte, &number, 4);
      }
      continue;
    }
    if (type == PACKED_F16 || type == PACKED_BF16) {
      for (size_t byte = 0; byte < size; byte += 2) {
        uint16_t number = type == PACKED_F16 ? random_scale(kind) : (uint16_t)(bits_of(random_float(kind)) >> 16);
        memcpy(own + byte, &number, 2);
      }
      continue;
    }
    for (size_t byte = 0; byte < size; byte++) {
      own[byte] = kind != BOUNDS ? (uint8_t)next_bits() : chance(0.95) ? bound : bounds[between(0, 5)];
    }
    uint16_t scale = random_scale(kind), least = random_scale(kind);
    memcpy(own + (type == PACKED_Q6_K ? 208 : 0), &scale, 2);
    if (type == PACKED_Q4_K) memcpy(own + 2, &least, 2);
  }
  return matrix;
}

static void compare_product(packed_type type, kind kind, int64_t rows, int64_t length, int64_t count) {
  int64_t tiles = (rows + PACKED_ROWS - 1) / PACKED_ROWS;
  void *packed = aligned_memory(packed_matrix_bytes(type, rows, length));
  packed_matrix_pack(type, random_matrix(type, kind, rows, length), rows, length, 0, tiles, packed);
  size_t bytes = packed_activations_bytes(type, length, count);
  int64_t blocks = length / PACKED_BLOCK, middle_block = between(0, blocks);
  void *activations = memory(bytes), *own_activations = memory(bytes);
  float *columns = memory((size_t)(length * count) * sizeof(float));
  for (int64_t index = 0; index < length * count; index++) columns[index] = random_float(kind);
  for (int64_t index = 0; index < count; index++) {
    packed_activations_set(
      PACKED_KERNEL_PORTABLE, type, columns + index * length, length, 0, blocks, count, index, activations);
  }
  // What lies between the columns must stay; behind the last one there is nothing.
  int64_t stride = rows + between(0, 3);
  size_t size = (size_t)(stride * (count - 1) + rows);
  // In any order, or in the columns' own.
  int64_t *shuffled = memory((size_t)count * sizeof(int64_t)), *places = chance(0.5) ? shuffled : 0;
  for (int64_t index = 0; index < count; index++) {
    int64_t other = between(0, index);
    shuffled[index] = shuffled[other];
    shuffled[other] = index;
  }
  float *expected = memory(size * sizeof(float)), *found = memory(size * sizeof(float));
  for (size_t index = 0; index < size; index++) expected[index] = 12345;
  packed_matrix_multiply(
    PACKED_KERNEL_PORTABLE, type, packed, rows, length, 0, tiles, activations, count, places, expected, stride);
  define(expected, size);
  int64_t middle = between(0, tiles);
  char text[200];
  snprintf(
    text, sizeof text, "%s, %s, %lld rows of %lld with %lld columns", type_names[type], kind_names[kind],
    (long long)rows, (long long)length, (long long)count);
  for (int index = 0; index < kernel_count; index++) {
    packed_kernel kernel = kernels[index];
    memset(own_activations, 0xA5, bytes);
    for (int64_t column = 0; column < count; column++) {
      const float *own = columns + column * length;
      packed_activations_set(kernel, type, own, length, 0, middle_block, count, column, own_activations);
      packed_activations_set(kernel, type, own, length, middle_block, blocks, count, column, own_activations);
    }
    if (memcmp(activations, own_activations, bytes) != 0) fail("columns are not rounded equally", kernel);
    for (size_t place = 0; place < size; place++) found[place] = 12345;
    packed_matrix_multiply(
      kernel, type, packed, rows, length, 0, middle, own_activations, count, places, found, stride);
    packed_matrix_multiply(
      kernel, type, packed, rows, length, middle, tiles, own_activations, count, places, found, stride);
    is_same(text, kernel, found, expected, size);
    cases++;
  }
  release_memory();
}

void compare_products(void) {
  static const int64_t heights[] = {1, 16, 17, 31, 48};
  for (int type = PACKED_Q8_0; type <= PACKED_F32; type++) {
    int64_t unit = packed_type_elements((packed_type)type);
    for (int kind = 0; kind < KINDS; kind++) {
      for (int64_t count = 1; count <= 40; count++) {
        int64_t length = unit == 32 ? 32 * between(1, 12) : unit * between(1, 2);
        compare_product((packed_type)type, (enum kind)kind, heights[between(0, 4)], length, count);
      }
      // As in a model, and one of the counts that have kernels of their own.
      compare_product((packed_type)type, (enum kind)kind, 32, 1536, between(1, 12));
    }
  }
}

// Numbers that an eighth bit falls between, the largest and smallest ones, and what is none: a block each.
static float odd_float(int kind, float largest) {
  switch (kind) {
    case 0: return (float)between(-127, 126) + 0.5f;
    case 1: return float_of((uint32_t)next_bits());
    case 2: return chance(0.5) ? largest : -largest;
    case 3: return between_floats(-1, 1) * largest;
    case 4: return chance(0.03) ? float_of(0x7F800000u | (uint32_t)between(0, 1) << 31 | (uint32_t)between(0, 1)) : 1;
    default: return chance(0.5) ? 0.0f : -0.0f;
  }
}

void compare_rounding(void) {
  static const float largest[] = {0x1.fffffep127f, 0x1p127f, 0x1p-126f, 0x1p-149f, 0x1.fcp-120f, 0x1.fbfffep-120f, 127};
  const int64_t length = 64 * PACKED_BLOCK;
  size_t bytes = packed_activations_bytes(PACKED_Q8_0, length, 1);
  for (int round = 0; round < 60; round++) {
    float *column = memory((size_t)length * sizeof(float));
    void *expected = memory(bytes), *found = memory(bytes);
    for (int64_t block = 0; block < length / PACKED_BLOCK; block++) {
      int kind = (int)between(0, 5);
      float most = largest[between(0, 6)];
      float *own = column + block * PACKED_BLOCK;
      for (int element = 0; element < PACKED_BLOCK; element++) own[element] = odd_float(kind, most);
      // The scale is then one.
      if (kind == 0) own[between(0, 31)] = 127;
    }
    packed_activations_set(
      PACKED_KERNEL_PORTABLE, PACKED_Q8_0, column, length, 0, length / PACKED_BLOCK, 1, 0, expected);
    for (int index = 0; index < kernel_count; index++) {
      packed_activations_set(
        kernels[index], PACKED_Q8_0, column, length, 0, length / PACKED_BLOCK, 1, 0, found);
      if (memcmp(expected, found, bytes) != 0) fail("a column is not rounded equally", kernels[index]);
      cases++;
    }
    release_memory();
  }
}
