// What orders accesses beyond barriers: fences, releases and acquires.
//
// A fence ends a stretch of its warp's accesses: they are fenced. An atomic or volatile store by the same warp releases them,
// and so does one by another warp of the block behind a barrier; a fence behind the barrier fences what all of the block did
// before it. A release takes a number from a clock that all blocks share. An atomic or volatile load acquires everything that
// was released until then, whatever it reads: no pattern of flags is called a race that might not be one. What a warp
// acquires holds for the warp at once, and for the block behind the next barrier.
#include <sys/mman.h>

#include "race_order.h"

#define MAX_RELEASES 64

typedef struct {
  uint32_t clock;
  // What the warp did up to this time; or with `is_block` what the block's threads did before it, as far as their own
  // fences reach, or all of it. A release is itself acquired with what it releases: its own time.
  uint32_t time, own_time;
  uint8_t warp, is_block, is_all, level;
} release;

// One for each block of the launch that fences or acquires.
typedef struct {
  uint32_t warp_count, count, capacity;
  release *releases;
  // Releases that found no more room: times up to this one count as released at the clock of the first of them.
  uint32_t lost_time, lost_clock;
  uint32_t acquired, acquired_lately, lately;
  // By level (0 within the block, 1 the GPU): the barrier of the last release for the block, whether it was for all.
  uint32_t block_time[2];
  uint8_t block_all[2], has_fence[2];
  // By level and warp: the time of the last fence, and of the last one that was released.
  uint32_t times[];
} history;

static history **histories;
static uint64_t history_bytes;
static uint32_t current_launch;

static uint32_t *fence_of(history *h, int level, uint32_t warp) { return &h->times[(uint32_t)level * h->warp_count + warp]; }
static uint32_t *released_of(history *h, int level, uint32_t warp) {
  return &h->times[(uint32_t)(2 + level) * h->warp_count + warp];
}

// The histories of this launch, in order of their making, to be freed.
static history **made;
static uint64_t made_count, made_capacity;

void vgpu_order_begin(const vgpu_warp *w) {
  if (w->launch_serial == current_launch) return;
  current_launch = w->launch_serial;
  vgpu_races.clock = 0;
  for (uint64_t i = 0; i < made_count; i++) free(made[i]->releases), free(made[i]);
  made_count = 0;
  if (histories) munmap(histories, history_bytes);
  histories = NULL;
}

static history *find(uint32_t serial) {
  uint64_t i = serial - current_launch;
  return histories && i < history_bytes / sizeof *histories ? histories[i] : NULL;
}

static history *own(vgpu_warp *w) {
  vgpu_order_begin(w);
  if (!histories) {
    uint64_t blocks = w->block->launch->block_total;
    history_bytes = (blocks < UINT32_MAX ? blocks : UINT32_MAX) * sizeof *histories;
    histories = vgpu_map(history_bytes);
  }
  uint64_t i = w->block_serial - current_launch;
  if (i >= history_bytes / sizeof *histories) return NULL;
  if (histories[i]) return histories[i];
  if (made_count == made_capacity) {
    made_capacity = made_capacity ? made_capacity * 2 : 256;
    made = realloc(made, made_capacity * sizeof *made);
    if (!made) vgpu_die("out of memory for the order of accesses");
  }
  uint32_t warps = w->block->warp_count;
  history *h = calloc(1, sizeof *h + 4 * warps * sizeof(uint32_t));
  if (!h) vgpu_die("out of memory for the order of accesses");
  h->warp_count = warps;
  made[made_count++] = histories[i] = h;
  return h;
}

void vgpu_race_fence(vgpu_warp *w, uint32_t lanes, int scope) {
  if (!vgpu_options.check_races || !lanes) return;
  history *h = own(w);
  if (!h) return;
  for (int level = 0; level <= (scope > 0); level++) {
    *fence_of(h, level, w->index) = w->clock;
    h->has_fence[level] = 1;
  }
  // What comes after the fence has a later time.
  w->clock = ++w->block->time;
}

