// Matrix products with few columns, for weights in blocks of eight-bit integers.
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

// The elements of a block, which share a scale: GGML's Q8_0.
#define PACKED_BLOCK 32
// The rows of a tile.
#define PACKED_ROWS 16
// The most columns that meet a register of weights together.
#define PACKED_COLUMNS 12

// The instructions that a product can be computed with.
typedef enum packed_kernel {
  // Plain C.
  PACKED_KERNEL_PORTABLE = 0,
  // AVX-512 with its products of bytes (VNNI).
  PACKED_KERNEL_AVX512_VNNI = 1,
} packed_kernel;

// Whether this processor, and its operating system, know a kernel's instructions.
bool packed_kernel_is_available(packed_kernel kernel);
// The fastest kernel of this processor.
packed_kernel packed_kernel_best(void);
// A kernel's name, for people.
const char *packed_kernel_name(packed_kernel kernel);

// The bytes of a packed matrix. `columns` (a row's length) must be a multiple of PACKED_BLOCK.
size_t packed_matrix_bytes(int64_t rows, int64_t columns);
// Packs some tiles of a matrix, whose rows are blocks of a half-precision scale and 32 signed bytes (GGML's Q8_0), one row after the
// other. Rows that the last tile has too many are zero. `packed` must be aligned to 64 bytes.
//
// Tiles are independent of each other: several threads may pack different ones.
void packed_matrix_pack(
  const void *rows_q8_0, int64_t rows, int64_t columns, int64_t first_tile, int64_t end_tile, void *packed);
// The inverse of the above, for all rows: the very bytes that were packed.
void packed_matrix_unpack(const void *packed, int64_t rows, int64_t columns, void *rows_q8_0);

// The bytes of `count` columns of activations, of `length` elements each, a multiple of PACKED_BLOCK.
size_t packed_activations_bytes(int64_t length, int64_t count);
// Rounds one column to eight bits, each block by the largest of its magnitudes, and puts it where the products look for it.
//
// Columns are independent of each other: several threads may round different ones. What is no number, or infinite, makes its
// block's products no number.
void packed_activations_set(
  packed_kernel kernel, const float *column, int64_t length, int64_t count, int64_t index, void *activations);

// Multiplies some tiles of a matrix with all columns.
//
// - result: element (row, column) is at result[column * stride + row]; only rows of the matrix are written.
void packed_matrix_multiply(
  packed_kernel kernel, const void *packed, int64_t rows, int64_t columns, int64_t first_tile, int64_t end_tile,
  const void *activations, int64_t count, float *result, int64_t stride);

#ifdef __cplusplus
}
#endif

#endif
