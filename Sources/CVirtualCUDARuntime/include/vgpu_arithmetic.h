// Arithmetic as PTX defines it, for one value (s_…) and for a warp (v_…). Nothing here reads or writes the device's memory.
#ifndef VGPU_ARITHMETIC_H
#define VGPU_ARITHMETIC_H

#include <math.h>

// A warp's form of a function over single values. The loop runs over arrays, which is what clang vectorises.
#define VGPU_WARP1(name, R, A)                                                      \
  VGPU_INLINE v##R v_##name(v##A a) {                                               \
    _Alignas(128) VGPU_T_##A x[32];                                                 \
    _Alignas(128) VGPU_T_##R r[32];                                                 \
    memcpy(x, &a, sizeof x);                                                        \
    VGPU_EACH(i) r[i] = s_##name(x[i]);                                             \
    v##R out;                                                                       \
    memcpy(&out, r, sizeof r);                                                      \
    return out;                                                                     \
  }
#define VGPU_WARP2(name, R, A, B)                                                   \
  VGPU_INLINE v##R v_##name(v##A a, v##B b) {                                       \
    _Alignas(128) VGPU_T_##A x[32];                                                 \
    _Alignas(128) VGPU_T_##B y[32];                                                 \
    _Alignas(128) VGPU_T_##R r[32];                                                 \
    memcpy(x, &a, sizeof x), memcpy(y, &b, sizeof y);                               \
    VGPU_EACH(i) r[i] = s_##name(x[i], y[i]);                                       \
    v##R out;                                                                       \
    memcpy(&out, r, sizeof r);                                                      \
    return out;                                                                     \
  }
#define VGPU_WARP3(name, R, A, B, C)                                                \
  VGPU_INLINE v##R v_##name(v##A a, v##B b, v##C c) {                               \
    _Alignas(128) VGPU_T_##A x[32];                                                 \
    _Alignas(128) VGPU_T_##B y[32];                                                 \
    _Alignas(128) VGPU_T_##C z[32];                                                 \
    _Alignas(128) VGPU_T_##R r[32];                                                 \
    memcpy(x, &a, sizeof x), memcpy(y, &b, sizeof y), memcpy(z, &c, sizeof z);      \
    VGPU_EACH(i) r[i] = s_##name(x[i], y[i], z[i]);                                 \
    v##R out;                                                                       \
    memcpy(&out, r, sizeof r);                                                      \
    return out;                                                                     \
  }
#define VGPU_T_u8 uint8_t
#define VGPU_T_s8 int8_t
#define VGPU_T_u16 uint16_t
#define VGPU_T_s16 int16_t
#define VGPU_T_u32 uint32_t
#define VGPU_T_s32 int32_t
#define VGPU_T_u64 uint64_t
#define VGPU_T_s64 int64_t
#define VGPU_T_f32 float
#define VGPU_T_f64 double

// MARK: Integers

// PTX: division by zero gives a value that it does not name; the hardware (an H100) gives all ones, for a remainder too.
#define VGPU_DIVISION(T, U, M)                                                                            \
  VGPU_INLINE VGPU_T_##U s_div_##U(VGPU_T_##U a, VGPU_T_##U b) { return b ? a / b : (VGPU_T_##U)M; }      \
  VGPU_INLINE VGPU_T_##U s_rem_##U(VGPU_T_##U a, VGPU_T_##U b) { return b ? a % b : (VGPU_T_##U)M; }      \
  VGPU_INLINE VGPU_T_##T s_div_##T(VGPU_T_##T a, VGPU_T_##T b) {                                          \
    return b == 0 ? (VGPU_T_##T)M : b == -1 ? (VGPU_T_##T)(0 - (VGPU_T_##U)a) : (VGPU_T_##T)(a / b);      \
  }                                                                                                       \
  VGPU_INLINE VGPU_T_##T s_rem_##T(VGPU_T_##T a, VGPU_T_##T b) {                                          \
    return b == 0 ? (VGPU_T_##T)M : b == -1 ? 0 : (VGPU_T_##T)(a % b);                                    \
  }
