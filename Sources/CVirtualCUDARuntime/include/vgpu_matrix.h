// Products of small matrices that a warp does together: mma and wmma.
//
// A fragment's register is a block of 8 rows of 16 bytes (32 for doubles), the lanes one after another: four lanes to a
// row, as the PTX manual draws mma.m16n8k16 and its kin. The blocks of A lie down the rows first, then along k; those of B
// (a block is 8 columns, along k) along k first; those of C, 8 by 8, down the rows first. The fragments of wmma, whose
// order is the implementation's own, are the same, repeated where there are more registers than blocks.
#ifndef VGPU_MATRIX_H
#define VGPU_MATRIX_H

typedef float vgpu_row_f32 __attribute__((ext_vector_type(8)));
typedef double vgpu_row_f64 __attribute__((ext_vector_type(8)));

#define VGPU_MATRIX_FUNCTION static __attribute__((noinline, unused)) void

VGPU_INLINE float vgpu_matrix_tf32(uint32_t a) { return s_f32(a & 0xffffe000u); }
// Eight bits as the upper byte of a half, or as its exponent and fraction, off by the difference of the biases.
VGPU_INLINE float vgpu_matrix_e5m2(uint8_t a) { return s_from_f16((uint16_t)(a << 8)); }
VGPU_INLINE float vgpu_matrix_e4m3(uint8_t a) {
  float f = s_from_f16((uint16_t)((a & 0x80) << 8 | (a & 0x7f) << 7)) * 256.0f;
  return (a & 0x7f) == 0x7f ? s_f32(0x7fffffff) : f;
}

// A block of 8 by 8 halves with rows and columns changed over.
VGPU_INLINE vu32 vgpu_transpose(vu32 block) {
  uint16_t x[64], y[64];
  memcpy(x, &block, sizeof x);
  for (int g = 0; g < 8; g++)
    for (int e = 0; e < 8; e++) y[g * 8 + e] = x[e * 8 + g];
  memcpy(&block, y, sizeof y);
  return block;
}

// A block's rows to where a matrix has them, or its columns: `x[i]` is element i, row after row.
#define VGPU_ROWS(name, T, E, R, value)                                                                     \
  enum { VGPU_ELEMENTS_##name = E };                                                                        \
  typedef R vgpu_real_##name;                                                                               \
  VGPU_INLINE void vgpu_rows_##name(R *out, int stride, const void *block) {                                \
    T x[sizeof(R) == 8 ? 32 : 128 / sizeof(T)];                                                             \
    memcpy(x, block, sizeof x);                                                                             \
    R y[8 * E];                                                                                             \
    for (int i = 0; i < 8 * E; i++) y[i] = (value);                                                         \
    for (int g = 0; g < 8; g++) memcpy(out + g * stride, y + g * E, E * sizeof(R));                         \
  }
#define VGPU_BLOCK(name, T, E, R, value)                                                                    \
  VGPU_ROWS(name, T, E, R, value)                                                                           \
  VGPU_INLINE void vgpu_columns_##name(R *out, int stride, const void *block) {                             \
    T x[sizeof(R) == 8 ? 32 : 128 / sizeof(T)];                                                             \
    memcpy(x, block, sizeof x);                                                                             \
    R y[8 * E];                                                                                             \
    for (int i = 0; i < 8 * E; i++) y[i] = (value);                                                         \
    for (int e = 0; e < E; e++)                                                                             \
      for (int g = 0; g < 8; g++) out[e * stride + g] = y[g * E + e];                                       \
  }
// Halves are turned before they are made floats.
#define VGPU_HALF_BLOCK(name, value)                                                                        \
  VGPU_ROWS(name, uint16_t, 8, float, value)                                                                \
  VGPU_INLINE void vgpu_columns_##name(float *out, int stride, const vu32 *block) {                         \
    vu32 turned = vgpu_transpose(*block);                                                                   \
    vgpu_rows_##name(out, stride, &turned);                                                                 \
  }
