// The checks' and counters' short way: half warps that touch one address, or neighbours, in memory that is in order.
#ifndef VGPU_FAST_CHECKS_H
#define VGPU_FAST_CHECKS_H

#include "vgpu_race_lines.h"

// MARK: States of bytes

#define VGPU_STATES(N)                                                                                               \
  VGPU_INLINE int vgpu_states_are##N(const uint8_t *state, uint8_t wanted) {                                         \
    typedef uint8_t states_t __attribute__((ext_vector_type(N)));                                                    \
    states_t v;                                                                                                      \
    memcpy(&v, state, sizeof v);                                                                                     \
    return !VGPU_ANY((v & wanted) != wanted);                                                                        \
  }
VGPU_STATES(16)
VGPU_STATES(32)
VGPU_STATES(64)

VGPU_INLINE int vgpu_states_are(const uint8_t *state, uint32_t count, uint8_t wanted) {
  if (count < 16) {
    uint64_t all = 0x0101010101010101ull * wanted, v = all;
    memcpy(&v, state, count);
    return (v & all) == all;
  }
  if (count == 16) return vgpu_states_are16(state, wanted);
  if (count == 32) return vgpu_states_are32(state, wanted);
  int is_good = 1;
  for (uint32_t i = 0; i < count; i += 64) is_good &= vgpu_states_are64(state + i, wanted);
  return is_good;
}

// True if a range of global memory is allocated and initialised, as far as whole chunks of 64 bytes tell.
VGPU_INLINE int vgpu_is_written(uint64_t place, uint32_t bytes) {
  // Before the states, so that what is cleared meanwhile is not taken for good.
  const uint32_t epoch = __atomic_load_n(&vgpu_state_epoch, __ATOMIC_ACQUIRE);
  for (uint64_t c = place >> 6; c <= (place + bytes - 1) >> 6; c++) {
    if (VGPU_LIKELY(vgpu_written[c] == epoch)) continue;
    if (!vgpu_states_are64(vgpu_state + (c << 6), 3)) return 0;
    vgpu_written[c] = epoch;
  }
  return 1;
}

// MARK: Counters

// The words of two half warps, each `words` in a row from a and b on: 1 or 2 turns of the 32 banks.
VGPU_INLINE uint32_t vgpu_turns(uint64_t a, uint64_t b, uint32_t words) {
  uint64_t d = b > a ? b - a : a - b, r = d & 31;
  return d + words <= 32 || (r >= words && r + words <= 32) ? 1 : 2;
}

VGPU_INLINE void vgpu_count_fast(
  vgpu_warp *w, uint32_t site, uint64_t a, uint64_t b, uint32_t bytes, int is_line, int is_shared, int is_const) {
  vgpu_site_counts *c = &w->site_counts[site];
  const uint32_t span = is_line ? bytes * 16 : bytes;
  c->requests++;
  c->lanes += 32;
  if (is_const) return;
  if (is_shared) {
    const uint32_t phases = bytes <= 4 ? 1 : bytes / 4;
    c->ideal_wavefronts += phases;
    c->wavefronts += bytes <= 4 ? vgpu_turns(a >> 2, b >> 2, (span + 3) / 4) : phases;
    return;
  }
  uint64_t a0 = a >> 5, a1 = (a + span - 1) >> 5, b0 = b >> 5, b1 = (b + span - 1) >> 5;
  uint64_t low = a0 > b0 ? a0 : b0, high = a1 < b1 ? a1 : b1;
  c->sectors += a1 - a0 + 1 + b1 - b0 + 1 - (high >= low ? high - low + 1 : 0);
  c->ideal_sectors += ((a == b ? span : 2 * span) + 31) / 32;
}

#include "vgpu_batches.h"

// Two half warps at a and b: neighbours, or one place each. 1 if nothing is wrong and everything is counted.
VGPU_INLINE int vgpu_watch_halves(
  vgpu_warp *w, uint32_t site, uint64_t a, uint64_t b, int is_line, uint32_t bytes, int is_store, int is_shared,
  int is_const) {
  const int watches_races = VGPU_CHECK_RACES && !is_const;
  const uint64_t bottom = (uint64_t)(uintptr_t)(is_shared ? w->shared : vgpu_arena);
  const uint64_t size = is_shared ? w->shared_bytes : (uint64_t)(vgpu_arena_end - vgpu_arena);
  const uint32_t span = is_line ? bytes * 16 : bytes;
  // What is looked at below takes as long as memory takes to answer.
  if (!is_shared && !is_store) __builtin_prefetch((const void *)a), __builtin_prefetch((const void *)b);
  a -= bottom, b -= bottom;
  if (VGPU_CHECK_MEMORY || watches_races) {
    if (a >= size || b >= size || a + span > size || b + span > size) return 0;
    // Neighbours that share words begin with one.
    if ((a | b) & (is_line && bytes < 4 ? 3 : bytes - 1)) return 0;
  }
  uint8_t *states = is_shared ? w->shared_state : vgpu_state;
  int is_written = 0;
  if (VGPU_CHECK_MEMORY) {
    if (!states) return 0;
    is_written = !is_shared && vgpu_is_written(a, span) && vgpu_is_written(b, span);
    const uint8_t wanted = is_shared ? 2 : is_store ? 1 : 3;
    if (!is_written && !(is_shared && is_store)) {
      int is_good;
      if (is_line) is_good = vgpu_states_are(states + a, bytes * 16, wanted) & vgpu_states_are(states + b, bytes * 16, wanted);
      else is_good = vgpu_states_are(states + a, bytes, wanted) & vgpu_states_are(states + b, bytes, wanted);
      if (VGPU_UNLIKELY(!is_good)) return 0;
    }
  }
  if (watches_races && (is_shared || vgpu_races.state != 2)) {
    if (is_shared ? !w->shared_writers : vgpu_races.state != 1) return 0;
    if (is_shared && VGPU_UNLIKELY(vgpu_is_logged(w, a, span) || vgpu_is_logged(w, b, span))) vgpu_settle_reads(w);
    if (!is_line) {
      if (!vgpu_race_spot(w, site, 0, a, bytes, is_shared, 0)) return 0;
      if (a != b && !vgpu_race_spot(w, site, 1, b, bytes, is_shared, 0)) return 0;
    } else if (!is_store) {
      // Where both halves read the same, one stands for both.
      if (!vgpu_race_line(w, site, 0, a, bytes, 0, is_shared, 0, a == b ? VGPU_WHO_WARP_TOO : 0)) return 0;
      if (a != b && !vgpu_race_line(w, site, 1, b, bytes, 0, is_shared, 0, 0)) return 0;
    } else {
      // Both halves before anything is recorded, or one would seem to collide with the other.
      if (a == b) return 0;
      for (int step = 1; step <= 2; step++)
        for (uint32_t half = 0; half < 2; half++)
          if (!vgpu_race_line(w, site, half, half ? b : a, bytes, 1, is_shared, step, 0)) return 0;
    }
  }
  if (VGPU_CHECK_MEMORY && is_store && !is_written) {
    memset(states + a, 3, bytes * 16);
    memset(states + b, 3, bytes * 16);
  }
  if (VGPU_COUNT) vgpu_count_fast(w, site, a, b, bytes, is_line, is_shared, is_const);
  return 1;
}