VGPU_DIVISION(s16, u16, 0xffff)
VGPU_DIVISION(s32, u32, 0xffffffffu)
VGPU_DIVISION(s64, u64, 0xffffffffffffffffull)

// 32-bit quotients are exact in double precision: both operands are, and a quotient that is not a whole number differs
// from the next one by more than the rounding.
VGPU_INLINE vu32 v_div_u32(vu32 a, vu32 b) {
  vf64 q = __builtin_convertvector(a, vf64) / __builtin_convertvector(b == 0 ? (vu32)(1) : b, vf64);
  return b == 0 ? (vu32)(0xffffffffu) : __builtin_convertvector(q, vu32);
}
VGPU_INLINE vu32 v_rem_u32(vu32 a, vu32 b) { return b == 0 ? (vu32)(0xffffffffu) : a - v_div_u32(a, b) * b; }
VGPU_INLINE vs32 v_div_s32(vs32 a, vs32 b) {
  vf64 q = __builtin_convertvector(a, vf64) / __builtin_convertvector(b == 0 ? (vs32)(1) : b, vf64);
  // INT_MIN / -1 is 2^31 here, which has to wrap.
  vs32 r = __builtin_convertvector(__builtin_convertvector(q, vs64), vs32);
  return b == 0 ? (vs32)(-1) : r;
}
VGPU_INLINE vs32 v_rem_s32(vs32 a, vs32 b) {
  return b == 0 ? (vs32)(-1) : (vs32)((vu32)a - (vu32)v_div_s32(a, b) * (vu32)b);
}
VGPU_WARP2(div_u16, u16, u16, u16)
VGPU_WARP2(rem_u16, u16, u16, u16)
VGPU_WARP2(div_s16, s16, s16, s16)
VGPU_WARP2(rem_s16, s16, s16, s16)
VGPU_WARP2(div_u64, u64, u64, u64)
VGPU_WARP2(rem_u64, u64, u64, u64)
VGPU_WARP2(div_s64, s64, s64, s64)
VGPU_WARP2(rem_s64, s64, s64, s64)

#define VGPU_HIGH(T, W, bits)                                                                                      \
  VGPU_INLINE VGPU_T_##T s_mulhi_##T(VGPU_T_##T a, VGPU_T_##T b) { return (VGPU_T_##T)(((W)a * (W)b) >> bits); }
VGPU_HIGH(u16, uint32_t, 16)
VGPU_HIGH(s16, int32_t, 16)
VGPU_HIGH(u32, uint64_t, 32)
VGPU_HIGH(s32, int64_t, 32)
VGPU_HIGH(u64, unsigned __int128, 64)
VGPU_HIGH(s64, __int128, 64)
VGPU_WARP2(mulhi_u16, u16, u16, u16)
VGPU_WARP2(mulhi_s16, s16, s16, s16)
VGPU_WARP2(mulhi_u64, u64, u64, u64)
VGPU_WARP2(mulhi_s64, s64, s64, s64)
VGPU_INLINE vu32 v_mulhi_u32(vu32 a, vu32 b) {
  return __builtin_convertvector(
    (__builtin_convertvector(a, vu64) * __builtin_convertvector(b, vu64)) >> 32, vu32);
}
VGPU_INLINE vs32 v_mulhi_s32(vs32 a, vs32 b) {
  return __builtin_convertvector(
    (__builtin_convertvector(a, vs64) * __builtin_convertvector(b, vs64)) >> 32, vs32);
}

