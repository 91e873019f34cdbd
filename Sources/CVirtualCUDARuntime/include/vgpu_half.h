// Half precision and bfloat16: stored as 16 bits, computed in float or double and rounded once.
#ifndef VGPU_HALF_H
#define VGPU_HALF_H

typedef _Float16 vgpu_vf16 __attribute__((ext_vector_type(32)));

VGPU_INLINE float s_from_f16(uint16_t a) {
  _Float16 h;
  memcpy(&h, &a, 2);
  return (float)h;
}
VGPU_INLINE uint16_t s_to_f16(float a) {
  _Float16 h = (_Float16)a;
  uint16_t bits;
  memcpy(&bits, &h, 2);
  return a != a ? 0x7fff : bits;
}
VGPU_INLINE uint16_t s_double_to_f16(double a) {
  // By way of a float rounded to odd: one rounding in all.
  float f = (float)a;
  if ((double)f != a && a - a == 0) {
    float z = s_directed(a, 'z');
    f = s_f32(s_bits_f32(z) | 1);
  }
  return s_to_f16(f);
}
VGPU_INLINE vf32 v_from_f16(vu16 a) {
  vgpu_vf16 h;
  memcpy(&h, &a, 64);
  return __builtin_convertvector(h, vf32);
}
VGPU_INLINE vu16 v_to_f16(vf32 a) {
  vgpu_vf16 h = __builtin_convertvector(a, vgpu_vf16);
  vu16 r;
  memcpy(&r, &h, 64);
  return VGPU_SELECT16(VGPU_MASK(a != a), (vu16)(0x7fff), r);
}
VGPU_INLINE float s_from_bf16(uint16_t a) { return s_f32((uint32_t)a << 16); }
VGPU_INLINE uint16_t s_to_bf16(float a) {
  uint32_t b = s_bits_f32(a);
  return a != a ? 0x7fff : (uint16_t)((b + 0x7fff + ((b >> 16) & 1)) >> 16);
}
VGPU_INLINE uint16_t s_double_to_bf16(double a) {
  float f = (float)a;
  if ((double)f != a && a - a == 0) f = s_f32(s_bits_f32(s_directed(a, 'z')) | 1);
  return s_to_bf16(f);
}
VGPU_INLINE vf32 v_from_bf16(vu16 a) { return (vf32)(__builtin_convertvector(a, vu32) << 16); }
VGPU_INLINE vu16 v_to_bf16(vf32 a) {
  vu32 b = (vu32)a;
  vu32 r = (b + 0x7fff + ((b >> 16) & 1)) >> 16;
  return __builtin_convertvector(a != a ? (vu32)(0x7fff) : r, vu16);
}

