#include <math.h>
#include <string.h>

#include "products_layout.h"

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

// An element of a tile's block, as it is packed.
static int32_t element_at(packed_type type, const uint8_t *weights, int row, int element) {
  int group = element / 4, place = row * 4 + element % 4;
  if (type == PACKED_Q8_0) return weights[group * 64 + place];
  int32_t lower = weights[(group % 4) * 64 + place] >> (group < 4 ? 0 : 4) & 15;
  if (type != PACKED_Q6_K) return lower;
  return lower | (weights[UPPER_BITS + group / 4 * 64 + place] >> group % 4 * 2 & 3) << 4;
}

static uint16_t half_at(const uint8_t *bytes) {
  uint16_t half;
  memcpy(&half, bytes, 2);
  return half;
}

// A weight that is a number.
static float float_at(packed_type type, const uint8_t *number) {
  float value;
  if (type == PACKED_F32) {
    memcpy(&value, number, sizeof value);
    return value;
  }
  if (type == PACKED_F16) return packed_half_value(half_at(number));
  uint32_t bits = (uint32_t)half_at(number) << 16;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// Each block's products are added up by themselves, one after the other, by multiplying and adding with one rounding; so an error grows
// with the elements of a block and the number of blocks, not with all elements.
static void multiply_floats(packed_type type, tile tile, int64_t blocks, columns input, float result[][PACKED_ROWS]) {
  for (int column = 0; column < input.count; column++) {
    for (int row = 0; row < PACKED_ROWS; row++) {
      float total = 0;
      for (int64_t block = 0; block < blocks; block++) {
        float sum = 0;
        for (int64_t element = block * PACKED_BLOCK; element < (block + 1) * PACKED_BLOCK; element++) {
          float weight = float_at(type, tile.weights + (size_t)(element * PACKED_ROWS + row) * number_bytes(type));
          sum = fmaf(weight, input.floats[element * input.count + column], sum);
        }
        total += sum;
      }
      result[column][row] = total;
    }
  }
}

// The definition: what every other kernel is compared with, to the bit. Of integers a block's sums of products are whole numbers, without an error;
// they are added up block after block by multiplying and adding with one rounding.
void packed_tile_portable(
  packed_type type, tile tile, int64_t blocks, columns input, float result[][PACKED_ROWS]) {
  if (is_float(type)) {
    multiply_floats(type, tile, blocks, input, result);
    return;
  }
  for (int column = 0; column < input.count; column++) {
    for (int row = 0; row < PACKED_ROWS; row++) {
      float total = 0;
      for (int64_t block = 0; block < blocks; block++) {
        const uint8_t *weights = tile.weights + (size_t)block * weight_bytes(type);
        const uint8_t *scales = tile.scales + (size_t)block * scale_bytes(type);
        const uint16_t *outer = tile.outer + (size_t)(block / 8) * (outer_bytes(type) / 2);
        int64_t place = block * input.count + column;
        int32_t first = 0, second = 0;
        for (int element = 0; element < PACKED_BLOCK; element++) {
          int32_t product = element_at(type, weights, row, element)
            * input.bytes[((block * 8 + element / 4) * input.count + column) * 4 + element % 4];
          if (element < PACKED_BLOCK / 2) first += product; else second += product;
        }
        float scale = input.scales[place];
        int32_t sum = input.sums[place];
        switch (type) {
          case PACKED_Q8_0:
          case PACKED_Q4_0: {
            int32_t offset = type == PACKED_Q8_0 ? 128 : 8;
            float both = packed_half_value(half_at(scales + row * 2)) * scale;
            total = fmaf((float)(first + second - offset * sum), both, total);
            break;
          }
          case PACKED_Q4_K: {
            float own = packed_half_value(outer[row]) * (float)scales[row];
            float least = packed_half_value(outer[PACKED_ROWS + row]) * (float)scales[PACKED_ROWS + row];
            total = fmaf((float)(first + second), own * scale, total);
            total = fmaf(-least, (float)sum * scale, total);
            break;
          }
          case PACKED_Q6_K: {
            int32_t first_sum = input.first_sums[place];
            float outermost = packed_half_value(outer[row]);
            float one = outermost * (float)(int8_t)scales[row];
            float two = outermost * (float)(int8_t)scales[PACKED_ROWS + row];
            total = fmaf((float)(first - 32 * first_sum), one * scale, total);
            total = fmaf((float)(second - 32 * (sum - first_sum)), two * scale, total);
            break;
          }
          default: break;
        }
      }
      result[column][row] = total;
    }
  }
}

float packed_round_portable(const float *source, int8_t *bytes) {
  float largest = 0;
  bool is_finite = true;
  for (int element = 0; element < PACKED_BLOCK; element++) {
    float magnitude = fabsf(source[element]);
    is_finite = is_finite && magnitude <= LARGEST_NUMBER;
    largest = magnitude > largest ? magnitude : largest;
  }
  float scale = largest / 127;
  float inverse = is_finite && scale >= LEAST_SCALE ? 1 / scale : 0;
  for (int element = 0; element < PACKED_BLOCK; element++) {
    int32_t value = is_finite ? (int32_t)rintf(source[element] * inverse) : 0;
    // The quotient's own rounding may go one beyond.
    value = value > 127 ? 127 : value < -127 ? -127 : value;
    bytes[element] = (int8_t)value;
  }
  return is_finite ? scale : NAN;
}