VGPU_INLINE uint32_t s_mulwide_u16(uint16_t a, uint16_t b) { return (uint32_t)a * b; }
VGPU_INLINE int32_t s_mulwide_s16(int16_t a, int16_t b) { return (int32_t)a * b; }
VGPU_INLINE uint64_t s_mulwide_u32(uint32_t a, uint32_t b) { return (uint64_t)a * b; }
VGPU_INLINE int64_t s_mulwide_s32(int32_t a, int32_t b) { return (int64_t)a * b; }
VGPU_INLINE vu32 v_mulwide_u16(vu16 a, vu16 b) {
  return __builtin_convertvector(a, vu32) * __builtin_convertvector(b, vu32);
}
VGPU_INLINE vs32 v_mulwide_s16(vs16 a, vs16 b) {
  return __builtin_convertvector(a, vs32) * __builtin_convertvector(b, vs32);
}
VGPU_INLINE vu64 v_mulwide_u32(vu32 a, vu32 b) {
  return __builtin_convertvector(a, vu64) * __builtin_convertvector(b, vu64);
}
VGPU_INLINE vs64 v_mulwide_s32(vs32 a, vs32 b) {
  return __builtin_convertvector(a, vs64) * __builtin_convertvector(b, vs64);
}
VGPU_INLINE int32_t s_mul24_s32(int32_t a, int32_t b) {
  return (int32_t)((uint32_t)((int32_t)((uint32_t)a << 8) >> 8) * (uint32_t)((int32_t)((uint32_t)b << 8) >> 8));
}
VGPU_INLINE uint32_t s_mul24_u32(uint32_t a, uint32_t b) { return (a & 0xffffff) * (b & 0xffffff); }
VGPU_WARP2(mul24_s32, s32, s32, s32)
VGPU_WARP2(mul24_u32, u32, u32, u32)
// Bits 16 to 47 of the product.
VGPU_INLINE int32_t s_mul24hi_s32(int32_t a, int32_t b) {
  return (int32_t)(((int64_t)((int32_t)((uint32_t)a << 8) >> 8) * ((int32_t)((uint32_t)b << 8) >> 8)) >> 16);
}
VGPU_INLINE uint32_t s_mul24hi_u32(uint32_t a, uint32_t b) {
  return (uint32_t)(((uint64_t)(a & 0xffffff) * (b & 0xffffff)) >> 16);
}
VGPU_WARP2(mul24hi_s32, s32, s32, s32)
VGPU_WARP2(mul24hi_u32, u32, u32, u32)

// Shift amounts are clamped to the width.
#define VGPU_SHIFTS(U, S, bits)                                                                                    \
  VGPU_INLINE VGPU_T_##U s_shl_##U(VGPU_T_##U a, uint32_t n) {                                                     \
    return n >= bits ? 0 : (VGPU_T_##U)(a << (n & (bits - 1)));                                                    \
  }                                                                                                                \
  VGPU_INLINE VGPU_T_##U s_shr_##U(VGPU_T_##U a, uint32_t n) {                                                     \
    return n >= bits ? 0 : (VGPU_T_##U)(a >> (n & (bits - 1)));                                                    \
  }                                                                                                                \
  VGPU_INLINE VGPU_T_##S s_shr_##S(VGPU_T_##S a, uint32_t n) { return (VGPU_T_##S)(a >> (n >= bits ? bits - 1 : n)); }
VGPU_SHIFTS(u16, s16, 16)
VGPU_SHIFTS(u32, s32, 32)
VGPU_SHIFTS(u64, s64, 64)
VGPU_INLINE vu32 v_shl_u32(vu32 a, vu32 n) { return n > 31 ? (vu32)(0) : a << (n & 31); }
VGPU_INLINE vu32 v_shr_u32(vu32 a, vu32 n) { return n > 31 ? (vu32)(0) : a >> (n & 31); }
VGPU_INLINE vs32 v_shr_s32(vs32 a, vu32 n) { return a >> (vs32)(n > 31 ? (vu32)(31) : n); }
VGPU_INLINE vu64 v_shl_u64(vu64 a, vu32 n) {
  vu64 wide = __builtin_convertvector(n, vu64);
  return wide > 63 ? (vu64)(0) : a << (wide & 63);
}
VGPU_INLINE vu64 v_shr_u64(vu64 a, vu32 n) {
  vu64 wide = __builtin_convertvector(n, vu64);
  return wide > 63 ? (vu64)(0) : a >> (wide & 63);
}
VGPU_INLINE vs64 v_shr_s64(vs64 a, vu32 n) {
  vu64 wide = __builtin_convertvector(n, vu64);
  return a >> (vs64)(wide > 63 ? (vu64)(63) : wide);
}
VGPU_WARP2(shl_u16, u16, u16, u32)
VGPU_WARP2(shr_u16, u16, u16, u32)
VGPU_WARP2(shr_s16, s16, s16, u32)

