// Counters of memory accesses, lane by lane: sectors of global memory and turns of shared memory's banks.
#include "vgpu_internal.h"

// How many different numbers the lanes of the mask have.
static uint32_t different(uint32_t mask, vu32 numbers) {
  uint32_t count = 0, each[32];
  memcpy(each, &numbers, sizeof each);
  while (mask) {
    mask &= ~VGPU_MASK(numbers == each[__builtin_ctz(mask)]);
    count++;
  }
  return count;
}

static vu32 parts(const uint64_t *addresses, uint32_t shift) {
  vu64 a;
  memcpy(&a, addresses, sizeof a);
  return __builtin_convertvector(a >> shift, vu32);
}

static void count_global(vgpu_site_counts *c, uint32_t mask, const uint64_t *addresses, uint32_t bytes) {
  uint32_t shift = (uint32_t)__builtin_ctz(bytes), lanes = (uint32_t)__builtin_popcount(mask);
  uint32_t sectors = different(mask, parts(addresses, 5));
  uint32_t places = sectors == lanes ? lanes : different(mask, parts(addresses, shift));
  c->sectors += sectors;
  c->ideal_sectors += ((uint64_t)places * bytes + 31) / 32;
}

static void count_shared(vgpu_site_counts *c, uint32_t mask, const uint64_t *addresses, uint32_t bytes) {
  // Wide accesses go in phases, each of which fills the 32 banks once.
  uint32_t unit = bytes < 4 ? 4 : bytes, slots = 128 / unit, lanes = slots;
  vu32 places = parts(addresses, (uint32_t)__builtin_ctz(unit));
  uint32_t each[32];
  memcpy(each, &places, sizeof each);
  for (uint32_t first = 0; first < 32; first += lanes) {
    uint32_t part = mask & (lanes == 32 ? 0xffffffffu : ((1u << lanes) - 1) << first), most = 0;
    if (!part) continue;
    uint8_t banks[32] = {0};
    while (part) {
      uint32_t place = each[__builtin_ctz(part)], turns = ++banks[place & (slots - 1)];
      if (turns > most) most = turns;
      part &= ~VGPU_MASK(places == place);
    }
    c->wavefronts += most;
    c->ideal_wavefronts++;
  }
}

void vgpu_count_access(
  vgpu_warp *w, uint32_t site, uint32_t mask, const uint64_t *addresses, uint32_t bytes, int space) {
  if (site >= w->kernel->site_count || !mask || (bytes & (bytes - 1)) || bytes > 32) return;
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