// One operation for a type, as a single value and as a pair in 32 bits.
#define VGPU_HALF1(op, H, expression)                                                                                \
  VGPU_INLINE uint16_t s_##op##_##H(uint16_t p) {                                                                    \
    float a = s_from_##H(p);                                                                                         \
    return (expression);                                                                                             \
  }                                                                                                                  \
  VGPU_WARP1(op##_##H, u16, u16)                                                                                     \
  VGPU_INLINE uint32_t s_##op##_##H##x2(uint32_t p) {                                                                \
    return s_##op##_##H((uint16_t)p) | (uint32_t)s_##op##_##H((uint16_t)(p >> 16)) << 16;                            \
  }                                                                                                                  \
  VGPU_WARP1(op##_##H##x2, u32, u32)
#define VGPU_HALF2(op, H, expression)                                                                                \
  VGPU_INLINE uint16_t s_##op##_##H(uint16_t p, uint16_t q) {                                                        \
    float a = s_from_##H(p), b = s_from_##H(q);                                                                      \
    return (expression);                                                                                             \
  }                                                                                                                  \
  VGPU_WARP2(op##_##H, u16, u16, u16)                                                                                \
  VGPU_INLINE uint32_t s_##op##_##H##x2(uint32_t p, uint32_t q) {                                                    \
    return s_##op##_##H((uint16_t)p, (uint16_t)q)                                                                    \
      | (uint32_t)s_##op##_##H((uint16_t)(p >> 16), (uint16_t)(q >> 16)) << 16;                                      \
  }                                                                                                                  \
  VGPU_WARP2(op##_##H##x2, u32, u32, u32)
#define VGPU_HALF3(op, H, expression)                                                                                \
  VGPU_INLINE uint16_t s_##op##_##H(uint16_t p, uint16_t q, uint16_t t) {                                            \
    float a = s_from_##H(p), b = s_from_##H(q), c = s_from_##H(t);                                                   \
    return (expression);                                                                                             \
  }                                                                                                                  \
  VGPU_WARP3(op##_##H, u16, u16, u16, u16)                                                                           \
  VGPU_INLINE uint32_t s_##op##_##H##x2(uint32_t p, uint32_t q, uint32_t t) {                                        \
    return s_##op##_##H((uint16_t)p, (uint16_t)q, (uint16_t)t)                                                       \
      | (uint32_t)s_##op##_##H((uint16_t)(p >> 16), (uint16_t)(q >> 16), (uint16_t)(t >> 16)) << 16;                 \
  }                                                                                                                  \
  VGPU_WARP3(op##_##H##x2, u32, u32, u32, u32)

// Subnormals as zeros of their sign.
VGPU_INLINE uint16_t s_flush_f16(uint16_t a) { return (a & 0x7c00) ? a : a & 0x8000; }
VGPU_INLINE uint16_t s_flush_bf16(uint16_t a) { return (a & 0x7f80) ? a : a & 0x8000; }
#define VGPU_FLUSH_PAIR(H)                                                                                           \
  VGPU_INLINE uint32_t s_flush_##H##x2(uint32_t a) {                                                                 \
    return s_flush_##H((uint16_t)a) | (uint32_t)s_flush_##H((uint16_t)(a >> 16)) << 16;                              \
  }                                                                                                                  \
  VGPU_WARP1(flush_##H, u16, u16)                                                                                    \
  VGPU_WARP1(flush_##H##x2, u32, u32)
VGPU_FLUSH_PAIR(f16)
VGPU_FLUSH_PAIR(bf16)

// Sums and products of two halves are exact in float but for one rounding that double rounding does not disturb
// (24 >= 2 * 11 + 2); a bfloat16's sum may span more than 24 bits, so it goes by way of double and odd.
#define VGPU_HALVES(H, wide)                                                                                         \
  VGPU_HALF2(add, H, s_##wide##to_##H(s_sum_odd(a, b)))                                                              \
  VGPU_HALF2(sub, H, s_##wide##to_##H(s_sum_odd(a, -b)))                                                             \
  VGPU_HALF2(mul, H, s_to_##H(a *b))                                                                                 \
  VGPU_HALF3(fma, H, s_##wide##to_##H(s_sum_odd((double)a * b, c)))                                                  \
  VGPU_HALF3(fma_relu, H, s_to_##H(s_max_nan_f32(s_from_##H(s_##wide##to_##H(s_sum_odd((double)a * b, c))), 0.0f)))  \
  VGPU_HALF2(min, H, s_to_##H(s_min_f32(a, b)))                                                                      \
  VGPU_HALF2(max, H, s_to_##H(s_max_f32(a, b)))                                                                      \
  VGPU_HALF2(min_nan, H, s_to_##H(s_min_nan_f32(a, b)))                                                              \
  VGPU_HALF2(max_nan, H, s_to_##H(s_max_nan_f32(a, b)))                                                              \
  VGPU_HALF1(sat, H, s_to_##H(s_sat_f32(a)))                                                                         \
  VGPU_HALF1(ex2, H, s_to_##H(s_ex2_f32(a)))                                                                         \
  VGPU_HALF1(tanh, H, s_to_##H(s_tanh_f32(a)))                                                                       \
  VGPU_INLINE uint16_t s_neg_##H(uint16_t a) { return a ^ 0x8000; }                                                  \
  VGPU_INLINE uint16_t s_abs_##H(uint16_t a) { return a & 0x7fff; }                                                  \
  VGPU_INLINE uint32_t s_neg_##H##x2(uint32_t a) { return a ^ 0x80008000u; }                                         \
  VGPU_INLINE uint32_t s_abs_##H##x2(uint32_t a) { return a & 0x7fff7fffu; }                                         \
  VGPU_WARP1(neg_##H, u16, u16)                                                                                      \
  VGPU_WARP1(abs_##H, u16, u16)                                                                                      \
  VGPU_WARP1(neg_##H##x2, u32, u32)                                                                                  \
  VGPU_WARP1(abs_##H##x2, u32, u32)

// Comparisons of pairs: 0xffff in each half that compares true.
#define VGPU_COMPARE_PAIR(H, name, expression)                                                                       \
  VGPU_INLINE uint32_t s_##name##_##H##x2(uint32_t p, uint32_t q) {                                                  \
    uint32_t r = 0;                                                                                                  \
    for (int h = 0; h < 32; h += 16) {                                                                               \
      float a = s_from_##H((uint16_t)(p >> h)), b = s_from_##H((uint16_t)(q >> h));                                  \
      r |= (uint32_t)((expression) ? 0xffff : 0) << h;                                                               \
    }                                                                                                                \
    return r;                                                                                                        \
  }                                                                                                                  \
  VGPU_WARP2(name##_##H##x2, u32, u32, u32)
#define VGPU_COMPARE_PAIRS(H)                      \
  VGPU_COMPARE_PAIR(H, eq, a == b)                 \
  VGPU_COMPARE_PAIR(H, ne, a < b || a > b)         \
  VGPU_COMPARE_PAIR(H, lt, a < b)                  \
  VGPU_COMPARE_PAIR(H, le, a <= b)                 \
  VGPU_COMPARE_PAIR(H, gt, a > b)                  \
  VGPU_COMPARE_PAIR(H, ge, a >= b)                 \
  VGPU_COMPARE_PAIR(H, equ, !(a < b || a > b))     \
  VGPU_COMPARE_PAIR(H, neu, a != b)                \
  VGPU_COMPARE_PAIR(H, ltu, !(a >= b))             \
  VGPU_COMPARE_PAIR(H, leu, !(a > b))              \
  VGPU_COMPARE_PAIR(H, gtu, !(a <= b))             \
  VGPU_COMPARE_PAIR(H, geu, !(a < b))              \
  VGPU_COMPARE_PAIR(H, num, a == a && b == b)      \
  VGPU_COMPARE_PAIR(H, nan, a != a || b != b)
VGPU_COMPARE_PAIRS(f16)
VGPU_COMPARE_PAIRS(bf16)

VGPU_HALVES(f16, double_)
VGPU_HALVES(bf16, double_)

#endif
