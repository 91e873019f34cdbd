// What the comparisons of kernels share: numbers that are the same for the same seed on every machine, and memory
// behind which nothing may be touched.

#ifndef COMPARING_H
#define COMPARING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packed_matrix.h"

// Random numbers (SplitMix64).
extern uint64_t seed;
uint64_t next_bits(void);
// At least `least` and at most `most`.
int64_t between(int64_t least, int64_t most);
float between_floats(float least, float most);
bool chance(double share);

float float_of(uint32_t bits);
uint32_t bits_of(float value);
// The nearest number in half precision, or one beside it.
uint16_t half_of(float value);

// Memory that ends where a page ends, behind which there is none; or that begins at a multiple of 64 and ends there
// or a little later.
void *memory(size_t bytes);
void *aligned_memory(size_t bytes);
void release_memory(void);

// The kernels that this processor has, other than the definition.
extern packed_kernel kernels[8];
extern int kernel_count;

// Whether all are equal to the bit, or are both no number. Says which one is not, and remembers it.
bool is_same(const char *what, packed_kernel kernel, const float *found, const float *expected, size_t count);
void fail(const char *what, packed_kernel kernel);
extern int64_t failures;
extern int64_t cases;

// The definition's results, all of them, in one number: to be compared with another machine's.
extern uint64_t definition;
void define(const float *values, size_t count);

void compare_rounding(void);
void compare_products(void);
void compare_attention(void);

#endif