// One function for each kind of access: their text would be too much at every place, and too much for the compiler.
#define VGPU_WATCH_OF(bytes)                                                                                         \
  static __attribute__((noinline, unused)) int vgpu_watch_shared_load##bytes(                                        \
    vgpu_warp *w, uint32_t site, uint64_t a, uint64_t b, int is_line) {                                              \
    return is_line ? vgpu_watch_halves(w, site, a, b, 1, bytes, 0, 1, 0)                                             \
                   : vgpu_watch_halves(w, site, a, b, 0, bytes, 0, 1, 0);                                            \
  }                                                                                                                  \
  static __attribute__((noinline, unused)) int vgpu_watch_shared_store##bytes(                                       \
    vgpu_warp *w, uint32_t site, uint64_t a, uint64_t b) {                                                           \
    return vgpu_watch_halves(w, site, a, b, 1, bytes, 1, 1, 0);                                                      \
  }                                                                                                                  \
  static __attribute__((noinline, unused)) int vgpu_watch_load##bytes(                                               \
    vgpu_warp *w, uint32_t site, uint64_t a, uint64_t b, int is_line) {                                              \
    return is_line ? vgpu_watch_halves(w, site, a, b, 1, bytes, 0, 0, 0)                                             \
                   : vgpu_watch_halves(w, site, a, b, 0, bytes, 0, 0, 0);                                            \
  }                                                                                                                  \
  static __attribute__((noinline, unused)) int vgpu_watch_store##bytes(                                              \
    vgpu_warp *w, uint32_t site, uint64_t a, uint64_t b) {                                                           \
    return vgpu_watch_halves(w, site, a, b, 1, bytes, 1, 0, 0);                                                      \
  }                                                                                                                  \
  static __attribute__((noinline, unused)) int vgpu_watch_const##bytes(                                              \
    vgpu_warp *w, uint32_t site, uint64_t a, uint64_t b, int is_line) {                                              \
    return is_line ? vgpu_watch_halves(w, site, a, b, 1, bytes, 0, 0, 1)                                             \
                   : vgpu_watch_halves(w, site, a, b, 0, bytes, 0, 0, 1);                                            \
  }
VGPU_WATCH_OF(1)
VGPU_WATCH_OF(2)
VGPU_WATCH_OF(4)
VGPU_WATCH_OF(8)
VGPU_WATCH_OF(16)

// 1 if nothing is wrong and everything is counted; 0 to look at the access lane by lane.
VGPU_INLINE int vgpu_watch_fast(
  vgpu_warp *w, uint32_t site, uint32_t mask, vgpu_pattern p, uint64_t origin, int64_t offset, uint32_t bytes, int access,
  int space, int is_volatile) {
  const int is_store = access == VGPU_STORE;
  if (access == VGPU_ATOMIC || space == VGPU_LOCAL || space == VGPU_PARAM || bytes > 16) return 0;
  const int is_line = p.stride == (int)bytes;
  if (mask != 0xffffffffu || (VGPU_CHECK_RACES && is_volatile && space != VGPU_CONST)) return 0;
  if (!(is_line || (p.stride == 0 && !is_store))) return 0;
  const uint64_t a = p.base[0] + origin + (uint64_t)offset, b = p.base[1] + origin + (uint64_t)offset;
#define VGPU_WATCH_HERE(bytes)                                                                                       \
  case bytes:                                                                                                        \
    return space == VGPU_SHARED ? is_store ? vgpu_watch_shared_store##bytes(w, site, a, b)                           \
                                           : vgpu_watch_shared_load##bytes(w, site, a, b, is_line)                   \
           : is_store           ? vgpu_watch_store##bytes(w, site, a, b)                                             \
           : space == VGPU_CONST ? vgpu_watch_const##bytes(w, site, a, b, is_line)                                   \
                                 : vgpu_watch_load##bytes(w, site, a, b, is_line);
  switch (bytes) {
    VGPU_WATCH_HERE(1)
    VGPU_WATCH_HERE(2)
    VGPU_WATCH_HERE(4)
    VGPU_WATCH_HERE(8)
    VGPU_WATCH_HERE(16)
  }
  return 0;
}

#endif
