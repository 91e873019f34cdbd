// Matrix products with few columns, for weights in blocks of integers, or that are numbers of their own.
//
// A pass over the tokens of a tree multiplies the same weights with a few columns. Weights are put in order once, so that a
// register of them meets every column as it comes by, and are read from memory once however many columns there are.
//
// What a column's product is does not depend on the other columns, to the bit: each has sums of its own, in one order.

#ifndef PACKED_MATRIX_H
#define PACKED_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The elements of a block. Activations share a scale by blocks.
#define PACKED_BLOCK 32
// The rows of a tile.
#define PACKED_ROWS 16
// The most columns that meet a register of weights together.
#define PACKED_COLUMNS 12

// The instructions that a product can be computed with.
typedef enum packed_kernel {
  // Plain C.
  PACKED_KERNEL_PORTABLE = 0,
  // AVX2, with F16C and FMA.
  PACKED_KERNEL_AVX2 = 1,
  // AVX2 with products of bytes of its own (AVX-VNNI).
  PACKED_KERNEL_AVX_VNNI = 2,
  // AVX-512 with its products of bytes (VNNI).
  PACKED_KERNEL_AVX512_VNNI = 3,
  // ARM's NEON with products of bytes (DotProd).
  PACKED_KERNEL_NEON_DOTPROD = 4,
  // NEON with products of small matrices of bytes (I8MM).
  PACKED_KERNEL_NEON_I8MM = 5,
} packed_kernel;

// Whether this processor, and its operating system, know a kernel's instructions.
bool packed_kernel_is_available(packed_kernel kernel);
// The fastest kernel of this processor.
packed_kernel packed_kernel_best(void);
// A kernel's name, for people.
const char *packed_kernel_name(packed_kernel kernel);

// How weights are written: GGML's types.
typedef enum packed_type {
  // 32 signed bytes with a scale.
  PACKED_Q8_0 = 0,
  // 32 numbers of 4 bits, less 8, with a scale.
  PACKED_Q4_0 = 1,
  // 256 numbers of 4 bits; each 32 have a scale and a least value of 6 bits, which have a scale each.
  PACKED_Q4_K = 2,
  // 256 numbers of 6 bits, less 32; each 16 have a scale of 8 bits, which has a scale.
  PACKED_Q6_K = 3,
  // Numbers of half precision.
  PACKED_F16 = 4,
  // The upper halves of numbers of single precision.
  PACKED_BF16 = 5,
  // Numbers of single precision.
  PACKED_F32 = 6,
} packed_type;

// How many elements of a row belong together; a row's length must be a multiple.
int64_t packed_type_elements(packed_type type);
// The bytes of so many, as GGML has them.
size_t packed_type_bytes(packed_type type);

// The bytes of a packed matrix.
size_t packed_matrix_bytes(packed_type type, int64_t rows, int64_t columns);
// Packs some tiles of a matrix, whose rows are as GGML has them, one after the other. Rows that the last tile has too many are zero.
// `packed` must be aligned to 64 bytes.
//
// Tiles are independent of each other: several threads may pack different ones.
void packed_matrix_pack(
  packed_type type, const void *source, int64_t rows, int64_t columns, int64_t first_tile, int64_t end_tile,
  void *packed);

// The bytes of `count` columns of activations for weights of a type, of `length` elements each, a multiple of PACKED_BLOCK.
size_t packed_activations_bytes(packed_type type, int64_t length, int64_t count);
// Rounds some blocks of one column to eight bits, each by the largest of its magnitudes, and puts them where the products look for them.
// For weights that are numbers (F32, F16, BF16) nothing is rounded.
//
// Blocks are independent of each other: several threads may round different ones, and had better not share any. Columns lie side by
// side in each block, and processors that write to one line of memory wait for each other. What is no number, or infinite, makes its block's
// products no number where it is rounded.
void packed_activations_set(
  packed_kernel kernel, packed_type type, const float *column, int64_t length, int64_t first_block, int64_t end_block, int64_t count,
  int64_t index, void *activations);

// Multiplies some tiles of a matrix with all columns.
//
// - places: where each column's result belongs, or NULL where that is in the order of the columns.
// - result: element (row, column) is at result[places[column] * stride + row]; only rows of the matrix are written.
void packed_matrix_multiply(
  packed_kernel kernel, packed_type type, const void *packed, int64_t rows, int64_t columns, int64_t first_tile,
  int64_t end_tile, const void *activations, int64_t count, const int64_t *places, float *result, int64_t stride);

#ifdef __cplusplus
}
#endif

#endif