VGPU_INLINE uint32_t s_shf_l_clamp(uint32_t a, uint32_t b, uint32_t c) {
  uint32_t n = c > 32 ? 32 : c;
  return (uint32_t)((((uint64_t)b << 32 | a) << n) >> 32);
}
VGPU_INLINE uint32_t s_shf_l_wrap(uint32_t a, uint32_t b, uint32_t c) { return s_shf_l_clamp(a, b, c & 31); }
VGPU_INLINE uint32_t s_shf_r_clamp(uint32_t a, uint32_t b, uint32_t c) {
  uint32_t n = c > 32 ? 32 : c;
  return (uint32_t)(((uint64_t)b << 32 | a) >> n);
}
VGPU_INLINE uint32_t s_shf_r_wrap(uint32_t a, uint32_t b, uint32_t c) { return s_shf_r_clamp(a, b, c & 31); }
VGPU_WARP3(shf_l_clamp, u32, u32, u32, u32)
VGPU_WARP3(shf_l_wrap, u32, u32, u32, u32)
VGPU_WARP3(shf_r_clamp, u32, u32, u32, u32)
VGPU_WARP3(shf_r_wrap, u32, u32, u32, u32)

#define VGPU_EXTREMES(T)                                                                             \
  VGPU_INLINE VGPU_T_##T s_min_##T(VGPU_T_##T a, VGPU_T_##T b) { return a < b ? a : b; }             \
  VGPU_INLINE VGPU_T_##T s_max_##T(VGPU_T_##T a, VGPU_T_##T b) { return a > b ? a : b; }             \
  VGPU_INLINE v##T v_min_##T(v##T a, v##T b) { return __builtin_elementwise_min(a, b); }             \
  VGPU_INLINE v##T v_max_##T(v##T a, v##T b) { return __builtin_elementwise_max(a, b); }
VGPU_EXTREMES(u16)
VGPU_EXTREMES(s16)
VGPU_EXTREMES(u32)
VGPU_EXTREMES(s32)
VGPU_EXTREMES(u64)
VGPU_EXTREMES(s64)

#define VGPU_ABSOLUTE(T, U)                                                                                         \
  VGPU_INLINE VGPU_T_##T s_abs_##T(VGPU_T_##T a) { return a < 0 ? (VGPU_T_##T)(0 - (VGPU_T_##U)a) : a; }            \
  VGPU_INLINE v##T v_abs_##T(v##T a) { return a < 0 ? (v##T)((v##U)(0) - (v##U)a) : a; }
VGPU_ABSOLUTE(s16, u16)
VGPU_ABSOLUTE(s32, u32)
VGPU_ABSOLUTE(s64, u64)

