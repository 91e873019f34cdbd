// What each kernel computes with.

#ifndef PACKED_KERNELS_H
#define PACKED_KERNELS_H

#include "attention_layout.h"
#include "products_layout.h"

typedef struct kernel_functions {
  packed_round round;
  packed_tile multiply;
  attention_kernel attend;
} kernel_functions;

// The portable ones for a kernel of another architecture.
kernel_functions packed_kernel_functions(packed_kernel kernel);

#if defined(__x86_64__)

float packed_round_avx512_vnni(const float *source, int8_t *bytes);
void packed_tile_avx512_vnni(
  packed_type type, tile weights, int64_t blocks, columns input, float result[][PACKED_ROWS]);
void attention_avx512(const ordered_attention *problem, const attention_part *part, void *scratch);

float packed_round_avx2(const float *source, int8_t *bytes);
void packed_tile_avx2(packed_type type, tile weights, int64_t blocks, columns input, float result[][PACKED_ROWS]);
void packed_tile_avx_vnni(packed_type type, tile weights, int64_t blocks, columns input, float result[][PACKED_ROWS]);
void attention_avx2(const ordered_attention *problem, const attention_part *part, void *scratch);

#elif defined(__aarch64__)

float packed_round_neon(const float *source, int8_t *bytes);
void packed_tile_neon_dotprod(
  packed_type type, tile weights, int64_t blocks, columns input, float result[][PACKED_ROWS]);
void packed_tile_neon_i8mm(packed_type type, tile weights, int64_t blocks, columns input, float result[][PACKED_ROWS]);
void attention_neon(const ordered_attention *problem, const attention_part *part, void *scratch);

#endif

#endif
