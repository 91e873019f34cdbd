// A kernel of products for every count of columns and every type, which the compiler then knows.

#ifndef PACKED_COUNTS_H
#define PACKED_COUNTS_H

#include "products_layout.h"

#define PACKED_CASE(type, number) \
  case number: multiply(type, tile, blocks, input, number, result); break
#define PACKED_TYPE_KERNEL(target, name, type) \
  target static void name(tile tile, int64_t blocks, columns input, float result[][PACKED_ROWS]) { \
    switch (input.count) { \
      PACKED_CASE(type, 1); \
      PACKED_CASE(type, 2); \
      PACKED_CASE(type, 3); \
      PACKED_CASE(type, 4); \
      PACKED_CASE(type, 5); \
      PACKED_CASE(type, 6); \
      PACKED_CASE(type, 7); \
      PACKED_CASE(type, 8); \
      PACKED_CASE(type, 9); \
      PACKED_CASE(type, 10); \
      PACKED_CASE(type, 11); \
      PACKED_CASE(type, 12); \
      default: break; \
    } \
  }

// The kernel `name`, out of an inline function multiply(const packed_type type, tile tile, int64_t blocks, columns
// input, const int count, float result[][PACKED_ROWS]).
#define PACKED_TILE_KERNEL(target, name) \
  PACKED_TYPE_KERNEL(target, name##_q8_0, PACKED_Q8_0) \
  PACKED_TYPE_KERNEL(target, name##_q4_0, PACKED_Q4_0) \
  PACKED_TYPE_KERNEL(target, name##_q4_k, PACKED_Q4_K) \
  PACKED_TYPE_KERNEL(target, name##_q6_k, PACKED_Q6_K) \
  PACKED_TYPE_KERNEL(target, name##_f16, PACKED_F16) \
  PACKED_TYPE_KERNEL(target, name##_bf16, PACKED_BF16) \
  PACKED_TYPE_KERNEL(target, name##_f32, PACKED_F32) \
  void name(packed_type type, tile tile, int64_t blocks, columns input, float result[][PACKED_ROWS]) { \
    switch (type) { \
      case PACKED_Q8_0: name##_q8_0(tile, blocks, input, result); break; \
      case PACKED_Q4_0: name##_q4_0(tile, blocks, input, result); break; \
      case PACKED_Q4_K: name##_q4_k(tile, blocks, input, result); break; \
      case PACKED_Q6_K: name##_q6_k(tile, blocks, input, result); break; \
      case PACKED_F16: name##_f16(tile, blocks, input, result); break; \
      case PACKED_BF16: name##_bf16(tile, blocks, input, result); break; \
      case PACKED_F32: name##_f32(tile, blocks, input, result); break; \
    } \
  }

#endif
