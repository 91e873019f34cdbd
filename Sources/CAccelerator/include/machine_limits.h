// What a machine can do at most: how fast its memory is read, and how many bytes its processors multiply. A pass over tokens can
// take no less time than both allow (Williams, Waterman and Patterson, "Roofline", 2009).

#ifndef MACHINE_LIMITS_H
#define MACHINE_LIMITS_H

#include "packed_matrix.h"

#ifdef __cplusplus
extern "C" {
#endif

// The bytes a second that `threads` threads read together, each from memory of its own, for about so many milliseconds. They have 1 GiB
// together, but each no more than 256 MiB and no less than 32: a cache that holds as much is measured for memory. 0 where an
// allocation fails, or there is no thread.
double machine_bytes_per_second(int threads, double milliseconds);

// The multiplications and additions a second of bytes that `threads` threads make together with a kernel's instructions, out of
// registers, for about so many milliseconds. 0 where the processor has not got them, or there is no thread; for plain C, which has no
// instructions of its own.
double machine_operations_per_second(packed_kernel kernel, int threads, double milliseconds);

// A slice of the latter: some thousand products of ones.
//
// - Returns: how many were added up, as the sum of them tells.
int64_t machine_products(packed_kernel kernel);

#ifdef __cplusplus
}
#endif

#endif
