#include "machine_limits.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#if defined(__x86_64__) || defined(__aarch64__)

// Sums that are independent of each other: an instruction takes a few cycles, and more than one of them begins in each.
#define SUMS 12
// Few enough for sums of 16 bits.
#define ROUNDS 2000

// A slice with one kernel's instructions, in registers of so many bytes: every LANE of every sum gains what ADD makes of ones. What is
// in a register of this kind (PLACE) after an empty piece of assembly the compiler does not know, and does not leave out.
#define SLICE(NAME, FEATURES, LANE, BYTES, PLACE, ADD)                         \
  __attribute__((target(FEATURES))) static int64_t NAME(void) {                \
    typedef LANE vector __attribute__((vector_size(BYTES)));                   \
    vector sums[SUMS] = {0};                                                   \
    vector one, other;                                                         \
    memset(&one, 1, sizeof one);                                               \
    memset(&other, 1, sizeof other);                                           \
    __asm__ volatile("" : "+" PLACE(other));                                   \
    for (int round = 0; round < ROUNDS; round++) {                             \
      _Pragma("clang loop unroll(full)")                                       \
      for (int index = 0; index < SUMS; index++) {                             \
        vector sum = sums[index];                                              \
        sums[index] = (vector)(ADD);                                           \
        __asm__ volatile("" : "+" PLACE(sums[index]), "+" PLACE(one));         \
      }                                                                        \
    }                                                                          \
    int64_t all = 0;                                                           \
    for (int index = 0; index < SUMS; index++) {                               \
      const int lanes = BYTES / (int)sizeof(LANE);                             \
      for (int lane = 0; lane < lanes; lane++) all += sums[index][lane];       \
    }                                                                          \
    return all;                                                                \
  }

#if defined(__x86_64__)

SLICE(
  products_avx512_vnni, "avx512f,avx512vnni", int32_t, 64, "v",
  _mm512_dpbusd_epi32((__m512i)sum, (__m512i)one, (__m512i)other))
SLICE(
  products_avx_vnni, "avx2,avxvnni", int32_t, 32, "x",
  _mm256_dpbusd_avx_epi32((__m256i)sum, (__m256i)one, (__m256i)other))
// In twos, to 16 bits: what comes after that is done once for several.
SLICE(
  products_avx2, "avx2", int16_t, 32, "x",
  _mm256_add_epi16((__m256i)sum, _mm256_maddubs_epi16((__m256i)one, (__m256i)other)))

#else

SLICE(products_neon_dotprod, "dotprod", int32_t, 16, "w", vdotq_s32((int32x4_t)sum, (int8x16_t)one, (int8x16_t)other))
SLICE(products_neon_i8mm, "i8mm", int32_t, 16, "w", vmmlaq_s32((int32x4_t)sum, (int8x16_t)one, (int8x16_t)other))

#endif
#endif

int64_t machine_products(packed_kernel kernel) {
  if (!packed_kernel_is_available(kernel)) return 0;
  switch (kernel) {
#if defined(__x86_64__)
    case PACKED_KERNEL_AVX512_VNNI: return products_avx512_vnni();
    case PACKED_KERNEL_AVX_VNNI: return products_avx_vnni();
    case PACKED_KERNEL_AVX2: return products_avx2();
#elif defined(__aarch64__)
    case PACKED_KERNEL_NEON_DOTPROD: return products_neon_dotprod();
    case PACKED_KERNEL_NEON_I8MM: return products_neon_i8mm();
#endif
    default: return 0;
  }
}