VGPU_HALF_BLOCK(f16, s_from_f16(x[i]))
VGPU_HALF_BLOCK(bf16, s_from_bf16(x[i]))
VGPU_BLOCK(tf32, uint32_t, 4, float, vgpu_matrix_tf32(x[i]))
VGPU_BLOCK(f64, double, 4, double, x[i])
VGPU_BLOCK(s8, int8_t, 16, float, (float)x[i])
VGPU_BLOCK(u8, uint8_t, 16, float, (float)x[i])
VGPU_BLOCK(e4m3, uint8_t, 16, float, vgpu_matrix_e4m3(x[i]))
VGPU_BLOCK(e5m2, uint8_t, 16, float, vgpu_matrix_e5m2(x[i]))
VGPU_BLOCK(s4, uint8_t, 32, float, (float)((int)((x[i / 2] >> (i & 1) * 4 & 15) ^ 8) - 8))
VGPU_BLOCK(u4, uint8_t, 32, float, (float)(x[i / 2] >> (i & 1) * 4 & 15))

// MARK: Accumulators: 8 by 8, a lane has two neighbours of a row, in two registers or as halves of one.

#define VGPU_PAIRS(name, T, V)                                                                              \
  VGPU_INLINE void vgpu_take_##name(T *c, int stride, const V *r) {                                         \
    T x[64], even[32], odd[32];                                                                             \
    memcpy(even, &r[0], sizeof even), memcpy(odd, &r[1], sizeof odd);                                       \
    for (int i = 0; i < 32; i++) x[i * 2] = even[i], x[i * 2 + 1] = odd[i];                                 \
    for (int g = 0; g < 8; g++) memcpy(c + g * stride, x + g * 8, 8 * sizeof(T));                           \
  }                                                                                                         \
  VGPU_INLINE void vgpu_put_##name(V *r, const T *c, int stride) {                                          \
    T x[64], even[32], odd[32];                                                                             \
    for (int g = 0; g < 8; g++) memcpy(x + g * 8, c + g * stride, 8 * sizeof(T));                           \
    for (int i = 0; i < 32; i++) even[i] = x[i * 2], odd[i] = x[i * 2 + 1];                                 \
    memcpy(&r[0], even, sizeof even), memcpy(&r[1], odd, sizeof odd);                                       \
  }
VGPU_PAIRS(words, uint32_t, vu32)
VGPU_PAIRS(f64, double, vu64)

VGPU_INLINE void vgpu_take_f32(float *c, int stride, const vu32 *r) { vgpu_take_words((uint32_t *)c, stride, r); }
VGPU_INLINE void vgpu_put_f32(vu32 *r, const float *c, int stride) {
  vgpu_put_words(r, (const uint32_t *)c, stride);
  // What is no number comes out as one pattern.
  for (int s = 0; s < 2; s++) {
    vf32 f = (vf32)r[s];
    r[s] = f != f ? (vu32)(0x7fffffffu) : r[s];
  }
}
VGPU_INLINE void vgpu_take_f16(float *c, int stride, const vu32 *r) { vgpu_rows_f16(c, stride, r); }
VGPU_INLINE void vgpu_put_f16(vu32 *r, const float *c, int stride) {
  float f[64];
  uint16_t x[64];
  for (int g = 0; g < 8; g++) memcpy(f + g * 8, c + g * stride, 8 * sizeof *f);
  for (int i = 0; i < 64; i++) x[i] = s_to_f16(f[i]);
  memcpy(r, x, sizeof x);
}
enum { VGPU_REGISTERS_f32 = 2, VGPU_REGISTERS_f16 = 1, VGPU_REGISTERS_s32 = 2, VGPU_REGISTERS_f64 = 2 };

// MARK: Products