static void add(history *h, release r) {
  r.clock = ++vgpu_races.clock;
  if (h->count == MAX_RELEASES) {
    // The oldest make room.
    for (uint32_t i = 0; i < MAX_RELEASES / 2; i++) {
      if (h->releases[i].time > h->lost_time) h->lost_time = h->releases[i].time;
      if (!h->lost_clock) h->lost_clock = h->releases[i].clock;
    }
    h->count -= MAX_RELEASES / 2;
    memmove(h->releases, h->releases + MAX_RELEASES / 2, h->count * sizeof *h->releases);
  }
  if (h->count == h->capacity) {
    h->capacity = h->capacity ? h->capacity * 2 : 4;
    h->releases = realloc(h->releases, h->capacity * sizeof *h->releases);
    if (!h->releases) vgpu_die("out of memory for the order of accesses");
  }
  h->releases[h->count++] = r;
}

void vgpu_order_release(vgpu_warp *w) {
  vgpu_order_begin(w);
  history *h = find(w->block_serial);
  if (!h) return;
  for (uint32_t i = h->count; i-- > 0;)
    if (!h->releases[i].is_block && h->releases[i].warp == w->index) {
      h->releases[i].own_time = w->clock;
      break;
    }
  for (int level = 1; level >= 0; level--) {
    if (!h->has_fence[level]) continue;
    uint32_t fence = *fence_of(h, level, w->index), *released = released_of(h, level, w->index);
    // A fence for the whole GPU is one for the block as well.
    int is_same = level == 0 && h->has_fence[1] && fence == *fence_of(h, 1, w->index);
    if (fence > *released && !is_same)
      add(h, (release){.time = fence, .own_time = w->clock, .warp = (uint8_t)w->index, .level = (uint8_t)level});
    *released = fence;
    if (w->barrier_time <= 1) continue;
    int is_all = fence >= w->barrier_time;
    if (w->barrier_time > h->block_time[level] || (is_all && !h->block_all[level])) {
      h->block_time[level] = w->barrier_time;
      h->block_all[level] = (uint8_t)is_all;
      if (!is_same || !is_all)
        add(h, (release){.time = w->barrier_time, .is_block = 1, .is_all = (uint8_t)is_all, .level = (uint8_t)level});
    }
  }
}

static void settle(vgpu_warp *w, history *h) {
  if (h->lately >= w->barrier_time) return;
  if (h->acquired_lately > h->acquired) h->acquired = h->acquired_lately;
}

void vgpu_order_acquire(vgpu_warp *w) {
  vgpu_order_begin(w);
  if (!vgpu_races.clock) return;
  // What was read before was read without.
  if (w->log->count) vgpu_settle_reads(w);
  w->acquired = vgpu_races.clock;
  if (!w->has_acquired)
    for (uint32_t i = 0; i < w->block->warp_count; i++) w->block->fibers[i]->warp.has_acquired = 1;
  history *h = own(w);
  if (!h) return;
  settle(w, h);
  h->acquired_lately = vgpu_races.clock;
  h->lately = w->clock;
}

static uint32_t acquired_by(vgpu_warp *w) {
  uint32_t acquired = w->acquired;
  history *h = find(w->block_serial);
  if (h) {
    settle(w, h);
    if (h->acquired > acquired) acquired = h->acquired;
  }
  return acquired;
}

int vgpu_order_is_released(vgpu_warp *w, uint32_t block_serial, uint32_t warp, uint32_t time, int is_strong) {
  if (!w->has_acquired) return 0;
  history *h = find(block_serial);
  if (!h || warp >= h->warp_count) return 0;
  uint32_t acquired = acquired_by(w);
  if (h->lost_clock && time <= h->lost_time && acquired >= h->lost_clock) return 1;
  for (uint32_t i = 0; i < h->count; i++) {
    const release *r = &h->releases[i];
    if (r->clock > acquired || (r->level == 0 && block_serial != w->block_serial)) continue;
    if (r->is_block ? time < r->time && (r->is_all || time <= *fence_of(h, r->level, warp))
                    : r->warp == warp && time <= (is_strong ? r->own_time : r->time))
      return 1;
  }
  return 0;
}