VGPU_INLINE uint32_t s_popc_u32(uint32_t a) { return (uint32_t)__builtin_popcount(a); }
VGPU_INLINE uint32_t s_popc_u64(uint64_t a) { return (uint32_t)__builtin_popcountll(a); }
VGPU_INLINE uint32_t s_clz_u32(uint32_t a) { return a ? (uint32_t)__builtin_clz(a) : 32; }
VGPU_INLINE uint32_t s_clz_u64(uint64_t a) { return a ? (uint32_t)__builtin_clzll(a) : 64; }
VGPU_INLINE uint32_t s_brev_u32(uint32_t a) { return __builtin_bitreverse32(a); }
VGPU_INLINE uint64_t s_brev_u64(uint64_t a) { return __builtin_bitreverse64(a); }
// The position of the most significant bit that differs from the sign; all ones where there is none.
VGPU_INLINE uint32_t s_bfind_u32(uint32_t a) { return a ? 31 - (uint32_t)__builtin_clz(a) : 0xffffffffu; }
VGPU_INLINE uint32_t s_bfind_s32(int32_t a) { return s_bfind_u32((uint32_t)(a < 0 ? ~a : a)); }
VGPU_INLINE uint32_t s_bfind_u64(uint64_t a) { return a ? 63 - (uint32_t)__builtin_clzll(a) : 0xffffffffu; }
VGPU_INLINE uint32_t s_bfind_s64(int64_t a) { return s_bfind_u64((uint64_t)(a < 0 ? ~a : a)); }
#define VGPU_BFIND_SHIFT(T, bits)                                        \
  VGPU_INLINE uint32_t s_bfind_shift_##T(VGPU_T_##T a) {                 \
    uint32_t p = s_bfind_##T(a);                                         \
    return p == 0xffffffffu ? p : bits - 1 - p;                          \
  }
VGPU_BFIND_SHIFT(u32, 32)
VGPU_BFIND_SHIFT(s32, 32)
VGPU_BFIND_SHIFT(u64, 64)
VGPU_BFIND_SHIFT(s64, 64)
VGPU_WARP1(popc_u32, u32, u32)
VGPU_WARP1(popc_u64, u32, u64)
VGPU_WARP1(clz_u32, u32, u32)
VGPU_WARP1(clz_u64, u32, u64)
VGPU_WARP1(brev_u32, u32, u32)
VGPU_WARP1(brev_u64, u64, u64)
VGPU_WARP1(bfind_u32, u32, u32)
VGPU_WARP1(bfind_s32, u32, s32)
VGPU_WARP1(bfind_u64, u32, u64)
VGPU_WARP1(bfind_s64, u32, s64)
VGPU_WARP1(bfind_shift_u32, u32, u32)
VGPU_WARP1(bfind_shift_s32, u32, s32)
VGPU_WARP1(bfind_shift_u64, u32, u64)
VGPU_WARP1(bfind_shift_s64, u32, s64)

