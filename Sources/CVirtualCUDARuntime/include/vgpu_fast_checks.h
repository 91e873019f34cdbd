// The checks' and counters' short way: half warps that touch one address, or neighbours, in memory that is in order.
#ifndef VGPU_FAST_CHECKS_H
#define VGPU_FAST_CHECKS_H

// MARK: The record of accesses, for races
//
// For each word of 4 bytes the last plain or strong write and the last plain read, each as the block's serial number (global
// memory only), the block's time, and who: thread, bytes, flags and site. An access is in order with a recorded one if a
// barrier lies between (its time is less than barrier_time), if it is of the same warp and a warp's sync lies between (less
// than warp_time), if it is of an earlier launch (serial less than launch_serial), or if it was released and acquired.
#define VGPU_WHO_THREAD 0x3ffu
#define VGPU_WHO_WARP 0x3e0u
// Which bytes: the word, or two halves of it by neighbouring threads, or four bytes by four, or 4 + 2 * half, or 8 + byte.
#define VGPU_WHO_SHAPE (15u << 10)
#define VGPU_SHAPE_WORD 0u
#define VGPU_SHAPE_PAIR (1u << 10)
#define VGPU_SHAPE_QUAD (2u << 10)
// Other threads have read these bytes too: of the same warp since its last sync; of other warps since the last barrier; of
// other blocks in this launch.
#define VGPU_WHO_WARP_TOO (1u << 14)
#define VGPU_WHO_BLOCK_TOO (1u << 15)
#define VGPU_WHO_GRID_TOO (1u << 16)
#define VGPU_WHO_TOO (7u << 14)
// Written by an atomic, or a volatile or relaxed store.
#define VGPU_WHO_STRONG (1u << 17)
// By a volatile store.
#define VGPU_WHO_VOLATILE (1u << 18)
#define VGPU_WHO_SITE 19
#define VGPU_NO_SITE 0x1fffu

typedef struct {
  uint32_t *serial, *time, *who;
} vgpu_race_side;
typedef struct {
  vgpu_race_side writers, readers;
  // 0 not made yet, 1 made, 2 could not be made.
  uint32_t state;
  // How often threads of this launch have released what they did before.
  uint32_t clock;
} vgpu_race_memory;
extern vgpu_race_memory vgpu_races;

VGPU_INLINE uint32_t vgpu_who(const vgpu_warp *w, uint32_t site, uint32_t lane) {
  return (site < VGPU_NO_SITE ? site : VGPU_NO_SITE) << VGPU_WHO_SITE | (w->index * 32 + lane);
}

#define VGPU_ANY(condition) (__builtin_reduce_or(condition) != 0)

