// Loads, stores and atomics of a warp. Half a warp that touches neighbouring addresses, or one address, does so with one
// vector access; everything else goes lane by lane.
#ifndef VGPU_MEMORY_H
#define VGPU_MEMORY_H

// How the lanes of a warp's address register lie: where `stride` is not negative, lane i of half h is at base[h] + i * stride.
typedef struct {
  uint64_t base[2];
  int32_t stride;
} vgpu_pattern;

#ifndef VGPU_CHECK_MEMORY
#define VGPU_CHECK_MEMORY 0
#endif
#ifndef VGPU_CHECK_RACES
#define VGPU_CHECK_RACES 0
#endif
#ifndef VGPU_COUNT
#define VGPU_COUNT 0
#endif

// A register's pattern; only lanes of the mask count. Registers of a warp whose mask has holes are looked at lane by lane.
VGPU_INLINE vgpu_pattern vgpu_pattern32(vu32 a, uint32_t mask) {
  vgpu_pattern p;
  uint32_t first = a[0], stride = a[1] - first, second = a[16];
  vu32 line = vgpu_half_lanes * stride;
  vu32 expected;
  expected.lo = line.lo + first;
  expected.hi = line.hi + second;
  uint32_t equal = VGPU_MASK(a == expected);
  p.base[0] = first;
  p.base[1] = second;
  p.stride = VGPU_LIKELY((equal | ~mask) == 0xffffffffu && (mask & 0x10003u) == 0x10003u && stride <= 64) ? (int32_t)stride : -1;
  return p;
}
VGPU_INLINE vgpu_pattern vgpu_pattern64(vu64 a, uint32_t mask) {
  vgpu_pattern p;
  uint64_t first = a[0], stride = a[1] - first, second = a[16];
  vu32 low = __builtin_convertvector(a, vu32), line = vgpu_half_lanes * (uint32_t)stride, expected;
  // The lower words decide, if the upper words are those of the bases and no carry lies between.
  expected.lo = line.lo + (uint32_t)first;
  expected.hi = line.hi + (uint32_t)second;
  vu64 upper = a >> 32;
  uint32_t high = (uint32_t)(first >> 32);
  uint32_t equal = VGPU_MASK(low == expected) & VGPU_MASK(__builtin_convertvector(upper, vu32) == high);
  p.base[0] = first;
  p.base[1] = second;
  p.stride = VGPU_LIKELY((equal | ~mask) == 0xffffffffu && (mask & 0x10003u) == 0x10003u && stride <= 64) ? (int32_t)stride : -1;
  return p;
}
VGPU_INLINE vgpu_pattern vgpu_pattern_uniform(uint64_t a) {
  vgpu_pattern p = {{a, a}, 0};
  return p;
}

VGPU_INLINE vu64 vgpu_wide(vu32 a) { return __builtin_convertvector(a, vu64); }

// The addresses of all lanes, for what looks at them one by one.
VGPU_INLINE void vgpu_spell(const vgpu_pattern *p, vu64 register_, uint64_t origin, int64_t offset, uint64_t *out) {
  (void)p;
  vu64 a = register_ + (origin + (uint64_t)offset);
  memcpy(out, &a, sizeof a);
}

typedef struct {
  uint32_t site;
  uint8_t space, access, is_volatile;
} vgpu_access;

// Lane by lane, with everything that is on. Returns the lanes that may go on with the access.
static __attribute__((noinline, unused)) uint32_t vgpu_inspect(
  vgpu_warp *w, uint32_t site, uint32_t mask, const uint64_t *addresses, uint32_t bytes, int access, int space,
  int is_volatile) {
  if (VGPU_COUNT) vgpu_count_access(w, site, mask, addresses, bytes, space);
  if (VGPU_CHECK_MEMORY) mask = vgpu_check_access(w, site, mask, addresses, bytes, access, space);
  if (VGPU_CHECK_RACES && space != VGPU_LOCAL && space != VGPU_CONST && space != VGPU_PARAM)
    vgpu_race_access(w, site, mask, addresses, bytes, access, space, is_volatile);
  return mask;
}

#include "vgpu_fast_checks.h"

// Everything that watches an access, in front of it. `pattern` is without origin and offset.
VGPU_INLINE uint32_t vgpu_watch(
  vgpu_warp *w, uint32_t site, uint32_t mask, vgpu_pattern p, vu64 register_, uint64_t origin, int64_t offset,
  uint32_t bytes, int access, int space, int is_volatile) {
  if (!(VGPU_CHECK_MEMORY || VGPU_CHECK_RACES || VGPU_COUNT)) return mask;
  if (p.stride >= 0 && vgpu_watch_fast(w, site, mask, p, origin, offset, bytes, access, space, is_volatile)) return mask;
  uint64_t addresses[32];
  vgpu_spell(&p, register_, origin, offset, addresses);
  return vgpu_inspect(w, site, mask, addresses, bytes, access, space, is_volatile);
}

