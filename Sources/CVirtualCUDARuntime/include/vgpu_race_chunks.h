// The record of accesses by chunks: 16 neighbouring words that half a warp reads or writes as one have one entry together.
//
// A chunk's entry is like a word's. Its shape tells what it stands for: 0, 1 and 2 that word i belongs to the thread after
// i >> shape of them, as accesses of 4, 8 and 16 bytes leave it; VGPU_SHAPE_WORDS that each word has its own entry. Then
// serial and time are those of the last access to any of them. What is older than the launch, or in shared memory than the
// last barrier, is in order with everything, so an entry that is says nothing of its words, and they say nothing either.
#ifndef VGPU_RACE_CHUNKS_H
#define VGPU_RACE_CHUNKS_H

#define VGPU_SHAPE_WORDS VGPU_WHO_SHAPE
#define VGPU_CHUNK_ENTRY 8

// The entries of one word or of one chunk, in one memory or the other.
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
VGPU_INLINE vgpu_race_place vgpu_chunk_at(const vgpu_warp *w, int is_shared, uint64_t chunk) {
  if (is_shared) {
    uint32_t *entry = w->shared_chunks + chunk;
    const uint64_t n = w->race_chunks;
    return (vgpu_race_place){0, entry, entry + n, 0, entry + 2 * n, entry + 3 * n};
  }
  // All of an entry lies in one line of the cache.
  uint32_t *e = vgpu_races.chunks + chunk * VGPU_CHUNK_ENTRY;
  return (vgpu_race_place){e, e + 1, e + 2, e + 3, e + 4, e + 5};
}

// True where an entry can still matter.
VGPU_INLINE int vgpu_is_recent(const vgpu_warp *w, const uint32_t *serial, const uint32_t *time) {
  return serial ? *serial >= w->launch_serial : *time >= w->barrier_time;
}

// Gives each word of a chunk its own entry, on one side.
VGPU_INLINE void vgpu_spread_side(
  const vgpu_warp *w, uint32_t *serial, uint32_t *time, uint32_t *who, uint32_t *serials, uint32_t *times, uint32_t *whos) {
  const uint32_t shape = *who & VGPU_WHO_SHAPE;
  if (shape == VGPU_SHAPE_WORDS) return;
  if (vgpu_is_recent(w, serial, time)) {
    const vgpu_line16 lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const vgpu_line16 each = (lanes >> (shape >> 10)) + (*who & ~VGPU_WHO_SHAPE), when = *time;
    memcpy(times, &when, sizeof when), memcpy(whos, &each, sizeof each);
    if (serial) {
      const vgpu_line16 all = *serial;
      memcpy(serials, &all, sizeof all);
    }
  }
  *who |= VGPU_SHAPE_WORDS;
}

// Gives the words of the chunk at `word` entries of their own, to be looked at and changed one by one.
VGPU_INLINE void vgpu_spread_chunk(const vgpu_warp *w, int is_shared, uint64_t word) {
  const vgpu_race_place c = vgpu_chunk_at(w, is_shared, word >> 4);
  if (VGPU_LIKELY((*c.write_who & *c.read_who & VGPU_WHO_SHAPE) == VGPU_SHAPE_WORDS)) return;
  const vgpu_race_place at = vgpu_race_at(w, is_shared, word & ~15ull);
  vgpu_spread_side(w, c.write_serial, c.write_time, c.write_who, at.write_serial, at.write_time, at.write_who);
  vgpu_spread_side(w, c.read_serial, c.read_time, c.read_who, at.read_serial, at.read_time, at.read_who);
}

// After an entry of a word has changed.
VGPU_INLINE void vgpu_touch_chunk(const vgpu_warp *w, int is_shared, uint64_t word, int is_write) {
  const vgpu_race_place c = vgpu_chunk_at(w, is_shared, word >> 4);
  uint32_t *serial = is_write ? c.write_serial : c.read_serial;
  if (serial) *serial = w->block_serial;
  *(is_write ? c.write_time : c.read_time) = w->clock;
  *(is_write ? c.write_who : c.read_who) = VGPU_SHAPE_WORDS;
}

