#if defined(__aarch64__)

#include <arm_neon.h>

#include "kernels.h"

// Every such processor has these.
#define TARGET
#define INLINE static inline __attribute__((always_inline))
// Sums that are indexed by a loop which is not unrolled are kept in memory.
#define UNROLL _Pragma("clang loop unroll(full)")

#define LANES 4
typedef float32x4_t vector;
typedef uint32x4_t choice;

TARGET INLINE vector load(const float *source) { return vld1q_f32(source); }
TARGET INLINE void store(float *target, vector x) { vst1q_f32(target, x); }
TARGET INLINE vector splat(float x) { return vdupq_n_f32(x); }
TARGET INLINE vector fused(vector a, vector b, vector c) { return vfmaq_f32(c, a, b); }
TARGET INLINE vector times(vector a, vector b) { return vmulq_f32(a, b); }
TARGET INLINE vector plus(vector a, vector b) { return vaddq_f32(a, b); }
TARGET INLINE vector minus(vector a, vector b) { return vsubq_f32(a, b); }
// Of one that is no number and another the processor takes the other.
TARGET INLINE vector larger(vector a, vector b) { return vmaxnmq_f32(a, b); }
TARGET INLINE vector nearest(vector x) { return vrndnq_f32(x); }
TARGET INLINE vector power(vector n) {
  int32x4_t exponent = vaddq_s32(vcvtq_s32_f32(n), vdupq_n_s32(127));
  return vreinterpretq_f32_s32(vshlq_n_s32(exponent, 23));
}
TARGET INLINE vector halves(const void *source) {
  return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16((const uint16_t *)source)));
}
TARGET INLINE choice is_nothing(vector x) { return vceqq_f32(x, vdupq_n_f32(-__builtin_inff())); }
TARGET INLINE choice is_less(vector a, vector b) { return vcltq_f32(a, b); }
TARGET INLINE choice is_negative(vector x) { return vcltzq_s32(vreinterpretq_s32_f32(x)); }
TARGET INLINE vector choose(choice which, vector yes, vector no) { return vbslq_f32(which, yes, no); }
TARGET INLINE unsigned places(choice which) {
  static const uint32_t bits[] = {1, 2, 4, 8};
  return vaddvq_u32(vandq_u32(which, vld1q_u32(bits)));
}

#include "attention_lanes.h"

TARGET INLINE uint16_t seen_cells(const uint16_t *mask) {
  static const uint8_t bits[] = {1, 2, 4, 8, 16, 32, 64, 128};
  const uint16x8_t unseen = vdupq_n_u16(HALF_MINUS_INFINITY);
  uint8x8_t low = vand_u8(vmovn_u16(vceqq_u16(vld1q_u16(mask), unseen)), vld1_u8(bits));
  uint8x8_t high = vand_u8(vmovn_u16(vceqq_u16(vld1q_u16(mask + 8), unseen)), vld1_u8(bits));
  return (uint16_t)~(vaddv_u8(low) | vaddv_u8(high) << 8);
}

// Eight rows of eight halves become columns.
TARGET INLINE void transpose(uint16x8_t row[8]) {
  uint32x4_t a[8];
  uint64x2_t b[8];
  UNROLL
  for (int i = 0; i < 4; i++) {
    a[i * 2] = vreinterpretq_u32_u16(vzip1q_u16(row[i * 2], row[i * 2 + 1]));
    a[i * 2 + 1] = vreinterpretq_u32_u16(vzip2q_u16(row[i * 2], row[i * 2 + 1]));
  }
  UNROLL
  for (int i = 0; i < 2; i++) {
    b[i * 4] = vreinterpretq_u64_u32(vzip1q_u32(a[i * 4], a[i * 4 + 2]));
    b[i * 4 + 1] = vreinterpretq_u64_u32(vzip2q_u32(a[i * 4], a[i * 4 + 2]));
    b[i * 4 + 2] = vreinterpretq_u64_u32(vzip1q_u32(a[i * 4 + 1], a[i * 4 + 3]));
    b[i * 4 + 3] = vreinterpretq_u64_u32(vzip2q_u32(a[i * 4 + 1], a[i * 4 + 3]));
  }
  UNROLL
  for (int i = 0; i < 4; i++) {
    row[i * 2] = vreinterpretq_u16_u64(vzip1q_u64(b[i], b[i + 4]));
    row[i * 2 + 1] = vreinterpretq_u16_u64(vzip2q_u64(b[i], b[i + 4]));
  }
}

TARGET INLINE void turn_keys(const char *key, int64_t stride, const int32_t *cells, int64_t length, float *keys) {
  for (int64_t start = 0; start < length; start += 8) {
    for (int first = 0; first < ATTENTION_CELLS; first += 8) {
      uint16x8_t row[8];
      UNROLL
      for (int place = 0; place < 8; place++) {
        row[place] = vld1q_u16((const uint16_t *)(key + cells[first + place] * stride + start * 2));
      }
      transpose(row);
      UNROLL
      for (int element = 0; element < 8; element++) {
        float *target = keys + (start + element) * ATTENTION_CELLS + first;
        float16x8_t all = vreinterpretq_f16_u16(row[element]);
        store(target, vcvt_f32_f16(vget_low_f16(all)));
        store(target + LANES, vcvt_f32_f16(vget_high_f16(all)));
      }
    }
  }
}

TARGET void attention_neon(const ordered_attention *problem, const attention_part *part, void *scratch) {
  attend_in_groups(problem, part, scratch);
}

#endif
