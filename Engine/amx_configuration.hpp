// Included before every C++ file of libllama's, so that its products with AMX's tiles do what they say.
//
// GCC's _tile_loadconfig tells the compiler of the first eight bytes of the 64 that the instruction reads; what was written to the others
// is then removed as never read, all tiles have no rows, and the first instruction with one ends the program (illegal instruction).
// Mended in GCC 11.5, 12.4, 13.3 and 14: https://gcc.gnu.org/bugzilla/show_bug.cgi?id=114098. Debian 12 has 12.2.

#pragma once

#if defined(__AMX_TILE__) && defined(__GNUC__) && !defined(__clang__)
#include <immintrin.h>

#define _tile_loadconfig(configuration) \
    do { \
        __asm__ volatile("" : : "m"(*(const char (*)[64]) (configuration))); \
        (_tile_loadconfig)(configuration); \
    } while (0)
#endif
