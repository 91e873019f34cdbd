// Batches: loads of shared memory in one stretch of a block are checked and counted together.
//
// That they are within bounds and read what was written once holds for the whole block, so it is remembered by the addresses.
// That no thread has written there since the last barrier is one comparison for each 64 bytes. Which thread read what matters
// only if another writes there before the next barrier: so a read goes into a log, which a barrier empties. Whoever
// meets a chunk with logged reads has the log entered into the record first (vgpu_settle_reads).
#ifndef VGPU_BATCHES_H
#define VGPU_BATCHES_H

// A batch that reaches over more is looked at load by load.
#define VGPU_BATCH_CHUNKS 128u

// True if reads of these bytes of shared memory may be in the log.
VGPU_INLINE int vgpu_is_logged(const vgpu_warp *w, uint64_t place, uint32_t bytes) {
  if (VGPU_LIKELY(!w->log->count)) return 0;
  const uint32_t *logged = w->shared_chunks + 4 * w->race_chunks;
  for (uint64_t c = place >> 6; c <= (place + bytes - 1) >> 6; c++)
    if (logged[c] >= w->barrier_time) return 1;
  return 0;
}

VGPU_INLINE int vgpu_batch_is_sound(const vgpu_warp *w, const vgpu_batch *batch, uint64_t a, uint64_t b, int is_line) {
  const uint32_t span = is_line ? 64 : 4;
  if ((a | b) & 3) return 0;
  if (VGPU_CHECK_MEMORY && !w->shared_state) return 0;
  for (uint32_t i = 0; i < batch->count; i++) {
    const uint64_t x = a + (uint64_t)(int64_t)batch->loads[i].offset, y = b + (uint64_t)(int64_t)batch->loads[i].offset;
    if ((x & 3) || x >= w->shared_bytes || y >= w->shared_bytes || x + span > w->shared_bytes || y + span > w->shared_bytes)
      return 0;
    if (VGPU_CHECK_MEMORY &&
        !(vgpu_states_are(w->shared_state + x, span, 2) & vgpu_states_are(w->shared_state + y, span, 2)))
      return 0;
  }
  return 1;
}

// The chunks that a batch reaches over, all of them between its ends.
typedef struct {
  uint32_t first, count;
} vgpu_chunk_range;
VGPU_INLINE vgpu_chunk_range vgpu_batch_chunks(const vgpu_batch *batch, uint64_t a, uint64_t b, int is_line) {
  const uint64_t low = (a < b ? a : b) + (uint64_t)(int64_t)batch->low;
  const uint64_t high = (a < b ? b : a) + (uint64_t)(int64_t)batch->high + (is_line ? 63 : 3);
  return (vgpu_chunk_range){(uint32_t)(low >> 6), (uint32_t)((high >> 6) - (low >> 6) + 1)};
}

// 1 if nothing is wrong with a batch of which each half warp reads one address (or, `is_line`, neighbours). Changes nothing.
static __attribute__((noinline, unused)) int vgpu_batch_look_at(
  vgpu_warp *w, const vgpu_batch *batch, uint64_t a, uint64_t b, int is_line) {
  vgpu_batch_memo *memo = &w->memos[(batch->number + (uint32_t)(a >> 8)) & 7];
  if (VGPU_UNLIKELY(memo->batch != batch || memo->a != a || memo->b != b || memo->is_line != is_line)) {
    if (!vgpu_batch_is_sound(w, batch, a, b, is_line)) return 0;
    *memo = (vgpu_batch_memo){batch, a, b, is_line};
  }
  if (!VGPU_CHECK_RACES) return 1;
  if (!w->shared_chunks || w->has_acquired) return 0;
  const vgpu_chunk_range range = vgpu_batch_chunks(batch, a, b, is_line);
  if (range.count > VGPU_BATCH_CHUNKS) return 0;
  const vgpu_line16 lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  for (uint32_t i = 0; i < range.count; i += 16) {
    const vgpu_line16 written = vgpu_line16_at(w->shared_chunks + range.first + i);
    if (VGPU_ANY((written >= w->barrier_time) & (lanes + i < range.count))) return 0;
  }
  return 1;
}
VGPU_INLINE int vgpu_batch_look(vgpu_warp *w, const vgpu_batch *batch, vgpu_pattern p) {
  return vgpu_batch_look_at(w, batch, p.base[0], p.base[1], p.stride != 0);
}

// Counts a batch, and has its reads remembered.
static __attribute__((noinline, unused)) void vgpu_batch_note_at(
  vgpu_warp *w, const vgpu_batch *batch, uint64_t a, uint64_t b, int is_line) {
  if (VGPU_COUNT) {
    uint64_t *counts = w->batch_counts + 2 * batch->number;
    counts[0]++;
    counts[1] += vgpu_turns(a >> 2, b >> 2, is_line ? 16 : 1) - 1;
  }
  if (!VGPU_CHECK_RACES) return;
  vgpu_read_log *log = w->log;
  if (VGPU_UNLIKELY(log->count == log->capacity)) vgpu_make_room(w);
  log->reads[log->count++] =
    (vgpu_read){batch, (uint32_t)a, (uint32_t)b, w->index, (uint32_t)is_line, w->clock, w->warp_time};
  const vgpu_chunk_range range = vgpu_batch_chunks(batch, a, b, is_line);
  uint32_t *logged = w->shared_chunks + 4 * w->race_chunks + range.first;
  const vgpu_line16 lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  for (uint32_t i = 0; i < range.count; i += 16) {
    const vgpu_line16 old = vgpu_line16_at(logged + i), now = lanes + i < range.count ? (vgpu_line16)w->clock : old;
    memcpy(logged + i, &now, sizeof now);
  }
}
VGPU_INLINE void vgpu_batch_note(vgpu_warp *w, const vgpu_batch *batch, vgpu_pattern p) {
  vgpu_batch_note_at(w, batch, p.base[0], p.base[1], p.stride != 0);
}

#endif
