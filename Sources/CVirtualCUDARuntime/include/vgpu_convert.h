// Conversions (cvt): rounding to integers saturates; other directions round as the name says.
#ifndef VGPU_CONVERT_H
#define VGPU_CONVERT_H

VGPU_INLINE float s_rni_f32(float a) { return __builtin_rintf(a); }
VGPU_INLINE float s_rzi_f32(float a) { return __builtin_truncf(a); }
VGPU_INLINE float s_rmi_f32(float a) { return __builtin_floorf(a); }
VGPU_INLINE float s_rpi_f32(float a) { return __builtin_ceilf(a); }
VGPU_INLINE double s_rni_f64(double a) { return __builtin_rint(a); }
VGPU_INLINE double s_rzi_f64(double a) { return __builtin_trunc(a); }
VGPU_INLINE double s_rmi_f64(double a) { return __builtin_floor(a); }
VGPU_INLINE double s_rpi_f64(double a) { return __builtin_ceil(a); }
#define VGPU_ROUNDINGS(T)                                                          \
  VGPU_INLINE v##T v_rni_##T(v##T a) { return __builtin_elementwise_rint(a); }     \
  VGPU_INLINE v##T v_rzi_##T(v##T a) { return __builtin_elementwise_trunc(a); }    \
  VGPU_INLINE v##T v_rmi_##T(v##T a) { return __builtin_elementwise_floor(a); }    \
  VGPU_INLINE v##T v_rpi_##T(v##T a) { return __builtin_elementwise_ceil(a); }
VGPU_ROUNDINGS(f32)
VGPU_ROUNDINGS(f64)

// `a` is a whole number, or not finite. The upper bounds are the first value past the range.
#define VGPU_TO_INTEGER(D, low, past, lowest, highest)                                                \
  VGPU_INLINE VGPU_T_##D s_whole_##D(double a, VGPU_T_##D nan) {                                      \
    return a != a ? nan : a >= past ? highest : a <= low ? lowest : (VGPU_T_##D)a;                    \
  }
VGPU_TO_INTEGER(u8, 0.0, 256.0, 0, 255)
VGPU_TO_INTEGER(s8, -128.0, 128.0, -128, 127)
VGPU_TO_INTEGER(u16, 0.0, 65536.0, 0, 65535)
VGPU_TO_INTEGER(s16, -32768.0, 32768.0, -32768, 32767)
VGPU_TO_INTEGER(u32, 0.0, 4294967296.0, 0, 4294967295u)
VGPU_TO_INTEGER(s32, -2147483648.0, 2147483648.0, INT32_MIN, INT32_MAX)
VGPU_TO_INTEGER(u64, 0.0, 18446744073709551616.0, 0, UINT64_MAX)
VGPU_TO_INTEGER(s64, -9223372036854775808.0, 9223372036854775808.0, INT64_MIN, INT64_MAX)