// c += a b, in the order of k. Products of halves, bfloat16, tf32 and bytes are exact in float, those of doubles are fused
// with their sum, as the manual has it.
#define VGPU_PRODUCT(R, sum)                                                                                \
  VGPU_INLINE void vgpu_product_##R(                                                                        \
    VGPU_T_##R *restrict c, const VGPU_T_##R *restrict a, const VGPU_T_##R *restrict b, int M, int N, int K) { \
    _Pragma("clang fp contract(fast)")                                                                      \
    for (int i = 0; i < M; i += 8)                                                                          \
      for (int j = 0; j < N; j += 8) {                                                                      \
        vgpu_row_##R s[8];                                                                                  \
        _Pragma("clang loop unroll(full)")                                                                  \
        for (int g = 0; g < 8; g++) memcpy(&s[g], c + (i + g) * N + j, sizeof s[g]);                        \
        for (int k = 0; k < K; k++) {                                                                       \
          vgpu_row_##R y;                                                                                   \
          memcpy(&y, b + k * N + j, sizeof y);                                                              \
          _Pragma("clang loop unroll(full)")                                                                \
          for (int g = 0; g < 8; g++) {                                                                     \
            const vgpu_row_##R x = (vgpu_row_##R)(a[(i + g) * K + k]);                                      \
            s[g] = (sum);                                                                                   \
          }                                                                                                 \
        }                                                                                                   \
        _Pragma("clang loop unroll(full)")                                                                  \
        for (int g = 0; g < 8; g++) memcpy(c + (i + g) * N + j, &s[g], sizeof s[g]);                        \
      }                                                                                                     \
  }
VGPU_PRODUCT(f32, s[g] + x * y)
VGPU_PRODUCT(f64, __builtin_elementwise_fma(x, y, s[g]))

