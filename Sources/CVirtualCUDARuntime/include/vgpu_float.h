// Floating-point arithmetic as PTX defines it: NaN is 0x7fffffff where PTX says "canonical", subnormals are kept unless .ftz.
#ifndef VGPU_FLOAT_H
#define VGPU_FLOAT_H

VGPU_INLINE float s_ftz(float a) {
  return s_f32((s_bits_f32(a) & 0x7f800000u) ? s_bits_f32(a) : s_bits_f32(a) & 0x80000000u);
}
VGPU_INLINE vf32 v_ftz(vf32 a) {
  vu32 bits = (vu32)a;
  return (vf32)((bits & 0x7f800000u) == 0 ? bits & 0x80000000u : bits);
}
VGPU_INLINE float s_sat_f32(float a) { return a > 0 ? (a < 1 ? a : 1.0f) : 0.0f; }
VGPU_INLINE vf32 v_sat_f32(vf32 a) { return a > 0 ? (a < 1 ? a : (vf32)(1.0f)) : (vf32)(0.0f); }
VGPU_INLINE double s_sat_f64(double a) { return a > 0 ? (a < 1 ? a : 1.0) : 0.0; }
VGPU_INLINE vf64 v_sat_f64(vf64 a) { return a > 0 ? (a < 1 ? a : (vf64)(1.0)) : (vf64)(0.0); }

// x86 hands on a NaN operand's payload; the GPU answers 0x7fffffff.
VGPU_INLINE float s_nan_f32(float a) { return a == a ? a : s_f32(0x7fffffffu); }
VGPU_INLINE vf32 v_nan_f32(vf32 a) { return a == a ? a : (vf32)(vu32)(0x7fffffffu); }