// Both halves of a warp as one.
#define VGPU_JOIN(low, high)                                                                                          \
  __builtin_shufflevector(                                                                                            \
    low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,  \
    28, 29, 30, 31)
typedef uint8_t hu8 __attribute__((ext_vector_type(16)));
typedef uint16_t hu16 __attribute__((ext_vector_type(16)));
typedef uint64_t hu64 __attribute__((ext_vector_type(16)));

// True where both halves of a warp read one address, or neighbours: such loads need no branch.
#define VGPU_IS_SIMPLE(p, bytes) ((p).stride == 0 || (p).stride == (bytes))

// Half a warp of words from one address (stride 0) or from neighbours (stride 4).
VGPU_INLINE hu32 vgpu_half32(uint64_t address, int32_t stride) {
  hu32 line;
  memcpy(&line, (const void *)address, sizeof line);
#if defined(__AVX512F__)
  typedef int lanes __attribute__((vector_size(64)));
  const lanes order = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  lanes taken;
  memcpy(&taken, &line, sizeof taken);
  taken = (lanes)__builtin_ia32_permvarsi512(taken, order * (stride >> 2));
  memcpy(&line, &taken, sizeof line);
  return line;
#else
  hu32 one = (hu32)(line[0]);
  return (hu32)(stride ? 0xffffffffu : 0u) & line | (hu32)(stride ? 0u : 0xffffffffu) & one;
#endif
}

// The half warps of a contiguous pattern have no place in common.
VGPU_INLINE int vgpu_are_apart(vgpu_pattern p, uint64_t span) {
  return p.base[1] - p.base[0] >= span && p.base[0] - p.base[1] >= span;
}

