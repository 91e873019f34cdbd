#include <math.h>
#include <string.h>

#include "layout.h"

float packed_half_value(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16;
  uint32_t exponent = (half >> 10) & 0x1F;
  uint32_t fraction = half & 0x3FF;
  uint32_t bits;
  if (exponent == 0x1F) {
    bits = sign | 0x7F800000u | fraction << 13;
  } else if (exponent != 0) {
    bits = sign | (exponent + 112) << 23 | fraction << 13;
  } else {
    // Below the least normal number: exact in single precision.
    float value = (float)fraction * 0x1p-24f;
    memcpy(&bits, &value, sizeof bits);
    bits |= sign;
  }
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// The definition: what every other kernel is compared with, to the bit. A block's products are whole numbers, without an error; they
// are added up block after block by multiplying and adding with one rounding.
void packed_tile_portable(
  const uint8_t *weights, const uint16_t *scales, int64_t blocks, const int8_t *bytes, int count,
  float sums[][PACKED_ROWS]) {
  const float *column_scales = chunk_scales(bytes, blocks, count);
  const int32_t *beginnings = chunk_beginnings(bytes, blocks, count);
  for (int column = 0; column < count; column++) {
    for (int row = 0; row < PACKED_ROWS; row++) sums[column][row] = 0;
  }
  for (int64_t block = 0; block < blocks; block++) {
    for (int column = 0; column < count; column++) {
      for (int row = 0; row < PACKED_ROWS; row++) {
        int32_t sum = beginnings[block * count + column];
        for (int element = 0; element < PACKED_BLOCK; element++) {
          int32_t weight = weights[block * TILE_BLOCK_BYTES + (element / 4) * 64 + row * 4 + element % 4];
          sum += weight * bytes[((block * 8 + element / 4) * count + column) * 4 + element % 4];
        }
        float scale = packed_half_value(scales[block * PACKED_ROWS + row]) * column_scales[block * count + column];
        sums[column][row] = __builtin_fmaf((float)sum, scale, sums[column][row]);
      }
    }
  }
}

float packed_round_portable(const float *source, int8_t *bytes, int32_t *sum) {
  float largest = 0;
  bool is_finite = true;
  for (int element = 0; element < PACKED_BLOCK; element++) {
    float magnitude = fabsf(source[element]);
    is_finite = is_finite && magnitude <= LARGEST_NUMBER;
    largest = magnitude > largest ? magnitude : largest;
  }
  float scale = largest / 127;
  float inverse = is_finite && scale >= LEAST_SCALE ? 1 / scale : 0;
  *sum = 0;
  for (int element = 0; element < PACKED_BLOCK; element++) {
    int32_t value = is_finite ? (int32_t)rintf(source[element] * inverse) : 0;
    // The quotient's own rounding may go one beyond.
    value = value > 127 ? 127 : value < -127 ? -127 : value;
    *sum += value;
    bytes[element] = (int8_t)value;
  }
  return is_finite ? scale : NAN;
}