VGPU_INLINE float s_fma_f32(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
VGPU_INLINE vf32 v_fma_f32(vf32 a, vf32 b, vf32 c) { return __builtin_elementwise_fma(a, b, c); }
VGPU_INLINE double s_fma_f64(double a, double b, double c) { return __builtin_fma(a, b, c); }
VGPU_INLINE vf64 v_fma_f64(vf64 a, vf64 b, vf64 c) { return __builtin_elementwise_fma(a, b, c); }

// div.approx: a divisor above 2^126 gives zero, and NaN for an infinite dividend (PTX ISA, div); the hardware does so.
VGPU_INLINE float s_div_approx_f32(float a, float b) {
  uint32_t size = s_bits_f32(b) & 0x7fffffffu;
  if (size <= 0x7e800000u || size > 0x7f800000u) return a / b;
  uint32_t top = s_bits_f32(a) & 0x7fffffffu, sign = (s_bits_f32(a) ^ s_bits_f32(b)) & 0x80000000u;
  return s_f32(top >= 0x7f800000u ? 0x7fffffffu : sign);
}
VGPU_INLINE vf32 v_div_approx_f32(vf32 a, vf32 b) {
  vu32 size = (vu32)b & 0x7fffffffu, top = (vu32)a & 0x7fffffffu, sign = ((vu32)a ^ (vu32)b) & 0x80000000u;
  vu32 far = top >= 0x7f800000u ? (vu32)(0x7fffffffu) : sign;
  return (size > 0x7e800000u) & (size <= 0x7f800000u) ? (vf32)far : a / b;
}

VGPU_INLINE float s_sqrt_f32(float a) { return __builtin_sqrtf(a); }
VGPU_INLINE vf32 v_sqrt_f32(vf32 a) { return __builtin_elementwise_sqrt(a); }
VGPU_INLINE double s_sqrt_f64(double a) { return __builtin_sqrt(a); }
VGPU_INLINE vf64 v_sqrt_f64(vf64 a) { return __builtin_elementwise_sqrt(a); }

// The other operand where one is NaN; -0 is less than +0.
#define VGPU_FLOAT_EXTREMES(T, B, sign, canonical)                                                        \
  VGPU_INLINE VGPU_T_##T s_min_##T(VGPU_T_##T a, VGPU_T_##T b) {                                          \
    if (a != a) return b != b ? s_##T(canonical) : b;                                                     \
    if (b != b) return a;                                                                                 \
    if (a == b) return s_##T(s_bits_##T(a) | s_bits_##T(b));                                              \
    return a < b ? a : b;                                                                                 \
  }                                                                                                       \
  VGPU_INLINE VGPU_T_##T s_max_##T(VGPU_T_##T a, VGPU_T_##T b) {                                          \
    if (a != a) return b != b ? s_##T(canonical) : b;                                                     \
    if (b != b) return a;                                                                                 \
    if (a == b) return s_##T(s_bits_##T(a) & s_bits_##T(b));                                              \
    return a > b ? a : b;                                                                                 \
  }                                                                                                       \
  VGPU_INLINE v##T v_min_##T(v##T a, v##T b) {                                                            \
    v##T r = a < b ? a : b;                                                                               \
    r = a == b ? (v##T)((v##B)a | (v##B)b) : r;                                                           \
    r = a != a ? b : r;                                                                                   \
    r = b != b ? a : r;                                                                                   \
    return r != r ? (v##T)(v##B)(canonical) : r;                                                          \
  }                                                                                                       \
  VGPU_INLINE v##T v_max_##T(v##T a, v##T b) {                                                            \
    v##T r = a > b ? a : b;                                                                               \
    r = a == b ? (v##T)((v##B)a & (v##B)b) : r;                                                           \
    r = a != a ? b : r;                                                                                   \
    r = b != b ? a : r;                                                                                   \
    return r != r ? (v##T)(v##B)(canonical) : r;                                                          \
  }                                                                                                       \
  VGPU_INLINE VGPU_T_##T s_min_nan_##T(VGPU_T_##T a, VGPU_T_##T b) {                                      \
    return a != a || b != b ? s_##T(canonical) : s_min_##T(a, b);                                         \
  }                                                                                                       \
  VGPU_INLINE VGPU_T_##T s_max_nan_##T(VGPU_T_##T a, VGPU_T_##T b) {                                      \
    return a != a || b != b ? s_##T(canonical) : s_max_##T(a, b);                                         \
  }                                                                                                       \
  VGPU_INLINE v##T v_min_nan_##T(v##T a, v##T b) {                                                        \
    v##T r = v_min_##T(a, b);                                                                             \
    r = a != a ? (v##T)(v##B)(canonical) : r;                                                             \
    return b != b ? (v##T)(v##B)(canonical) : r;                                                          \
  }                                                                                                       \
  VGPU_INLINE v##T v_max_nan_##T(v##T a, v##T b) {                                                        \
    v##T r = v_max_##T(a, b);                                                                             \
    r = a != a ? (v##T)(v##B)(canonical) : r;                                                             \
    return b != b ? (v##T)(v##B)(canonical) : r;                                                          \
  }                                                                                                       \
  VGPU_INLINE VGPU_T_##T s_abs_##T(VGPU_T_##T a) { return s_##T(s_bits_##T(a) & ~(sign)); }               \
  VGPU_INLINE v##T v_abs_##T(v##T a) { return (v##T)((v##B)a & ~(sign)); }                                \
  VGPU_INLINE VGPU_T_##T s_neg_##T(VGPU_T_##T a) { return s_##T(s_bits_##T(a) ^ (sign)); }                \
  VGPU_INLINE v##T v_neg_##T(v##T a) { return (v##T)((v##B)a ^ (sign)); }                                 \
  VGPU_INLINE VGPU_T_##T s_copysign_##T(VGPU_T_##T a, VGPU_T_##T b) {                                     \
    return s_##T((s_bits_##T(b) & ~(sign)) | (s_bits_##T(a) & (sign)));                                   \
  }                                                                                                       \
  VGPU_INLINE v##T v_copysign_##T(v##T a, v##T b) {                                                       \
    return (v##T)(((v##B)b & ~(sign)) | ((v##B)a & (sign)));                                              \
  }
VGPU_FLOAT_EXTREMES(f32, u32, 0x80000000u, 0x7fffffffu)
VGPU_FLOAT_EXTREMES(f64, u64, 0x8000000000000000ull, 0x7fffffffffffffffull)

// MARK: Directed rounding

// The value next to `a` towards -infinity and towards +infinity, for finite values.
VGPU_INLINE float s_below_f32(float a) {
  uint32_t b = s_bits_f32(a);
  return s_f32(b == 0 || b == 0x80000000u ? 0x80000001u : (b & 0x80000000u) ? b + 1 : b - 1);
}
VGPU_INLINE float s_above_f32(float a) {
  uint32_t b = s_bits_f32(a);
  return s_f32(b == 0 || b == 0x80000000u ? 1u : (b & 0x80000000u) ? b - 1 : b + 1);
}

// `value + error` without rounding, `error` small: rounds to odd in double, so that rounding once more to float is right.
VGPU_INLINE double s_odd(double value, double error) {
  uint64_t b = s_bits_f64(value);
  if (error != 0 && !(b & 1) && value - value == 0) b += ((error > 0) == !(b >> 63)) ? 1 : -1ull;
  return s_f64(b);
}
VGPU_INLINE double s_sum_odd(double a, double b) {
  double s = a + b, t = s - a;
  return s_odd(s, (a - (s - t)) + (b - t));
}
// 'm' towards -infinity, 'p' towards +infinity, 'z' towards zero, of a value that double holds exactly or rounded to odd.
VGPU_INLINE float s_directed(double x, char mode) {
  float r = (float)x;
  if (r != r || x - x != 0) return r;
  if (mode == 'm' || (mode == 'z' && x > 0)) {
    if ((double)r > x) r = r == (float)INFINITY ? 3.402823466e38f : s_below_f32(r);
  } else if (mode == 'p' || (mode == 'z' && x < 0)) {
    if ((double)r < x) r = r == -(float)INFINITY ? -3.402823466e38f : s_above_f32(r);
  }
  return r;
}
// The sign of an exact zero follows the rounding mode.
VGPU_INLINE float s_zero_sum(float r, int is_negative_cancel, char mode) {
  return r == 0 && is_negative_cancel ? (mode == 'm' ? -0.0f : 0.0f) : r;
}
#define VGPU_DIRECTED_F32(mode)                                                                                     \
  VGPU_INLINE float s_add_r##mode##_f32(float a, float b) {                                                         \
    double x = s_sum_odd(a, b);                                                                                     \
    return s_zero_sum(s_directed(x, #mode[0]), x == 0 && signbit(a) != signbit(b), #mode[0]);                       \
  }                                                                                                                 \
  VGPU_INLINE float s_sub_r##mode##_f32(float a, float b) { return s_add_r##mode##_f32(a, s_neg_f32(b)); }          \
  VGPU_INLINE float s_mul_r##mode##_f32(float a, float b) { return s_directed((double)a * (double)b, #mode[0]); }   \
  VGPU_INLINE float s_fma_r##mode##_f32(float a, float b, float c) {                                                \
    double p = (double)a * (double)b, x = s_sum_odd(p, c);                                                          \
    return s_zero_sum(s_directed(x, #mode[0]), x == 0 && signbit(p) != signbit(c), #mode[0]);                       \
  }                                                                                                                 \
  VGPU_INLINE float s_div_r##mode##_f32(float a, float b) {                                                         \
    double q = (double)a / (double)b;                                                                               \
    return q - q != 0 || q == 0 ? (float)q : s_directed(s_odd(q, -__builtin_fma(q, b, -(double)a) * b), #mode[0]);  \
  }                                                                                                                 \
  VGPU_INLINE float s_rcp_r##mode##_f32(float a) { return s_div_r##mode##_f32(1.0f, a); }                           \
  VGPU_INLINE float s_sqrt_r##mode##_f32(float a) {                                                                 \
    double q = __builtin_sqrt((double)a);                                                                           \
    return q - q != 0 || q == 0 ? (float)q : s_directed(s_odd(q, -__builtin_fma(q, q, -(double)a)), #mode[0]);      \
  }                                                                                                                 \
  VGPU_WARP2(add_r##mode##_f32, f32, f32, f32)                                                                      \
  VGPU_WARP2(sub_r##mode##_f32, f32, f32, f32)                                                                      \
  VGPU_WARP2(mul_r##mode##_f32, f32, f32, f32)                                                                      \
  VGPU_WARP2(div_r##mode##_f32, f32, f32, f32)                                                                      \
  VGPU_WARP1(rcp_r##mode##_f32, f32, f32)                                                                           \
  VGPU_WARP1(sqrt_r##mode##_f32, f32, f32)
VGPU_DIRECTED_F32(m)
VGPU_DIRECTED_F32(p)
VGPU_DIRECTED_F32(z)

// Accurate exp() leans on fma.rm: where the machine can round by instruction, it does.
#if defined(__AVX512F__)
typedef float vgpu_zf32 __attribute__((vector_size(64)));
typedef double vgpu_zf64 __attribute__((vector_size(64)));
#define VGPU_FMA_DIRECTED(mode, code)                                                                               \
  VGPU_INLINE vf32 v_fma_r##mode##_f32(vf32 a, vf32 b, vf32 c) {                                                    \
    vgpu_zf32 x[2], y[2], z[2];                                                                                     \
    memcpy(x, &a, 128), memcpy(y, &b, 128), memcpy(z, &c, 128);                                                     \
    for (int h = 0; h < 2; h++)                                                                                     \
      x[h] = (vgpu_zf32)__builtin_ia32_vfmaddps512_mask(x[h], y[h], z[h], (unsigned short)-1, 8 | code);            \
    memcpy(&a, x, 128);                                                                                             \
    return a;                                                                                                       \
  }                                                                                                                 \
  VGPU_INLINE vf64 v_fma_r##mode##_f64(vf64 a, vf64 b, vf64 c) {                                                    \
    vgpu_zf64 x[4], y[4], z[4];                                                                                     \
    memcpy(x, &a, 256), memcpy(y, &b, 256), memcpy(z, &c, 256);                                                     \
    for (int h = 0; h < 4; h++)                                                                                     \
      x[h] = (vgpu_zf64)__builtin_ia32_vfmaddpd512_mask(x[h], y[h], z[h], (unsigned char)-1, 8 | code);             \
    memcpy(&a, x, 256);                                                                                             \
    return a;                                                                                                       \
  }
VGPU_FMA_DIRECTED(m, 1)
VGPU_FMA_DIRECTED(p, 2)
VGPU_FMA_DIRECTED(z, 3)
#else
VGPU_WARP3(fma_rm_f32, f32, f32, f32, f32)
VGPU_WARP3(fma_rp_f32, f32, f32, f32, f32)
VGPU_WARP3(fma_rz_f32, f32, f32, f32, f32)
#define VGPU_FMA_DIRECTED_F64(mode) \
  VGPU_INLINE vf64 v_fma_r##mode##_f64(vf64 a, vf64 b, vf64 c) { \
    vf64 r; \
    VGPU_EACH(i) r[i] = s_fma_r##mode##_f64(a[i], b[i], c[i]); \
    return r; \
  }
#define VGPU_NEEDS_FMA_DIRECTED_F64
#endif

// Doubles have no wider type to lean on: the processor's rounding mode is set around the operation (in the engine).
double vgpu_directed_f64(int operation, char mode, double a, double b, double c);
#define VGPU_DIRECTED_F64(mode)                                                                                     \
  VGPU_INLINE double s_add_r##mode##_f64(double a, double b) { return vgpu_directed_f64('+', #mode[0], a, b, 0); }  \
  VGPU_INLINE double s_sub_r##mode##_f64(double a, double b) { return vgpu_directed_f64('-', #mode[0], a, b, 0); }  \
  VGPU_INLINE double s_mul_r##mode##_f64(double a, double b) { return vgpu_directed_f64('*', #mode[0], a, b, 0); }  \
  VGPU_INLINE double s_div_r##mode##_f64(double a, double b) { return vgpu_directed_f64('/', #mode[0], a, b, 0); }  \
  VGPU_INLINE double s_rcp_r##mode##_f64(double a) { return vgpu_directed_f64('/', #mode[0], 1, a, 0); }            \
  VGPU_INLINE double s_sqrt_r##mode##_f64(double a) { return vgpu_directed_f64('s', #mode[0], a, 0, 0); }           \
  VGPU_INLINE double s_fma_r##mode##_f64(double a, double b, double c) {                                            \
    return vgpu_directed_f64('f', #mode[0], a, b, c);                                                               \
  }                                                                                                                 \
  VGPU_WARP2(add_r##mode##_f64, f64, f64, f64)                                                                      \
  VGPU_WARP2(sub_r##mode##_f64, f64, f64, f64)                                                                      \
  VGPU_WARP2(mul_r##mode##_f64, f64, f64, f64)                                                                      \
  VGPU_WARP2(div_r##mode##_f64, f64, f64, f64)                                                                      \
  VGPU_WARP1(rcp_r##mode##_f64, f64, f64)                                                                           \
  VGPU_WARP1(sqrt_r##mode##_f64, f64, f64)
VGPU_DIRECTED_F64(m)
VGPU_DIRECTED_F64(p)
VGPU_DIRECTED_F64(z)
#ifdef VGPU_NEEDS_FMA_DIRECTED_F64
VGPU_FMA_DIRECTED_F64(m)
VGPU_FMA_DIRECTED_F64(p)
VGPU_FMA_DIRECTED_F64(z)
#endif

// MARK: The approximate functions
//
// A GPU's are good to 1 or 2 units in the last place (2^-22 relative for ex2, an absolute 2^-21 for sin and cos within
// [-pi, pi]); these are at least as good. No two GPUs promise the same bits.

VGPU_INLINE vf32 v_ex2_f32(vf32 a) {
  vf32 x = v_max_f32(v_min_f32(a, (vf32)(130.0f)), (vf32)(-160.0f));
  vf32 whole = __builtin_elementwise_rint(x);
  vf32 t = x - whole;
  // 2^t for |t| <= 1/2: Taylor's series of exp(t ln 2), to a relative 2e-8.
  vf32 p = (vf32)(1.535336188e-4f);
  p = v_fma_f32(p, t, (vf32)(1.339887440e-3f));
  p = v_fma_f32(p, t, (vf32)(9.618437357e-3f));
  p = v_fma_f32(p, t, (vf32)(5.550332548e-2f));
  p = v_fma_f32(p, t, (vf32)(2.402264791e-1f));
  p = v_fma_f32(p, t, (vf32)(6.931472028e-1f));
  p = v_fma_f32(p, t, (vf32)(1.0f));
  // In two steps, so that subnormal results come out rounded once.
  vs32 n = __builtin_convertvector(whole, vs32), half = n >> 1;
  vf32 r = p * (vf32)((half + 127) << 23) * (vf32)((n - half + 127) << 23);
  return a != a ? (vf32)(vu32)(0x7fffffffu) : r;
}
VGPU_INLINE float s_ex2_f32(float a) { return v_ex2_f32((vf32)(a))[0]; }

VGPU_INLINE vf32 v_lg2_f32(vf32 a) {
  vu32 bits = (vu32)a;
  vf32 scaled = (bits & 0x7f800000u) == 0 ? a * 8388608.0f : a;
  vf32 shift = (bits & 0x7f800000u) == 0 ? (vf32)(-23.0f) : (vf32)(0.0f);
  bits = (vu32)scaled;
  // m in [sqrt(1/2), sqrt(2))
  vs32 e = (vs32)(bits - 0x3f3504f3u) >> 23;
  vf32 m = (vf32)(bits - ((vu32)e << 23));
  vf32 t = (m - 1.0f) / (m + 1.0f), s = t * t;
  // log2(m) = 2/ln 2 * artanh(t)
  vf32 p = (vf32)(0.3205988979f);
  p = v_fma_f32(p, s, (vf32)(0.4121985832f));
  p = v_fma_f32(p, s, (vf32)(0.5770780164f));
  p = v_fma_f32(p, s, (vf32)(0.9617966939f));
  p = v_fma_f32(p, s, (vf32)(2.8853900818f));
  vf32 r = v_fma_f32(p, t, __builtin_convertvector(e, vf32) + shift);
  r = a == 0 ? (vf32)(-INFINITY) : r;
  r = a == (float)INFINITY ? a : r;
  r = a < 0 ? (vf32)(vu32)(0x7fffffffu) : r;
  return a != a ? (vf32)(vu32)(0x7fffffffu) : r;
}
VGPU_INLINE float s_lg2_f32(float a) { return v_lg2_f32((vf32)(a))[0]; }

// Reduced in double, so that large arguments keep their accuracy; the polynomials are Taylor's on [-pi/4, pi/4]. From 10^15 on
// a double cannot tell the quarters apart; a GPU promises nothing there, and any number between -1 and 1 will do: these are 0 and 1.
VGPU_INLINE vf32 vgpu_sine(vf32 a, int quarter) {
  vf64 x = __builtin_convertvector(a, vf64);
  x = __builtin_elementwise_abs(x) < 1e15 ? x : (vf64)(0.0);
  vf64 q = __builtin_elementwise_rint(x * 0.63661977236758134308);
  vf64 t = v_fma_f64(q, (vf64)(-1.57079632679489655800), x);
  t = v_fma_f64(q, (vf64)(-6.123233995736766e-17), t);
  vs64 n = __builtin_convertvector(q, vs64) + quarter;
  vf64 s = t * t;
  vf64 sine = (vf64)(2.7557319224e-6);
  sine = v_fma_f64(sine, s, (vf64)(-1.9841269841e-4));
  sine = v_fma_f64(sine, s, (vf64)(8.3333333333e-3));
  sine = v_fma_f64(sine, s, (vf64)(-1.6666666667e-1));
  sine = v_fma_f64(sine * s, t, t);
  vf64 cosine = (vf64)(-2.7557319224e-7);
  cosine = v_fma_f64(cosine, s, (vf64)(2.4801587302e-5));
  cosine = v_fma_f64(cosine, s, (vf64)(-1.3888888889e-3));
  cosine = v_fma_f64(cosine, s, (vf64)(4.1666666667e-2));
  cosine = v_fma_f64(cosine, s, (vf64)(-0.5));
  cosine = v_fma_f64(cosine, s, (vf64)(1.0));
  vf64 r = (n & 1) != 0 ? cosine : sine;
  r = (n & 2) != 0 ? -r : r;
  vf32 out = __builtin_convertvector(r, vf32);
  // Minus zero stays what it is.
  if (quarter == 0) out = a == 0 ? a : out;
  return a - a != 0 ? (vf32)(vu32)(0x7fffffffu) : out;
}
VGPU_INLINE vf32 v_sin_f32(vf32 a) { return vgpu_sine(a, 0); }
VGPU_INLINE vf32 v_cos_f32(vf32 a) { return vgpu_sine(a, 1); }
VGPU_INLINE float s_sin_f32(float a) { return v_sin_f32((vf32)(a))[0]; }
VGPU_INLINE float s_cos_f32(float a) { return v_cos_f32((vf32)(a))[0]; }

VGPU_INLINE vf32 v_tanh_f32(vf32 a) {
  vf32 x = __builtin_elementwise_abs(a);
  // 1 - 2/(e^2x + 1), and Taylor's series where that would cancel.
  vf32 e = v_ex2_f32(x * 2.8853900818f);
  vf32 large = 1.0f - 2.0f / (e + 1.0f);
  vf32 s = x * x;
  vf32 p = (vf32)(2.1869488536e-2f);
  p = v_fma_f32(p, s, (vf32)(-5.3968253968e-2f));
  p = v_fma_f32(p, s, (vf32)(1.3333333333e-1f));
  p = v_fma_f32(p, s, (vf32)(-3.3333333333e-1f));
  vf32 r = x < 0.25f ? v_fma_f32(p * s, x, x) : large;
  r = v_copysign_f32(a, r);
  return a != a ? (vf32)(vu32)(0x7fffffffu) : r;
}
VGPU_INLINE float s_tanh_f32(float a) { return v_tanh_f32((vf32)(a))[0]; }

VGPU_INLINE vf32 v_rcp_f32(vf32 a) { return v_nan_f32(1.0f / a); }
VGPU_INLINE float s_rcp_f32(float a) { return s_nan_f32(1.0f / a); }
VGPU_INLINE vf32 v_rsqrt_f32(vf32 a) {
  return v_nan_f32(__builtin_convertvector(1.0 / __builtin_elementwise_sqrt(__builtin_convertvector(a, vf64)), vf32));
}
VGPU_INLINE float s_rsqrt_f32(float a) { return s_nan_f32((float)(1.0 / __builtin_sqrt((double)a))); }
VGPU_INLINE vf64 v_rsqrt_f64(vf64 a) { return 1.0 / __builtin_elementwise_sqrt(a); }
VGPU_INLINE double s_rsqrt_f64(double a) { return 1.0 / __builtin_sqrt(a); }
// rcp.approx.ftz.f64 and rsqrt.approx.ftz.f64 work on the upper word: 20 bits of result, the lower word zero; subnormals are
// zeros. Iterations refine them, so they may be as exact as 20 bits can be.
VGPU_INLINE vf64 v_upper_f64(vf64 a) {
  vu64 bits = (vu64)a;
  vu64 upper = bits & ((bits & 0x7ff0000000000000ull) == 0 ? (vu64)(0x8000000000000000ull) : (vu64)(0xffffffff00000000ull));
  return a != a ? (vf64)(vu64)(0x7fffffff00000000ull) : (vf64)upper;
}
VGPU_INLINE vf64 v_rcp20_f64(vf64 a) { return v_upper_f64(1.0 / v_upper_f64(a)); }
VGPU_INLINE double s_rcp20_f64(double a) { return v_rcp20_f64((vf64)(a))[0]; }
VGPU_INLINE vf64 v_rsqrt20_f64(vf64 a) { return v_upper_f64(1.0 / __builtin_elementwise_sqrt(v_upper_f64(a))); }
VGPU_INLINE double s_rsqrt20_f64(double a) { return v_rsqrt20_f64((vf64)(a))[0]; }

// Zeros count as normal.
VGPU_INLINE uint32_t s_testp_f32(float a, int kind) {
  uint32_t b = s_bits_f32(a), e = (b >> 23) & 255, m = b & 0x7fffff;
  return kind == 'f' ? e != 255 : kind == 'i' ? e == 255 && !m : kind == 'n' ? e == 255 && m : kind == 'o' ? !(e == 255 && m)
    : kind == 'r' ? e != 255 && (e || !m) : e == 0 && m;
}
VGPU_INLINE uint32_t s_testp_f64(double a, int kind) {
  uint64_t b = s_bits_f64(a), e = (b >> 52) & 2047, m = b & 0xfffffffffffffull;
  return kind == 'f' ? e != 2047 : kind == 'i' ? e == 2047 && !m : kind == 'n' ? e == 2047 && m
    : kind == 'o' ? !(e == 2047 && m) : kind == 'r' ? e != 2047 && (e || !m) : e == 0 && m;
}
VGPU_INLINE uint32_t v_testp_f32(vf32 a, int kind) {
  uint32_t r = 0;
  VGPU_EACH(i) r |= (uint32_t)(s_testp_f32(a[i], kind) != 0) << i;
  return r;
}
VGPU_INLINE uint32_t v_testp_f64(vf64 a, int kind) {
  uint32_t r = 0;
  VGPU_EACH(i) r |= (uint32_t)(s_testp_f64(a[i], kind) != 0) << i;
  return r;
}

#endif
