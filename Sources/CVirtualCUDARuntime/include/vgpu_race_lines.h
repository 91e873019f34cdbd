// The record of accesses, for races, and the short way through it: neighbouring words at once.
#ifndef VGPU_RACE_LINES_H
#define VGPU_RACE_LINES_H

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
  // The same for chunks of 16 words, VGPU_CHUNK_ENTRY numbers each, side by side: see vgpu_race_chunks.h.
  uint32_t *chunks;
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
VGPU_RACE_LINES(4)
VGPU_RACE_LINES(8)
VGPU_RACE_LINES(16)

#include "vgpu_race_chunks.h"

#endif