#define VGPU_FACTORS(M, N, K, A, B, V)                                                                      \
  _Alignas(64) vgpu_real_##A x[M * K], y[K * N];                                                            \
  for (int r = 0; r < M / 8 * (K / VGPU_ELEMENTS_##A); r++)                                                 \
    vgpu_rows_##A(x + r % (M / 8) * 8 * K + r / (M / 8) * VGPU_ELEMENTS_##A, K, &a[r]);                     \
  for (int r = 0; r < N / 8 * (K / VGPU_ELEMENTS_##B); r++)                                                 \
    vgpu_columns_##B(                                                                                       \
      y + r % (K / VGPU_ELEMENTS_##B) * VGPU_ELEMENTS_##B * N + r / (K / VGPU_ELEMENTS_##B) * 8, N, &b[r]);
#define VGPU_BLOCK_OF(M, N, r) ((r) % ((M) / 8) * 8 * (N) + (r) / ((M) / 8) * 8)

#define VGPU_MMA_OF(M, N, K, D, A, B, C, R, V)                                                              \
  VGPU_MATRIX_FUNCTION vgpu_mma_m##M##n##N##k##K##_##D##_##A##_##B##_##C(V *d, const V *a, const V *b, const V *c) { \
    VGPU_FACTORS(M, N, K, A, B, V)                                                                          \
    _Alignas(64) vgpu_real_##A z[M * N];                                                                    \
    for (int r = 0; r < M * N / 64; r++) vgpu_take_##C(z + VGPU_BLOCK_OF(M, N, r), N, &c[r * VGPU_REGISTERS_##C]); \
    vgpu_product_##R(z, x, y, M, N, K);                                                                     \
    for (int r = 0; r < M * N / 64; r++) vgpu_put_##D(&d[r * VGPU_REGISTERS_##D], z + VGPU_BLOCK_OF(M, N, r), N); \
  }
// Sums of products of small integers stay below 2^24: exact in float.
#define VGPU_MMA_INTEGER(M, N, K, A, B)                                                                     \
  VGPU_MATRIX_FUNCTION vgpu_mma_m##M##n##N##k##K##_s32_##A##_##B##_s32(                                     \
    vu32 *d, const vu32 *a, const vu32 *b, const vu32 *c, int saturates) {                                  \
    VGPU_FACTORS(M, N, K, A, B, vu32)                                                                       \
    _Alignas(64) float z[M * N];                                                                            \
    _Alignas(64) uint32_t w[M * N];                                                                         \
    memset(z, 0, sizeof z);                                                                                 \
    vgpu_product_f32(z, x, y, M, N, K);                                                                     \
    for (int r = 0; r < M * N / 64; r++) vgpu_take_words(w + VGPU_BLOCK_OF(M, N, r), N, &c[r * 2]);         \
    vgpu_add_products(w, z, M * N, saturates);                                                              \
    for (int r = 0; r < M * N / 64; r++) vgpu_put_words(&d[r * 2], w + VGPU_BLOCK_OF(M, N, r), N);          \
  }
VGPU_INLINE void vgpu_add_products(uint32_t *w, const float *z, int count, int saturates) {
  if (!saturates) {
    for (int i = 0; i < count; i++) w[i] += (uint32_t)(int32_t)z[i];
    return;
  }
  for (int i = 0; i < count; i++) {
    int64_t sum = (int64_t)(int32_t)w[i] + (int32_t)z[i];
    w[i] = (uint32_t)(int32_t)(sum > INT32_MAX ? INT32_MAX : sum < INT32_MIN ? INT32_MIN : sum);
  }
}

#define VGPU_MMA_HALF(M, N, K)                            \
  VGPU_MMA_OF(M, N, K, f32, f16, f16, f32, f32, vu32)     \
  VGPU_MMA_OF(M, N, K, f16, f16, f16, f16, f32, vu32)     \
  VGPU_MMA_OF(M, N, K, f32, f16, f16, f16, f32, vu32)     \
  VGPU_MMA_OF(M, N, K, f16, f16, f16, f32, f32, vu32)     \
  VGPU_MMA_OF(M, N, K, f32, bf16, bf16, f32, f32, vu32)
VGPU_MMA_HALF(16, 8, 8)
VGPU_MMA_HALF(16, 8, 16)
VGPU_MMA_HALF(16, 16, 16)
VGPU_MMA_HALF(32, 8, 16)
VGPU_MMA_HALF(8, 32, 16)

VGPU_MMA_OF(16, 8, 4, f32, tf32, tf32, f32, f32, vu32)
VGPU_MMA_OF(16, 8, 8, f32, tf32, tf32, f32, f32, vu32)
VGPU_MMA_OF(16, 16, 8, f32, tf32, tf32, f32, f32, vu32)

VGPU_MMA_OF(8, 8, 4, f64, f64, f64, f64, f64, vu64)
VGPU_MMA_OF(16, 8, 4, f64, f64, f64, f64, f64, vu64)
VGPU_MMA_OF(16, 8, 8, f64, f64, f64, f64, f64, vu64)
VGPU_MMA_OF(16, 8, 16, f64, f64, f64, f64, f64, vu64)

#define VGPU_MMA_FP8(M, N, K)                             \
  VGPU_MMA_OF(M, N, K, f32, e4m3, e4m3, f32, f32, vu32)   \
  VGPU_MMA_OF(M, N, K, f32, e4m3, e5m2, f32, f32, vu32)   \
  VGPU_MMA_OF(M, N, K, f32, e5m2, e4m3, f32, f32, vu32)   \
  VGPU_MMA_OF(M, N, K, f32, e5m2, e5m2, f32, f32, vu32)   \
  VGPU_MMA_OF(M, N, K, f16, e4m3, e4m3, f16, f32, vu32)   \
  VGPU_MMA_OF(M, N, K, f16, e4m3, e5m2, f16, f32, vu32)   \
  VGPU_MMA_OF(M, N, K, f16, e5m2, e4m3, f16, f32, vu32)   \
  VGPU_MMA_OF(M, N, K, f16, e5m2, e5m2, f16, f32, vu32)
VGPU_MMA_FP8(16, 8, 16)
VGPU_MMA_FP8(16, 8, 32)

#define VGPU_MMA_INTEGERS(M, N, K, S, U) \
  VGPU_MMA_INTEGER(M, N, K, S, S)        \
  VGPU_MMA_INTEGER(M, N, K, S, U)        \
  VGPU_MMA_INTEGER(M, N, K, U, S)        \
  VGPU_MMA_INTEGER(M, N, K, U, U)
VGPU_MMA_INTEGERS(8, 8, 16, s8, u8)
VGPU_MMA_INTEGERS(16, 8, 16, s8, u8)
VGPU_MMA_INTEGERS(16, 8, 32, s8, u8)
VGPU_MMA_INTEGERS(16, 16, 16, s8, u8)
VGPU_MMA_INTEGERS(32, 8, 16, s8, u8)
VGPU_MMA_INTEGERS(8, 32, 16, s8, u8)
VGPU_MMA_INTEGERS(8, 8, 32, s4, u4)
VGPU_MMA_INTEGERS(16, 8, 32, s4, u4)
VGPU_MMA_INTEGERS(16, 8, 64, s4, u4)

// Single bits: how many are set in the conjunction, or the exclusive disjunction, of a row with a column.
#define VGPU_MMA_BITS(M, N, K, name, operation)                                                             \
  VGPU_MATRIX_FUNCTION vgpu_mma_m##M##n##N##k##K##_s32_b1_b1_s32_##name(                                    \
    vu32 *d, const vu32 *a, const vu32 *b, const vu32 *c) {                                                 \
    uint32_t x[M * K / 32 / 32][32], y[K / 128][32], w[M * N];                                              \
    memcpy(x, a, sizeof x), memcpy(y, b, sizeof y);                                                         \
    for (int r = 0; r < M * N / 64; r++) vgpu_take_words(w + VGPU_BLOCK_OF(M, N, r), N, &c[r * 2]);         \
    for (int i = 0; i < M; i++)                                                                             \
      for (int j = 0; j < N; j++)                                                                           \
        for (int k = 0; k < K / 32; k++)                                                                    \
          w[i * N + j] += (uint32_t)__builtin_popcount(                                                     \
            x[k / 4 * (M / 8) + i / 8][i % 8 * 4 + k % 4] operation y[k / 4][j * 4 + k % 4]);               \
    for (int r = 0; r < M * N / 64; r++) vgpu_put_words(&d[r * 2], w + VGPU_BLOCK_OF(M, N, r), N);          \
  }
#define VGPU_MMA_BIT(M, N, K)       \
  VGPU_MMA_BITS(M, N, K, and, &)    \
  VGPU_MMA_BITS(M, N, K, xor, ^)
VGPU_MMA_BIT(8, 8, 128)
VGPU_MMA_BIT(16, 8, 128)
VGPU_MMA_BIT(16, 8, 256)

// Volta's form: four products of 8 by 4 and 4 by 8, each by four lanes of the lower half and four of the upper.
VGPU_MATRIX_FUNCTION vgpu_mma_m8n8k4(
  vu32 *d, const vu32 *a, const vu32 *b, const vu32 *c, int a_is_column, int b_is_column, int d_is_f32, int c_is_f32) {
  uint16_t ah[2][32][2], bh[2][32][2], ch[4][32][2], dh[4][32][2];
  float cf[8][32], df[8][32];
  memcpy(ah, a, sizeof ah), memcpy(bh, b, sizeof bh);
  if (c_is_f32) memcpy(cf, c, sizeof cf);
  else memcpy(ch, c, sizeof ch);
  for (int q = 0; q < 4; q++) {
    float x[8][4], y[4][8], z[8][8];
    for (int h = 0; h < 2; h++)
      for (int t = 0; t < 4; t++) {
        const int lane = h * 16 + q * 4 + t;
        for (int i = 0; i < 4; i++) {
          x[(a_is_column ? i : t) + h * 4][a_is_column ? t : i] = s_from_f16(ah[i / 2][lane][i % 2]);
          y[b_is_column ? i : t][(b_is_column ? t : i) + h * 4] = s_from_f16(bh[i / 2][lane][i % 2]);
        }
        for (int i = 0; i < 8; i++) {
          if (c_is_f32) z[(t & 1) + (i & 2) + h * 4][(i & 4) + (t & 2) + (i & 1)] = cf[i][lane];
          else z[t + h * 4][i] = s_from_f16(ch[i / 2][lane][i % 2]);
        }
      }
    vgpu_product_f32(&z[0][0], &x[0][0], &y[0][0], 8, 8, 4);
    for (int h = 0; h < 2; h++)
      for (int t = 0; t < 4; t++)
        for (int i = 0; i < 8; i++) {
          const int lane = h * 16 + q * 4 + t;
          const float f = z[(t & 1) + (i & 2) + h * 4][(i & 4) + (t & 2) + (i & 1)];
          df[i][lane] = f != f ? s_f32(0x7fffffff) : f;
          dh[i / 2][lane][i % 2] = s_to_f16(z[t + h * 4][i]);
        }
  }
  if (d_is_f32) memcpy(d, df, sizeof df);
  else memcpy(d, dh, sizeof dh);
}

#endif
