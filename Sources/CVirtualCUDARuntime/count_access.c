// Counters of memory accesses, lane by lane: sectors of global memory and turns of shared memory's banks.
#include "vgpu_internal.h"

// A set of numbers that forgets all of them at once.
typedef struct {
  uint64_t number[256];
  uint32_t round[256], now;
} number_set;

static void empty(number_set *set) {
  if (++set->now == 0) {
    memset(set->round, 0, sizeof set->round);
    set->now = 1;
  }
}

// 1 if the number was not in it; at most 200 numbers go in.
static uint32_t add(number_set *set, uint64_t number) {
  uint32_t i = (uint32_t)(number * 0x9e3779b97f4a7c15ull >> 56);
  while (set->round[i] == set->now) {
    if (set->number[i] == number) return 0;
    i = (i + 1) & 255;
  }
  set->round[i] = set->now;
  set->number[i] = number;
  return 1;
}

static __thread number_set seen;

static void count_global(vgpu_site_counts *c, uint32_t mask, const uint64_t *addresses, uint32_t bytes) {
  uint32_t sectors = 0, places = 0;
  uint64_t last = UINT64_MAX;
  empty(&seen);
  for (uint32_t m = mask; m; m &= m - 1) {
    uint64_t a = addresses[__builtin_ctz(m)];
    for (uint64_t sector = a >> 5; sector <= (a + bytes - 1) >> 5; sector++) {
      if (sector != last) sectors += add(&seen, sector);
      last = sector;
    }
  }
  empty(&seen);
  last = ~addresses[__builtin_ctz(mask)];
  for (uint32_t m = mask; m; m &= m - 1) {
    uint64_t a = addresses[__builtin_ctz(m)];
    if (a != last) places += add(&seen, a);
    last = a;
  }
  c->sectors += sectors;
  c->ideal_sectors += ((uint64_t)places * bytes + 31) / 32;
}

static void count_shared(vgpu_site_counts *c, uint32_t mask, const uint64_t *addresses, uint32_t bytes) {
  uint32_t phases = bytes <= 4 ? 1 : bytes <= 8 ? 2 : 4, lanes = 32 / phases;
  for (uint32_t phase = 0; phase < phases; phase++) {
    uint32_t part = mask & (lanes == 32 ? 0xffffffffu : ((1u << lanes) - 1) << phase * lanes);
    if (!part) continue;
    uint8_t banks[32] = {0};
    uint32_t most = 0;
    empty(&seen);
    for (uint32_t m = part; m; m &= m - 1) {
      uint64_t a = addresses[__builtin_ctz(m)];
      for (uint64_t word = a >> 2; word <= (a + bytes - 1) >> 2; word++) {
        if (!add(&seen, word)) continue;
        uint32_t words = ++banks[word & 31];
        if (words > most) most = words;
      }
    }
    c->wavefronts += most;
    c->ideal_wavefronts++;
  }
}

void vgpu_count_access(
  vgpu_warp *w, uint32_t site, uint32_t mask, const uint64_t *addresses, uint32_t bytes, int space) {
  if (site >= w->kernel->site_count || !mask) return;
  vgpu_site_counts *c = &w->site_counts[site];
  c->requests++;
  c->lanes += (uint32_t)__builtin_popcount(mask);
  uint64_t shared = (uint64_t)(uintptr_t)w->shared, arena = (uint64_t)(uintptr_t)vgpu_arena;
  uint64_t arena_size = (uint64_t)(vgpu_arena_end - vgpu_arena);
  uint32_t in_shared = 0, in_global = 0;
  if (space == VGPU_SHARED) in_shared = mask;
  if (space == VGPU_GLOBAL) in_global = mask;
  if (space == VGPU_GENERIC)
    for (uint32_t m = mask; m; m &= m - 1) {
      int i = __builtin_ctz(m);
      if (addresses[i] - shared < w->shared_bytes) in_shared |= 1u << i;
      else if (addresses[i] - arena < arena_size) in_global |= 1u << i;
    }
  if (in_global) count_global(c, in_global, addresses, bytes);
  if (in_shared) count_shared(c, in_shared, addresses, bytes);
}
