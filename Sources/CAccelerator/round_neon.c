#if defined(__aarch64__)

#include <arm_neon.h>
#include <string.h>

#include "kernels.h"

float packed_round_neon(const float *source, int8_t *bytes) {
  const float32x4_t bound = vdupq_n_f32(LARGEST_NUMBER);
  float32x4_t part[8];
  float32x4_t largest = vdupq_n_f32(0);
  uint32x4_t finite = vdupq_n_u32(UINT32_MAX);
  for (int index = 0; index < 8; index++) {
    part[index] = vld1q_f32(source + index * 4);
    float32x4_t size = vabsq_f32(part[index]);
    finite = vandq_u32(finite, vcleq_f32(size, bound));
    largest = vmaxq_f32(largest, size);
  }
  if (vminvq_u32(finite) == 0) {
    memset(bytes, 0, PACKED_BLOCK);
    return __builtin_nanf("");
  }
  float scale = vmaxvq_f32(largest) / 127;
  float inverse = scale >= LEAST_SCALE ? 1 / scale : 0;
  for (int index = 0; index < 8; index += 4) {
    int16x8_t two[2];
    for (int pair = 0; pair < 2; pair++) {
      // To the nearest, halves to even.
      int32x4_t low = vcvtnq_s32_f32(vmulq_n_f32(part[index + pair * 2], inverse));
      int32x4_t high = vcvtnq_s32_f32(vmulq_n_f32(part[index + pair * 2 + 1], inverse));
      two[pair] = vcombine_s16(vqmovn_s32(low), vqmovn_s32(high));
    }
    // Narrowing ends at 127, but at -128.
    int8x16_t all = vcombine_s8(vqmovn_s16(two[0]), vqmovn_s16(two[1]));
    vst1q_s8(bytes + index * 4, vmaxq_s8(all, vdupq_n_s8(-127)));
  }
  return scale;
}

#endif