#define VGPU_BITFIELD(U, S, bits)                                                                                   \
  VGPU_INLINE VGPU_T_##U s_bfe_##U(VGPU_T_##U a, uint32_t p, uint32_t n) {                                          \
    p &= 255, n &= 255;                                                                                             \
    if (n == 0 || p >= bits) return 0;                                                                              \
    VGPU_T_##U x = a >> p;                                                                                          \
    return n >= bits ? x : x & (((VGPU_T_##U)1 << n) - 1);                                                          \
  }                                                                                                                 \
  VGPU_INLINE VGPU_T_##S s_bfe_##S(VGPU_T_##S a, uint32_t p, uint32_t n) {                                          \
    p &= 255, n &= 255;                                                                                             \
    if (n == 0) return 0;                                                                                           \
    uint32_t last = p + n - 1 > bits - 1 ? bits - 1 : p + n - 1;                                                    \
    VGPU_T_##S sign = (VGPU_T_##S)(0 - (((VGPU_T_##U)a >> last) & 1));                                              \
    VGPU_T_##U field = p >= bits ? 0 : (VGPU_T_##U)a >> p;                                                          \
    uint32_t kept = p >= bits ? 0 : n > bits - p ? bits - p : n;                                                    \
    VGPU_T_##U low = kept >= bits ? ~(VGPU_T_##U)0 : ((VGPU_T_##U)1 << kept) - 1;                                   \
    return (VGPU_T_##S)((field & low) | ((VGPU_T_##U)sign & ~low));                                                 \
  }                                                                                                                 \
  VGPU_INLINE VGPU_T_##U s_bfi_##U(VGPU_T_##U a, VGPU_T_##U b, uint32_t p, uint32_t n) {                            \
    p &= 255, n &= 255;                                                                                             \
    if (n == 0 || p >= bits) return b;                                                                              \
    VGPU_T_##U low = n >= bits ? ~(VGPU_T_##U)0 : ((VGPU_T_##U)1 << n) - 1;                                         \
    return (b & ~(low << p)) | ((a & low) << p);                                                                    \
  }                                                                                                                 \
  VGPU_WARP3(bfe_##U, U, U, u32, u32)                                                                               \
  VGPU_WARP3(bfe_##S, S, S, u32, u32)                                                                               \
  VGPU_INLINE v##U v_bfi_##U(v##U a, v##U b, vu32 p, vu32 n) {                                                      \
    v##U r;                                                                                                         \
    VGPU_EACH(i) r[i] = s_bfi_##U(a[i], b[i], p[i], n[i]);                                                          \
    return r;                                                                                                       \
  }
VGPU_BITFIELD(u32, s32, 32)
VGPU_BITFIELD(u64, s64, 64)

VGPU_INLINE uint32_t s_prmt(uint32_t a, uint32_t b, uint32_t c) {
  uint64_t bytes = (uint64_t)b << 32 | a;
  uint32_t r = 0;
  for (int i = 0; i < 4; i++) {
    uint32_t selector = (c >> (4 * i)) & 15;
    uint8_t byte = (uint8_t)(bytes >> (8 * (selector & 7)));
    if (selector & 8) byte = (uint8_t)((int8_t)byte >> 7);
    r |= (uint32_t)byte << (8 * i);
  }
  return r;
}
VGPU_INLINE uint32_t s_prmt_mode(uint32_t a, uint32_t b, uint32_t c, int mode) {
  static const uint16_t selectors[6][4] = {
    {0x3210, 0x4321, 0x5432, 0x6543},  // f4e
    {0x5670, 0x6701, 0x7012, 0x0123},  // b4e
    {0x0000, 0x1111, 0x2222, 0x3333},  // rc8
    {0x3210, 0x3211, 0x3222, 0x3333},  // ecl
    {0x0000, 0x1110, 0x2210, 0x3210},  // ecr
    {0x1010, 0x3232, 0x1010, 0x3232},  // rc16
  };
  return s_prmt(a, b, selectors[mode][c & 3]);
}
#define VGPU_PRMT(name, mode) \
  VGPU_INLINE uint32_t s_prmt_##name(uint32_t a, uint32_t b, uint32_t c) { return s_prmt_mode(a, b, c, mode); } \
  VGPU_WARP3(prmt_##name, u32, u32, u32, u32)
VGPU_PRMT(f4e, 0)
VGPU_PRMT(b4e, 1)
VGPU_PRMT(rc8, 2)
VGPU_PRMT(ecl, 3)
VGPU_PRMT(ecr, 4)
VGPU_PRMT(rc16, 5)
VGPU_WARP3(prmt, u32, u32, u32, u32)

#define VGPU_CNOT(U)                                                                   \
  VGPU_INLINE VGPU_T_##U s_cnot_##U(VGPU_T_##U a) { return a == 0; }                   \
  VGPU_INLINE v##U v_cnot_##U(v##U a) { return a == 0 ? (v##U)(1) : (v##U)(0); }
VGPU_CNOT(u16)
VGPU_CNOT(u32)
VGPU_CNOT(u64)

// Three-input logic by truth table.
VGPU_INLINE uint32_t s_lop3(uint32_t a, uint32_t b, uint32_t c, uint32_t table) {
  uint32_t r = 0;
  if (table & 0x01) r |= ~a & ~b & ~c;
  if (table & 0x02) r |= ~a & ~b & c;
  if (table & 0x04) r |= ~a & b & ~c;
  if (table & 0x08) r |= ~a & b & c;
  if (table & 0x10) r |= a & ~b & ~c;
  if (table & 0x20) r |= a & ~b & c;
  if (table & 0x40) r |= a & b & ~c;
  if (table & 0x80) r |= a & b & c;
  return r;
}
VGPU_INLINE vu32 v_lop3(vu32 a, vu32 b, vu32 c, uint32_t table) {
  vu32 r = 0;
  if (table & 0x01) r |= ~a & ~b & ~c;
  if (table & 0x02) r |= ~a & ~b & c;
  if (table & 0x04) r |= ~a & b & ~c;
  if (table & 0x08) r |= ~a & b & c;
  if (table & 0x10) r |= a & ~b & ~c;
  if (table & 0x20) r |= a & ~b & c;
  if (table & 0x40) r |= a & b & ~c;
  if (table & 0x80) r |= a & b & c;
  return r;
}

#define VGPU_DOT4(name, A, B, R)                                                                           \
  VGPU_INLINE uint32_t s_dp4a_##name(uint32_t a, uint32_t b, uint32_t c) {                                 \
    for (int i = 0; i < 4; i++) c += (uint32_t)((R)(A)(a >> (8 * i)) * (R)(B)(b >> (8 * i)));              \
    return c;                                                                                              \
  }                                                                                                        \
  VGPU_WARP3(dp4a_##name, u32, u32, u32, u32)                                                              \
  VGPU_INLINE uint32_t s_dp2a_lo_##name(uint32_t a, uint32_t b, uint32_t c) {                              \
    for (int i = 0; i < 2; i++)                                                                            \
      c += (uint32_t)((R)(VGPU_WIDE_##A)(a >> (16 * i)) * (R)(B)(b >> (8 * i)));                           \
    return c;                                                                                              \
  }                                                                                                        \
  VGPU_INLINE uint32_t s_dp2a_hi_##name(uint32_t a, uint32_t b, uint32_t c) {                              \
    return s_dp2a_lo_##name(a, b >> 16, c);                                                                \
  }                                                                                                        \
  VGPU_WARP3(dp2a_lo_##name, u32, u32, u32, u32)                                                           \
  VGPU_WARP3(dp2a_hi_##name, u32, u32, u32, u32)
#define VGPU_WIDE_int8_t int16_t
#define VGPU_WIDE_uint8_t uint16_t
VGPU_DOT4(s32_s32, int8_t, int8_t, int32_t)
VGPU_DOT4(u32_u32, uint8_t, uint8_t, int32_t)
VGPU_DOT4(s32_u32, int8_t, uint8_t, int32_t)
VGPU_DOT4(u32_s32, uint8_t, int8_t, int32_t)

#define VGPU_SAD(T, U)                                                                                      \
  VGPU_INLINE VGPU_T_##U s_sad_##T(VGPU_T_##T a, VGPU_T_##T b, VGPU_T_##U c) {                              \
    return (VGPU_T_##U)(c + (a < b ? (VGPU_T_##U)b - (VGPU_T_##U)a : (VGPU_T_##U)a - (VGPU_T_##U)b));       \
  }                                                                                                         \
  VGPU_WARP3(sad_##T, U, T, T, U)
VGPU_SAD(s16, u16)
VGPU_SAD(u16, u16)
VGPU_SAD(s32, u32)
VGPU_SAD(u32, u32)
VGPU_SAD(s64, u64)
VGPU_SAD(u64, u64)

VGPU_INLINE int32_t s_add_sat_s32(int32_t a, int32_t b) {
  int64_t r = (int64_t)a + b;
  return r > INT32_MAX ? INT32_MAX : r < INT32_MIN ? INT32_MIN : (int32_t)r;
}
VGPU_INLINE int32_t s_sub_sat_s32(int32_t a, int32_t b) {
  int64_t r = (int64_t)a - b;
  return r > INT32_MAX ? INT32_MAX : r < INT32_MIN ? INT32_MIN : (int32_t)r;
}
VGPU_WARP2(add_sat_s32, s32, s32, s32)
VGPU_WARP2(sub_sat_s32, s32, s32, s32)

#include "vgpu_float.h"
#include "vgpu_half.h"
#include "vgpu_convert.h"

#endif