// MARK: One entry: vgpu_race_lines.h's rules, for a word or a chunk by itself

// A recent write is in order with an access by the threads that `own` begins with.
VGPU_INLINE int vgpu_write_is_ordered(const vgpu_warp *w, const uint32_t *serial, uint32_t time, uint32_t who, uint32_t own) {
  const uint32_t other = who ^ own;
  if (serial && *serial != w->block_serial) return 0;
  return time < w->barrier_time || !(other & (VGPU_WHO_THREAD | VGPU_WHO_SHAPE)) ||
         (!(other & VGPU_WHO_WARP) && time < w->warp_time);
}

// Recent reads are in order with a write by those threads.
VGPU_INLINE int vgpu_read_is_ordered(const vgpu_warp *w, const uint32_t *serial, uint32_t time, uint32_t who, uint32_t own) {
  const uint32_t other = who ^ own;
  if (serial && (*serial != w->block_serial || (who & VGPU_WHO_GRID_TOO))) return 0;
  return time < w->barrier_time ||
         !(other & (VGPU_WHO_THREAD | VGPU_WHO_SHAPE | VGPU_WHO_WARP_TOO | VGPU_WHO_BLOCK_TOO)) ||
         (!(other & (VGPU_WHO_WARP | VGPU_WHO_BLOCK_TOO)) && time < w->warp_time);
}

// 0 where there are reads of other threads that may have been released.
VGPU_INLINE int vgpu_note_read(
  const vgpu_warp *w, uint32_t *serial, uint32_t *time, uint32_t *who, uint32_t own, uint32_t too) {
  if (vgpu_is_recent(w, serial, time) && !((*who ^ own) & VGPU_WHO_SHAPE)) {
    const uint32_t other = *who ^ own, is_mine = !serial || *serial == w->block_serial;
    const uint32_t is_near = is_mine && *time >= w->barrier_time;
    uint32_t flags = serial && (!is_mine || (other & VGPU_WHO_GRID_TOO)) ? VGPU_WHO_GRID_TOO : 0;
    if (is_near && (other & (VGPU_WHO_WARP | VGPU_WHO_BLOCK_TOO))) flags |= VGPU_WHO_BLOCK_TOO;
    if (is_near && *time >= w->warp_time && (other & (VGPU_WHO_THREAD | VGPU_WHO_WARP_TOO))) flags |= VGPU_WHO_WARP_TOO;
    if (VGPU_UNLIKELY(w->has_acquired) && flags) return 0;
    too |= flags;
  }
  if (serial) *serial = w->block_serial;
  *time = w->clock;
  *who = own | too;
  return 1;
}

VGPU_INLINE void vgpu_note_write(const vgpu_warp *w, uint32_t *serial, uint32_t *time, uint32_t *who, uint32_t own) {
  if (serial) *serial = w->block_serial;
  *time = w->clock;
  *who = own;
}

// MARK: Half a warp