// N neighbouring words that are read or written by the threads in `own`. `base` is the first entry of the arrays; shared
// memory has its `who` at a distance behind the times.
#define VGPU_RACE_LINES(N)                                                                                           \
  typedef uint32_t vgpu_line##N __attribute__((ext_vector_type(N)));                                                 \
  VGPU_INLINE vgpu_line##N vgpu_line##N##_at(const uint32_t *p) {                                                    \
    vgpu_line##N v;                                                                                                  \
    memcpy(&v, p, sizeof v);                                                                                         \
    return v;                                                                                                        \
  }                                                                                                                  \
  /* All writes to these words are in order with the threads' accesses. */                                           \
  VGPU_INLINE int vgpu_writes_ordered##N(                                                                            \
    const vgpu_warp *w, const uint32_t *serials, const uint32_t *times, const uint32_t *whos, vgpu_line##N own) {    \
    if (serials) {                                                                                                   \
      vgpu_line##N serial = vgpu_line##N##_at(serials);                                                              \
      if (VGPU_LIKELY(!VGPU_ANY(serial >= w->launch_serial))) return 1;                                              \
      vgpu_line##N time = vgpu_line##N##_at(times), other = vgpu_line##N##_at(whos) ^ own;                           \
      return !VGPU_ANY(                                                                                              \
        (serial >= w->launch_serial) &                                                                               \
        ((serial != w->block_serial) |                                                                               \
         ((time >= w->barrier_time) & ((other & (VGPU_WHO_THREAD | VGPU_WHO_SHAPE)) != 0) &                          \
          (((other & VGPU_WHO_WARP) != 0) | (time >= w->warp_time)))));                                              \
    }                                                                                                                \
    vgpu_line##N time = vgpu_line##N##_at(times);                                                                    \
    if (VGPU_LIKELY(!VGPU_ANY(time >= w->barrier_time))) return 1;                                                   \
    vgpu_line##N other = vgpu_line##N##_at(whos) ^ own;                                                              \
    return !VGPU_ANY(                                                                                                \
      (time >= w->barrier_time) & ((other & (VGPU_WHO_THREAD | VGPU_WHO_SHAPE)) != 0) &                              \
      (((other & VGPU_WHO_WARP) != 0) | (time >= w->warp_time)));                                                    \
  }                                                                                                                  \
  /* All reads of these words are in order with the threads' writes. */                                              \
  VGPU_INLINE int vgpu_reads_ordered##N(                                                                             \
    const vgpu_warp *w, const uint32_t *serials, const uint32_t *times, const uint32_t *whos, vgpu_line##N own) {    \
    if (serials) {                                                                                                   \
      vgpu_line##N serial = vgpu_line##N##_at(serials);                                                              \
      if (VGPU_LIKELY(!VGPU_ANY(serial >= w->launch_serial))) return 1;                                              \
      vgpu_line##N time = vgpu_line##N##_at(times), who = vgpu_line##N##_at(whos), other = who ^ own;                \
      return !VGPU_ANY(                                                                                              \
        (serial >= w->launch_serial) &                                                                               \
        ((serial != w->block_serial) | ((who & VGPU_WHO_GRID_TOO) != 0) |                                            \
         ((time >= w->barrier_time) &                                                                                \
          ((other & (VGPU_WHO_THREAD | VGPU_WHO_SHAPE | VGPU_WHO_WARP_TOO | VGPU_WHO_BLOCK_TOO)) != 0) &             \
          (((other & (VGPU_WHO_WARP | VGPU_WHO_BLOCK_TOO)) != 0) | (time >= w->warp_time)))));                       \
    }                                                                                                                \
    vgpu_line##N time = vgpu_line##N##_at(times);                                                                    \
    if (VGPU_LIKELY(!VGPU_ANY(time >= w->barrier_time))) return 1;                                                   \
    vgpu_line##N other = vgpu_line##N##_at(whos) ^ own;                                                              \
    return !VGPU_ANY(                                                                                                \
      (time >= w->barrier_time) &                                                                                    \
      ((other & (VGPU_WHO_THREAD | VGPU_WHO_SHAPE | VGPU_WHO_WARP_TOO | VGPU_WHO_BLOCK_TOO)) != 0) &                 \
      (((other & (VGPU_WHO_WARP | VGPU_WHO_BLOCK_TOO)) != 0) | (time >= w->warp_time)));                             \
  }                                                                                                                  \
  VGPU_INLINE void vgpu_note_writes##N(                                                                              \
    const vgpu_warp *w, uint32_t *serials, uint32_t *times, uint32_t *whos, vgpu_line##N own) {                      \
    vgpu_line##N serial = w->block_serial, time = w->clock;                                                          \
    if (serials) memcpy(serials, &serial, sizeof serial);                                                            \
    memcpy(times, &time, sizeof time);                                                                               \
    memcpy(whos, &own, sizeof own);                                                                                  \
  }                                                                                                                  \
  /* 0 where there are reads of other threads that may have been released. */                                        \
  VGPU_INLINE int vgpu_note_reads##N(                                                                                \
    const vgpu_warp *w, uint32_t *serials, uint32_t *times, uint32_t *whos, vgpu_line##N own, uint32_t too) {        \
    typedef int32_t flags_t __attribute__((ext_vector_type(N)));                                                     \
    vgpu_line##N time = vgpu_line##N##_at(times), other = vgpu_line##N##_at(whos) ^ own;                             \
    flags_t same = ((other & VGPU_WHO_SHAPE) == 0), near = same & (time >= w->barrier_time);                         \
    vgpu_line##N now = w->clock;                                                                                     \
    flags_t grid = 0;                                                                                                \
    if (serials) {                                                                                                   \
      vgpu_line##N serial = vgpu_line##N##_at(serials);                                                              \
      flags_t is_mine = serial == w->block_serial;                                                                   \
      near &= is_mine;                                                                                               \
      grid = (serial >= w->launch_serial) & same & (~is_mine | ((other & VGPU_WHO_GRID_TOO) != 0));                  \
    }                                                                                                                \
    flags_t block = near & ((other & (VGPU_WHO_WARP | VGPU_WHO_BLOCK_TOO)) != 0);                                    \
    flags_t warp = near & (time >= w->warp_time) & ((other & (VGPU_WHO_THREAD | VGPU_WHO_WARP_TOO)) != 0);           \
    if (VGPU_UNLIKELY(w->has_acquired) && VGPU_ANY(grid | block | warp)) return 0;                                   \
    own |= ((vgpu_line##N)block & VGPU_WHO_BLOCK_TOO) | ((vgpu_line##N)warp & VGPU_WHO_WARP_TOO);                    \
    if (serials) {                                                                                                   \
      vgpu_line##N mine = w->block_serial;                                                                           \
      memcpy(serials, &mine, sizeof mine);                                                                           \
      own |= (vgpu_line##N)grid & VGPU_WHO_GRID_TOO;                                                                 \
    }                                                                                                                \
    own |= too;                                                                                                      \
    memcpy(times, &now, sizeof now);                                                                                 \
    memcpy(whos, &own, sizeof own);                                                                                  \
    return 1;                                                                                                        \
  }
VGPU_RACE_LINES(1)
VGPU_RACE_LINES(4)
VGPU_RACE_LINES(8)
VGPU_RACE_LINES(16)


// The entries of one word, in one memory or the other.
typedef struct {
  uint32_t *write_serial, *write_time, *write_who, *read_serial, *read_time, *read_who;
} vgpu_race_place;
VGPU_INLINE vgpu_race_place vgpu_race_at(const vgpu_warp *w, int is_shared, uint64_t word) {
  if (is_shared) {
    uint32_t *writer = w->shared_writers + word, *reader = w->shared_readers + word;
    return (vgpu_race_place){0, writer, writer + w->race_words, 0, reader, reader + w->race_words};
  }
  return (vgpu_race_place){
    vgpu_races.writers.serial + word, vgpu_races.writers.time + word, vgpu_races.writers.who + word,
    vgpu_races.readers.serial + word, vgpu_races.readers.time + word, vgpu_races.readers.who + word};
}

#define VGPU_RACE_LINE(N, OWN)                                                                                       \
  do {                                                                                                               \
    vgpu_line##N own = (OWN);                                                                                        \
    vgpu_race_place at = vgpu_race_at(w, is_shared, word);                                                           \
    if (step != 2) {                                                                                                 \
      if (!vgpu_writes_ordered##N(w, at.write_serial, at.write_time, at.write_who, own)) return 0;                   \
      if (is_store && !vgpu_reads_ordered##N(w, at.read_serial, at.read_time, at.read_who, own)) return 0;           \
    }                                                                                                                \
    if (step != 1) {                                                                                                 \
      if (is_store) vgpu_note_writes##N(w, at.write_serial, at.write_time, at.write_who, own);                       \
      else if (!vgpu_note_reads##N(w, at.read_serial, at.read_time, at.read_who, own, 0)) return 0;                  \
    }                                                                                                                \
  } while (0)

// Half a warp at neighbouring places. Step 0: looks and records; 1: looks; 2: records.
VGPU_INLINE int vgpu_race_line(
  vgpu_warp *w, uint32_t site, uint32_t half, uint64_t place, uint32_t bytes, int is_store, int is_shared, int step) {
  const uint32_t who = vgpu_who(w, site, half * 16);
  uint64_t word = place >> 2;
  if (bytes == 1) {
    const vgpu_line4 threads = {0, 4, 8, 12};
    VGPU_RACE_LINE(4, (threads | VGPU_SHAPE_QUAD) + who);
  } else if (bytes == 2) {
    const vgpu_line8 threads = {0, 2, 4, 6, 8, 10, 12, 14};
    VGPU_RACE_LINE(8, (threads | VGPU_SHAPE_PAIR) + who);
  } else {
    const vgpu_line16 threads = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const uint32_t shift = bytes == 4 ? 0 : bytes == 8 ? 1 : 2;
#pragma clang loop unroll(disable)
    for (uint32_t k = 0; k < bytes / 4; k++, word += 16)
      VGPU_RACE_LINE(16, (threads >> shift) + (k * (16u >> shift) + who));
  }
  return 1;
}

// Half a warp that reads one place.
VGPU_INLINE int vgpu_race_spot(vgpu_warp *w, uint32_t site, uint32_t half, uint64_t place, uint32_t bytes, int is_shared) {
  const uint32_t shape = bytes == 1 ? (8u + (uint32_t)(place & 3)) << 10 : bytes == 2 ? (4u + (uint32_t)(place & 2)) << 10 : 0;
  const vgpu_line1 own = vgpu_who(w, site, half * 16) | shape;
  for (uint32_t k = 0; k < (bytes + 3) / 4; k++) {
    vgpu_race_place at = vgpu_race_at(w, is_shared, (place >> 2) + k);
    // A write by the first of them is not in order with the others' reads.
    if (*at.write_time >= w->barrier_time || at.write_serial) {
      if (at.write_serial && VGPU_LIKELY(*at.write_serial < w->launch_serial)) goto note;
      if (at.write_serial && *at.write_serial != w->block_serial) return 0;
      if (*at.write_time >= w->barrier_time &&
          (((*at.write_who ^ own[0]) & VGPU_WHO_WARP) || *at.write_time >= w->warp_time))
        return 0;
    }
  note:
    if (!vgpu_note_reads1(w, at.read_serial, at.read_time, at.read_who, own, VGPU_WHO_WARP_TOO)) return 0;
  }
  return 1;
}

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

// MARK: Counters

// The words of two half warps, each `words` in a row from a and b on: 1 or 2 turns of the 32 banks.
VGPU_INLINE uint32_t vgpu_turns(uint64_t a, uint64_t b, uint32_t words) {
  uint64_t d = b > a ? b - a : a - b, r = d & 31;
  return d + words <= 32 || (r >= words && r + words <= 32) ? 1 : 2;
}

VGPU_INLINE void vgpu_count_fast(
  vgpu_warp *w, uint32_t site, uint64_t a, uint64_t b, uint32_t bytes, int is_line, int is_shared) {
  vgpu_site_counts *c = &w->site_counts[site];
  const uint32_t span = is_line ? bytes * 16 : bytes;
  c->requests++;
  c->lanes += 32;
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

// 1 if nothing is wrong and everything is counted; 0 to look at the access lane by lane.
VGPU_INLINE int vgpu_watch_fast(
  vgpu_warp *w, uint32_t site, uint32_t mask, vgpu_pattern p, uint64_t origin, int64_t offset, uint32_t bytes, int access,
  int space, int is_volatile) {
  if (access == VGPU_ATOMIC || space == VGPU_LOCAL || space == VGPU_PARAM || bytes > 16) return 0;
  const int is_shared = space == VGPU_SHARED, is_store = access == VGPU_STORE, watches_races = VGPU_CHECK_RACES && space != VGPU_CONST;
  const int is_line = p.stride == (int)bytes;
  if (mask != 0xffffffffu || (watches_races && is_volatile) || !(is_line || (p.stride == 0 && !is_store))) return 0;
  const uint64_t bottom = (uint64_t)(uintptr_t)(is_shared ? w->shared : vgpu_arena);
  const uint64_t size = is_shared ? w->shared_bytes : (uint64_t)(vgpu_arena_end - vgpu_arena);
  const uint64_t a = p.base[0] + origin + (uint64_t)offset - bottom, b = p.base[1] + origin + (uint64_t)offset - bottom;
  const uint32_t span = is_line ? bytes * 16 : bytes;
  if (VGPU_CHECK_MEMORY || watches_races) {
    if (a >= size || b >= size || a + span > size || b + span > size) return 0;
    // Neighbours that share words begin with one.
    if ((a | b) & (is_line && bytes < 4 ? 3 : bytes - 1)) return 0;
  }
  if (VGPU_CHECK_MEMORY) {
    uint8_t *states = is_shared ? w->shared_state : vgpu_state;
    if (!states) return 0;
    const uint8_t wanted = is_shared ? 2 : is_store ? 1 : 3;
    if (!(is_shared && is_store)) {
      int is_good;
      if (is_line) is_good = vgpu_states_are(states + a, bytes * 16, wanted) & vgpu_states_are(states + b, bytes * 16, wanted);
      else is_good = vgpu_states_are(states + a, bytes, wanted) & vgpu_states_are(states + b, bytes, wanted);
      if (VGPU_UNLIKELY(!is_good)) return 0;
    }
  }
  if (watches_races && (is_shared || vgpu_races.state != 2)) {
    if (is_shared ? !w->shared_writers : vgpu_races.state != 1) return 0;
    if (!is_line) {
      if (!vgpu_race_spot(w, site, 0, a, bytes, is_shared) || !vgpu_race_spot(w, site, 1, b, bytes, is_shared)) return 0;
    } else if (!is_store) {
      for (uint32_t half = 0; half < 2; half++)
        if (!vgpu_race_line(w, site, half, half ? b : a, bytes, 0, is_shared, 0)) return 0;
    } else {
      // Both halves before anything is recorded, or one would seem to collide with the other.
      for (int step = 1; step <= 2; step++)
        for (uint32_t half = 0; half < 2; half++)
          if (!vgpu_race_line(w, site, half, half ? b : a, bytes, 1, is_shared, step)) return 0;
    }
  }
  if (VGPU_CHECK_MEMORY && is_store) {
    uint8_t *states = is_shared ? w->shared_state : vgpu_state;
    memset(states + a, 3, bytes * 16);
    memset(states + b, 3, bytes * 16);
  }
  if (VGPU_COUNT) vgpu_count_fast(w, site, a, b, bytes, is_line, is_shared);
  return 1;
}

#endif