// T the type in memory, R the register's, N how many values an access moves.
#define VGPU_LOADS(T, U)                                                                                             \
  static __attribute__((noinline, unused)) void vgpu_gather_##T(                                                     \
    v##T *out, uint32_t count, uint32_t mask, const uint64_t *addresses) {                                           \
    for (uint32_t k = 0; k < count; k++) {                                                                           \
      VGPU_T_##T values[32] = {0};                                                                                   \
      for (uint32_t m = mask; m; m &= m - 1) {                                                                       \
        int i = __builtin_ctz(m);                                                                                    \
        memcpy(&values[i], (const void *)(addresses[i] + k * sizeof(VGPU_T_##T)), sizeof(VGPU_T_##T));               \
      }                                                                                                              \
      memcpy(&out[k], values, sizeof values);                                                                        \
    }                                                                                                                \
  }                                                                                                                  \
  static __attribute__((noinline, unused)) void vgpu_scatter_##T(                                                    \
    const v##T *in, uint32_t count, uint32_t mask, const uint64_t *addresses, int is_reversed) {                     \
    VGPU_T_##T values[4][32];                                                                                        \
    memcpy(values, in, sizeof(v##T) * count);                                                                        \
    while (mask) {                                                                                                   \
      int i = is_reversed ? 31 - __builtin_clz(mask) : __builtin_ctz(mask);                                          \
      mask &= ~(1u << i);                                                                                            \
      for (uint32_t k = 0; k < count; k++)                                                                           \
        memcpy((void *)(addresses[i] + k * sizeof(VGPU_T_##T)), &values[k][i], sizeof(VGPU_T_##T));                  \
    }                                                                                                                \
  }                                                                                                                  \
  VGPU_INLINE v##T v_load_##T(                                                                                       \
    vgpu_warp *w, uint32_t site, uint32_t mask, vgpu_pattern p, vu64 a, uint64_t origin, int64_t offset, int space,  \
    int is_volatile) {                                                                                               \
    uint32_t sound = vgpu_watch(w, site, mask, p, a, origin, offset, sizeof(VGPU_T_##T), VGPU_LOAD, space, is_volatile);\
    if (VGPU_LIKELY(p.stride == (int)sizeof(VGPU_T_##T) && sound == mask)) {                                         \
      h##T low, high;                                                                                                \
      memcpy(&low, (const void *)(p.base[0] + origin + (uint64_t)offset), sizeof low);                               \
      memcpy(&high, (const void *)(p.base[1] + origin + (uint64_t)offset), sizeof high);                             \
      return VGPU_JOIN(low, high);                                                                                   \
    }                                                                                                                \
    if (VGPU_LIKELY(p.stride == 0 && sound == mask)) {                                                               \
      VGPU_T_##T x, y;                                                                                               \
      memcpy(&x, (const void *)(p.base[0] + origin + (uint64_t)offset), sizeof x);                                   \
      memcpy(&y, (const void *)(p.base[1] + origin + (uint64_t)offset), sizeof y);                                   \
      return VGPU_JOIN((h##T)(x), (h##T)(y));                                                                        \
    }                                                                                                                \
    uint64_t addresses[32];                                                                                          \
    vgpu_spell(&p, a, origin, offset, addresses);                                                                    \
    v##T gathered;                                                                                                   \
    vgpu_gather_##T(&gathered, 1, sound, addresses);                                                                 \
    return gathered;                                                                                                 \
  }                                                                                                                  \
  VGPU_INLINE void v_loads_##T(                                                                                      \
    vgpu_warp *w, uint32_t site, uint32_t mask, vgpu_pattern p, vu64 a, uint64_t origin, int64_t offset, int space,  \
    int is_volatile, v##T *out, uint32_t count) {                                                                    \
    uint32_t bytes = sizeof(VGPU_T_##T) * count;                                                                     \
    uint32_t sound = vgpu_watch(w, site, mask, p, a, origin, offset, bytes, VGPU_LOAD, space, is_volatile);          \
    if (VGPU_LIKELY(p.stride == 0 && sound == mask)) {                                                               \
      for (uint32_t k = 0; k < count; k++) {                                                                         \
        VGPU_T_##T x[2];                                                                                             \
        memcpy(&x[0], (const void *)(p.base[0] + origin + (uint64_t)offset + k * sizeof x[0]), sizeof x[0]);         \
        memcpy(&x[1], (const void *)(p.base[1] + origin + (uint64_t)offset + k * sizeof x[0]), sizeof x[0]);         \
        out[k].lo = x[0];                                                                                            \
        out[k].hi = x[1];                                                                                            \
      }                                                                                                              \
      return;                                                                                                        \
    }                                                                                                                \
    uint64_t addresses[32];                                                                                          \
    vgpu_spell(&p, a, origin, offset, addresses);                                                                    \
    vgpu_gather_##T(out, count, sound, addresses);                                                                   \
  }                                                                                                                  \
  VGPU_INLINE void v_stores_##T(                                                                                     \
    vgpu_warp *w, uint32_t site, uint32_t mask, vgpu_pattern p, vu64 a, uint64_t origin, int64_t offset, int space,  \
    int is_volatile, const v##T *in, uint32_t count) {                                                               \
    uint32_t bytes = sizeof(VGPU_T_##T) * count;                                                                     \
    uint32_t sound = vgpu_watch(w, site, mask, p, a, origin, offset, bytes, VGPU_STORE, space, is_volatile);         \
    if (VGPU_LIKELY(                                                                                                 \
          count == 1 && p.stride == (int)sizeof(VGPU_T_##T) && sound == 0xffffffffu &&                               \
          (!VGPU_CHECK_RACES || vgpu_are_apart(p, 16 * sizeof(VGPU_T_##T))))) {                                      \
      memcpy((void *)(p.base[0] + origin + (uint64_t)offset), in, sizeof *in / 2);                                   \
      memcpy((void *)(p.base[1] + origin + (uint64_t)offset), (const char *)in + sizeof *in / 2, sizeof *in / 2);    \
    } else {                                                                                                         \
      uint64_t addresses[32];                                                                                        \
      vgpu_spell(&p, a, origin, offset, addresses);                                                                  \
      vgpu_scatter_##T(in, count, sound, addresses, w->is_lane_order_reversed);                                      \
      if (VGPU_CHECK_RACES && !is_volatile && space != VGPU_LOCAL)                                                   \
        vgpu_race_values(w, site, sound, addresses, in, sizeof(VGPU_T_##T), count, space);                           \
    }                                                                                                                \
  }                                                                                                                  \
  VGPU_INLINE VGPU_T_##T s_load_##T(                                                                                 \
    vgpu_warp *w, uint32_t site, uint32_t mask, uint64_t a, int space, int is_volatile) {                            \
    VGPU_T_##T x = 0;                                                                                                \
    uint32_t sound = vgpu_watch(                                                                                     \
      w, site, mask, vgpu_pattern_uniform(a), (vu64)(a), 0, 0, sizeof x, VGPU_LOAD, space, is_volatile);             \
    if (VGPU_LIKELY(sound != 0)) memcpy(&x, (const void *)a, sizeof x);                                              \
    return x;                                                                                                        \
  }
VGPU_LOADS(u8, u8)
VGPU_LOADS(u16, u16)
VGPU_LOADS(u32, u32)
VGPU_LOADS(u64, u64)

// The same as functions, for where there are many or where they are not expected to run: what is inlined thousands of
// times takes the compiler minutes.
#define VGPU_FAR(T)                                                                                                  \
  static __attribute__((noinline, unused)) void vgpu_far_loads_##T(                                                  \
    vgpu_warp *w, uint32_t site, uint32_t mask, const vgpu_pattern *p, const vu64 *a, uint64_t origin,               \
    int64_t offset, int space, int is_volatile, v##T *out, uint32_t count) {                                         \
    if (count == 1) *out = v_load_##T(w, site, mask, *p, *a, origin, offset, space, is_volatile);                    \
    else v_loads_##T(w, site, mask, *p, *a, origin, offset, space, is_volatile, out, count);                         \
  }                                                                                                                  \
  static __attribute__((noinline, unused)) void vgpu_far_stores_##T(                                                 \
    vgpu_warp *w, uint32_t site, uint32_t mask, const vgpu_pattern *p, const vu64 *a, uint64_t origin,               \
    int64_t offset, int space, int is_volatile, const v##T *in, uint32_t count) {                                    \
    v_stores_##T(w, site, mask, *p, *a, origin, offset, space, is_volatile, in, count);                              \
  }                                                                                                                  \
  VGPU_INLINE v##T v_far_load_##T(                                                                                   \
    vgpu_warp *w, uint32_t site, uint32_t mask, const vgpu_pattern *p, const vu64 *a, uint64_t origin,               \
    int64_t offset, int space, int is_volatile) {                                                                    \
    v##T out;                                                                                                        \
    vgpu_far_loads_##T(w, site, mask, p, a, origin, offset, space, is_volatile, &out, 1);                            \
    return out;                                                                                                      \
  }
VGPU_FAR(u8)
VGPU_FAR(u16)
VGPU_FAR(u32)
VGPU_FAR(u64)

// A load whose pattern is known to be simple, in a stretch of them; watched with others already.
VGPU_INLINE vu32 v_watched_u32(
  vgpu_warp *w, uint32_t site, uint32_t mask, vgpu_pattern p, vu64 a, uint64_t origin, int64_t offset, int space,
  int is_volatile) {
  (void)w, (void)site, (void)mask, (void)a, (void)space, (void)is_volatile;
  return VGPU_JOIN(
    vgpu_half32(p.base[0] + origin + (uint64_t)offset, p.stride),
    vgpu_half32(p.base[1] + origin + (uint64_t)offset, p.stride));
}

// The same, where it is to be watched.
VGPU_INLINE vu32 v_line_u32(
  vgpu_warp *w, uint32_t site, uint32_t mask, vgpu_pattern p, vu64 a, uint64_t origin, int64_t offset, int space,
  int is_volatile) {
  uint32_t sound = vgpu_watch(w, site, mask, p, a, origin, offset, 4, VGPU_LOAD, space, is_volatile);
  if (VGPU_UNLIKELY(sound != mask)) {
    uint64_t addresses[32];
    vgpu_spell(&p, a, origin, offset, addresses);
    vu32 gathered;
    vgpu_gather_u32(&gathered, 1, sound, addresses);
    return gathered;
  }
  return v_watched_u32(w, site, mask, p, a, origin, offset, space, is_volatile);
}

// MARK: Parameters of called functions: a lane's are together, lane after lane.

#define VGPU_PARAMETERS(T)                                                                                           \
  VGPU_INLINE v##T v_take_##T(const uint8_t *p, uint32_t stride, uint32_t offset) {                                  \
    VGPU_T_##T x[32];                                                                                                \
    VGPU_EACH(i) memcpy(&x[i], p + (uint32_t)i * stride + offset, sizeof x[i]);                                      \
    v##T r;                                                                                                          \
    memcpy(&r, x, sizeof r);                                                                                         \
    return r;                                                                                                        \
  }                                                                                                                  \
  VGPU_INLINE void v_give_##T(uint8_t *p, uint32_t stride, uint32_t offset, uint32_t mask, v##T value) {             \
    VGPU_T_##T x[32];                                                                                                \
    memcpy(x, &value, sizeof x);                                                                                     \
    VGPU_EACH(i) if (mask >> i & 1) memcpy(p + (uint32_t)i * stride + offset, &x[i], sizeof x[i]);                   \
  }                                                                                                                  \
  VGPU_INLINE VGPU_T_##T s_parameter_##T(const uint8_t *p, uint32_t offset) {                                        \
    VGPU_T_##T x;                                                                                                    \
    memcpy(&x, p + offset, sizeof x);                                                                                \
    return x;                                                                                                        \
  }
VGPU_PARAMETERS(u8)
VGPU_PARAMETERS(u16)
VGPU_PARAMETERS(u32)
VGPU_PARAMETERS(u64)

// MARK: Atomics, lane after lane. The old value comes back.

#define VGPU_ATOMICS(name, T, expression)                                                                            \
  static __attribute__((noinline, unused)) v##T vgpu_atomic_##name##_##T(                                            \
    vgpu_warp *w, uint32_t site, uint32_t mask, const uint64_t *addresses, int space, const v##T *operand_b,         \
    const v##T *operand_c) {                                                                                         \
    VGPU_T_##T old[32] = {0}, bs[32], cs[32];                                                                        \
    memcpy(bs, operand_b, sizeof bs), memcpy(cs, operand_c, sizeof cs);                                              \
    if (VGPU_CHECK_MEMORY || VGPU_CHECK_RACES || VGPU_COUNT)                                                         \
      mask = vgpu_inspect(w, site, mask, addresses, sizeof(VGPU_T_##T), VGPU_ATOMIC, space, 0);                      \
    while (mask) {                                                                                                   \
      int i = w->is_lane_order_reversed ? 31 - __builtin_clz(mask) : __builtin_ctz(mask);                            \
      mask &= ~(1u << i);                                                                                            \
      VGPU_T_##T *place = (VGPU_T_##T *)addresses[i], b = bs[i], c = cs[i], a;                                       \
      (void)c;                                                                                                       \
      a = __atomic_load_n(place, __ATOMIC_RELAXED);                                                                  \
      for (;;) {                                                                                                     \
        VGPU_T_##T next = (VGPU_T_##T)(expression);                                                                  \
        if (__atomic_compare_exchange_n(place, &a, next, 1, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) break;              \
      }                                                                                                              \
      old[i] = a;                                                                                                    \
    }                                                                                                                \
    v##T r;                                                                                                          \
    memcpy(&r, old, sizeof r);                                                                                       \
    return r;                                                                                                        \
  }
#define VGPU_ATOMICS_OF(T, S)                                                   \
  VGPU_ATOMICS(add, T, a + b)                                                   \
  VGPU_ATOMICS(and, T, a & b)                                                   \
  VGPU_ATOMICS(or, T, a | b)                                                    \
  VGPU_ATOMICS(xor, T, a ^ b)                                                   \
  VGPU_ATOMICS(exch, T, b)                                                      \
  VGPU_ATOMICS(cas, T, a == b ? c : a)                                          \
  VGPU_ATOMICS(min, T, a < b ? a : b)                                           \
  VGPU_ATOMICS(max, T, a > b ? a : b)                                           \
  VGPU_ATOMICS(smin, T, (VGPU_T_##S)a < (VGPU_T_##S)b ? a : b)                  \
  VGPU_ATOMICS(smax, T, (VGPU_T_##S)a > (VGPU_T_##S)b ? a : b)                  \
  VGPU_ATOMICS(inc, T, a >= b ? 0 : a + 1)                                      \
  VGPU_ATOMICS(dec, T, a == 0 || a > b ? b : a - 1)
VGPU_ATOMICS_OF(u32, s32)
VGPU_ATOMICS_OF(u64, s64)
VGPU_ATOMICS(cas, u16, a == b ? c : a)
VGPU_ATOMICS(exch, u16, b)
// In global memory subnormal operands and sums become zero; in shared memory they are kept (PTX ISA, atom).
VGPU_INLINE float s_atomic_sum(const vgpu_warp *w, const void *place, float a, float b) {
  if ((uint64_t)((uintptr_t)place - (uintptr_t)w->shared) < (uint64_t)w->shared_bytes) return a + b;
  return s_ftz(s_ftz(a) + s_ftz(b));
}
VGPU_ATOMICS(fadd, u32, s_bits_f32(s_atomic_sum(w, place, s_f32(a), s_f32(b))))
VGPU_ATOMICS(fadd, u64, s_bits_f64(s_f64(a) + s_f64(b)))
VGPU_ATOMICS(hadd, u16, s_add_f16(a, b))
VGPU_ATOMICS(hadd, u32, s_add_f16x2(a, b))
VGPU_ATOMICS(badd, u16, s_add_bf16(a, b))
VGPU_ATOMICS(badd, u32, s_add_bf16x2(a, b))

#endif