#define VGPU_RACE_LINE(N, OWN)                                                                                       \
  do {                                                                                                               \
    vgpu_line##N own = (OWN);                                                                                        \
    vgpu_race_place at = vgpu_race_at(w, is_shared, word);                                                           \
    const int is_two = (word & 15) + N > 16;                                                                         \
    vgpu_spread_chunk(w, is_shared, word);                                                                           \
    if (is_two) vgpu_spread_chunk(w, is_shared, word + N - 1);                                                       \
    if (step != 2) {                                                                                                 \
      if (!vgpu_writes_ordered##N(w, at.write_serial, at.write_time, at.write_who, own)) return 0;                   \
      if (is_store && !vgpu_reads_ordered##N(w, at.read_serial, at.read_time, at.read_who, own)) return 0;           \
    }                                                                                                                \
    if (step != 1) {                                                                                                 \
      if (is_store) vgpu_note_writes##N(w, at.write_serial, at.write_time, at.write_who, own);                       \
      else if (!vgpu_note_reads##N(w, at.read_serial, at.read_time, at.read_who, own, too)) return 0;                \
      vgpu_touch_chunk(w, is_shared, word, is_store);                                                                \
      if (is_two) vgpu_touch_chunk(w, is_shared, word + N - 1, is_store);                              \
    }                                                                                                                \
  } while (0)

// Half a warp at neighbouring places. Step 0: looks and records; 1: looks; 2: records. `too`: flags of all that read.
VGPU_INLINE int vgpu_race_line(
  vgpu_warp *w, uint32_t site, uint32_t half, uint64_t place, uint32_t bytes, int is_store, int is_shared, int step,
  uint32_t too) {
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
    for (uint32_t k = 0; k < bytes / 4; k++, word += 16) {
      const uint32_t first = k * (16u >> shift) + who;
      if (VGPU_LIKELY(!(place & 63))) {
        const vgpu_race_place at = vgpu_chunk_at(w, is_shared, word >> 4);
        const uint32_t own = first | shift << 10;
        const int is_written = vgpu_is_recent(w, at.write_serial, at.write_time);
        const int is_read = vgpu_is_recent(w, at.read_serial, at.read_time);
        // What is recent has to be of this shape, to be compared as a whole and to be replaced.
        if (VGPU_LIKELY(
              !((is_written ? *at.write_who ^ own : 0) & VGPU_WHO_SHAPE) &&
              !((is_read ? *at.read_who ^ own : 0) & VGPU_WHO_SHAPE))) {
          if (step != 2) {
            if (is_written && !vgpu_write_is_ordered(w, at.write_serial, *at.write_time, *at.write_who, own)) return 0;
            if (is_store && is_read && !vgpu_read_is_ordered(w, at.read_serial, *at.read_time, *at.read_who, own)) return 0;
          }
          if (step != 1) {
            if (is_store) vgpu_note_write(w, at.write_serial, at.write_time, at.write_who, own);
            else if (!vgpu_note_read(w, at.read_serial, at.read_time, at.read_who, own, too)) return 0;
          }
          continue;
        }
      }
      VGPU_RACE_LINE(16, (threads >> shift) + first);
    }
  }
  return 1;
}

// Half a warp that reads one place. Steps as above.
VGPU_INLINE int vgpu_race_spot(
  vgpu_warp *w, uint32_t site, uint32_t half, uint64_t place, uint32_t bytes, int is_shared, int step) {
  const uint32_t shape = bytes == 1 ? (8u + (uint32_t)(place & 3)) << 10 : bytes == 2 ? (4u + (uint32_t)(place & 2)) << 10 : 0;
  const uint32_t own = vgpu_who(w, site, half * 16) | shape;
  vgpu_spread_chunk(w, is_shared, place >> 2);
  for (uint32_t k = 0; k < (bytes + 3) / 4; k++) {
    vgpu_race_place at = vgpu_race_at(w, is_shared, (place >> 2) + k);
    // A write by the first of them is not in order with the others' reads.
    if (step != 2 && vgpu_is_recent(w, at.write_serial, at.write_time)) {
      if (at.write_serial && *at.write_serial != w->block_serial) return 0;
      if (*at.write_time >= w->barrier_time &&
          (((*at.write_who ^ own) & VGPU_WHO_WARP) || *at.write_time >= w->warp_time))
        return 0;
    }
    if (step != 1 && !vgpu_note_read(w, at.read_serial, at.read_time, at.read_who, own, VGPU_WHO_WARP_TOO)) return 0;
  }
  if (step != 1) vgpu_touch_chunk(w, is_shared, place >> 2, 0);
  return 1;
}

#endif