// NaN gives 0 between types of up to 32 bits, and the highest bit alone where one of them has 64.
#define VGPU_NAN_f32(D) (sizeof(VGPU_T_##D) == 8 ? (VGPU_T_##D)(1ull << 63) : 0)
#define VGPU_NAN_f64(D) ((VGPU_T_##D)(1ull << (8 * sizeof(VGPU_T_##D) - 1)))
#define VGPU_CVT_INTEGER(D, S, mode)                                                                         \
  VGPU_INLINE VGPU_T_##D s_cvt_##mode##_##D##_##S(VGPU_T_##S a) {                                            \
    return s_whole_##D(s_##mode##_##S(a), VGPU_NAN_##S(D));                                                  \
  }                                                                                                          \
  VGPU_WARP1(cvt_##mode##_##D##_##S, D, S)
#define VGPU_CVT_INTEGERS(D)   \
  VGPU_CVT_INTEGER(D, f32, rni) \
  VGPU_CVT_INTEGER(D, f32, rzi) \
  VGPU_CVT_INTEGER(D, f32, rmi) \
  VGPU_CVT_INTEGER(D, f32, rpi) \
  VGPU_CVT_INTEGER(D, f64, rni) \
  VGPU_CVT_INTEGER(D, f64, rzi) \
  VGPU_CVT_INTEGER(D, f64, rmi) \
  VGPU_CVT_INTEGER(D, f64, rpi)
VGPU_CVT_INTEGERS(u8)
VGPU_CVT_INTEGERS(s8)
VGPU_CVT_INTEGERS(u16)
VGPU_CVT_INTEGERS(s16)
VGPU_CVT_INTEGERS(u32)
VGPU_CVT_INTEGERS(s32)
VGPU_CVT_INTEGERS(u64)
VGPU_CVT_INTEGERS(s64)

// Whole numbers to floating point, rounded to the nearest.
#define VGPU_CVT_FLOAT(D, S) \
  VGPU_INLINE VGPU_T_##D s_cvt_##D##_##S(VGPU_T_##S a) { return (VGPU_T_##D)a; } \
  VGPU_INLINE v##D v_cvt_##D##_##S(v##S a) { return __builtin_convertvector(a, v##D); }
#define VGPU_CVT_FLOATS(S) VGPU_CVT_FLOAT(f32, S) VGPU_CVT_FLOAT(f64, S)
VGPU_CVT_FLOATS(u8)
VGPU_CVT_FLOATS(s8)
VGPU_CVT_FLOATS(u16)
VGPU_CVT_FLOATS(s16)
VGPU_CVT_FLOATS(u32)
VGPU_CVT_FLOATS(s32)
VGPU_CVT_FLOATS(u64)
VGPU_CVT_FLOATS(s64)
VGPU_CVT_FLOAT(f64, f32)
VGPU_CVT_FLOAT(f32, f64)

// The same, rounded in a direction: from the nearest, one step back if that lies on the wrong side.
VGPU_INLINE int vgpu_is_beyond(long double rounded, long double exact, char mode) {
  return mode == 'm' ? rounded > exact : mode == 'p' ? rounded < exact
    : exact > 0 ? rounded > exact : rounded < exact;
}
VGPU_INLINE double s_below_f64(double a) { return __builtin_nextafter(a, -INFINITY); }
VGPU_INLINE double s_above_f64(double a) { return __builtin_nextafter(a, INFINITY); }
#define VGPU_CVT_DIRECTED(D, S, mode)                                                                             \
  VGPU_INLINE VGPU_T_##D s_cvt_r##mode##_##D##_##S(VGPU_T_##S a) {                                                \
    VGPU_T_##D r = (VGPU_T_##D)a;                                                                                 \
    if (!vgpu_is_beyond((long double)r, (long double)a, #mode[0])) return r;                                      \
    return (long double)r > (long double)a ? s_below_##D(r) : s_above_##D(r);                                     \
  }                                                                                                               \
  VGPU_INLINE v##D v_cvt_r##mode##_##D##_##S(v##S a) {                                                            \
    v##D r;                                                                                                       \
    VGPU_EACH(i) r[i] = s_cvt_r##mode##_##D##_##S(a[i]);                                                          \
    return r;                                                                                                     \
  }
#define VGPU_CVT_DIRECTIONS(D, S) VGPU_CVT_DIRECTED(D, S, m) VGPU_CVT_DIRECTED(D, S, p) VGPU_CVT_DIRECTED(D, S, z)
VGPU_CVT_DIRECTIONS(f32, u32)
VGPU_CVT_DIRECTIONS(f32, s32)
VGPU_CVT_DIRECTIONS(f32, u64)
VGPU_CVT_DIRECTIONS(f32, s64)
VGPU_CVT_DIRECTIONS(f64, u64)
VGPU_CVT_DIRECTIONS(f64, s64)
#define VGPU_CVT_NARROW(mode)                                                                         \
  VGPU_INLINE float s_cvt_r##mode##_f32_f64(double a) { return s_directed(a, #mode[0]); }             \
  VGPU_WARP1(cvt_r##mode##_f32_f64, f32, f64)
VGPU_CVT_NARROW(m)
VGPU_CVT_NARROW(p)
VGPU_CVT_NARROW(z)

// 16-bit formats in a direction. Neighbours differ by one in the bits of the magnitude.
#define VGPU_CVT_HALF_DIRECTED(H, mode, infinity)                                                                  \
  VGPU_INLINE uint16_t s_to_r##mode##_##H(float a) {                                                               \
    uint16_t r = s_to_##H(a);                                                                                      \
    float back = s_from_##H(r);                                                                                    \
    if (a != a || a - a != 0 || !vgpu_is_beyond(back, a, #mode[0])) return r;                                      \
    int is_up = back < a, is_negative = r >> 15;                                                                   \
    if ((r & 0x7fff) == 0) return is_up ? 1 : 0x8001;                                                              \
    return is_up == !is_negative ? r + 1 : r - 1;                                                                  \
  }                                                                                                                \
  VGPU_WARP1(to_r##mode##_##H, u16, f32)
VGPU_CVT_HALF_DIRECTED(f16, m, 0x7c00)
VGPU_CVT_HALF_DIRECTED(f16, p, 0x7c00)
VGPU_CVT_HALF_DIRECTED(f16, z, 0x7c00)
VGPU_CVT_HALF_DIRECTED(bf16, m, 0x7f80)
VGPU_CVT_HALF_DIRECTED(bf16, p, 0x7f80)
VGPU_CVT_HALF_DIRECTED(bf16, z, 0x7f80)
VGPU_WARP1(double_to_f16, u16, f64)
VGPU_WARP1(double_to_bf16, u16, f64)

// TensorFloat-32: 10 bits of mantissa, halves away from zero (rna) or to even (rn).
VGPU_INLINE uint32_t s_to_tf32_rna(float a) {
  uint32_t b = s_bits_f32(a);
  return a - a != 0 ? b : (b + 0x1000) & ~0x1fffu;
}
VGPU_INLINE uint32_t s_to_tf32_rn(float a) {
  uint32_t b = s_bits_f32(a);
  return a - a != 0 ? b : (b + 0xfff + ((b >> 13) & 1)) & ~0x1fffu;
}
VGPU_INLINE uint32_t s_to_tf32_rz(float a) {
  uint32_t b = s_bits_f32(a);
  return a != a ? b : b & ~0x1fffu;
}
// The largest finite number for infinite ones, and zero for negative ones.
VGPU_INLINE uint32_t s_finite_tf32(uint32_t a) { return (a & 0x7fffffffu) == 0x7f800000u ? a - 0x2000 : a; }
VGPU_INLINE uint32_t s_relu_tf32(uint32_t a) { return (a & 0x7fffffffu) <= 0x7f800000u && a >> 31 ? 0 : a; }
VGPU_WARP1(finite_tf32, u32, u32)
VGPU_WARP1(relu_tf32, u32, u32)
VGPU_WARP1(to_tf32_rna, u32, f32)
VGPU_WARP1(to_tf32_rn, u32, f32)
VGPU_WARP1(to_tf32_rz, u32, f32)

VGPU_INLINE uint32_t s_join16(uint16_t high, uint16_t low) { return (uint32_t)high << 16 | low; }
VGPU_INLINE vu32 v_join16(vu16 high, vu16 low) {
  return __builtin_convertvector(high, vu32) << 16 | __builtin_convertvector(low, vu32);
}
#define VGPU_LIMITS(H, infinity)                                                                            \
  VGPU_INLINE uint16_t s_finite_##H(uint16_t a) { return (a & 0x7fff) == infinity ? a - 1 : a; }            \
  VGPU_INLINE uint16_t s_relu_##H(uint16_t a) { return (a & 0x7fff) > infinity ? 0x7fff : a >> 15 ? 0 : a; } \
  VGPU_WARP1(finite_##H, u16, u16)                                                                          \
  VGPU_WARP1(relu_##H, u16, u16)
VGPU_LIMITS(f16, 0x7c00)
VGPU_LIMITS(bf16, 0x7f80)

// 64 bits in the 53 that a double has, rounded to odd: rounding once more to 16 bits is right.
VGPU_INLINE uint64_t s_jam_u64(uint64_t a) { return a >> 53 ? (a & ~0x7ffull) | (a & 0x7ff ? 0x800 : 0) : a; }
VGPU_INLINE int64_t s_jam_s64(int64_t a) {
  return a < 0 ? (int64_t)(0 - s_jam_u64(0 - (uint64_t)a)) : (int64_t)s_jam_u64((uint64_t)a);
}
VGPU_WARP1(jam_u64, u64, u64)
VGPU_WARP1(jam_s64, s64, s64)

// Saturating conversions between integers.
#define VGPU_CLAMP(D, lowest, highest)                                                                       \
  VGPU_INLINE VGPU_T_##D s_clamp_##D(__int128 a) {                                                           \
    return a < (__int128)(lowest) ? (VGPU_T_##D)(lowest) : a > (__int128)(highest) ? (VGPU_T_##D)(highest)   \
                                                                                   : (VGPU_T_##D)a;          \
  }
VGPU_CLAMP(u8, 0, UINT8_MAX)
VGPU_CLAMP(s8, INT8_MIN, INT8_MAX)
VGPU_CLAMP(u16, 0, UINT16_MAX)
VGPU_CLAMP(s16, INT16_MIN, INT16_MAX)
VGPU_CLAMP(u32, 0, UINT32_MAX)
VGPU_CLAMP(s32, INT32_MIN, INT32_MAX)
VGPU_CLAMP(u64, 0, UINT64_MAX)
VGPU_CLAMP(s64, INT64_MIN, INT64_MAX)
#define VGPU_EACH_CLAMP(D, a, out) VGPU_EACH(i) (out)[i] = s_clamp_##D((a)[i])

#endif
