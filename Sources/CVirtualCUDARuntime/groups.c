// Divergence within a warp: which group of lanes runs next.
//
// Blocks of a kernel are numbered so that running the lowest number first brings lanes together where their paths meet
// (thread frontiers; Diamos et al., MICRO 2011). As on Volta and later no group starves: one that has gone round a loop
// long while others wait gives way, and runs apart until the other has had its turn.
#include "vgpu_internal.h"

enum { WAITS_NOT, WAITS_LANES, WAITS_BARRIER, WAITS_ALL };

static void find_lowest(vgpu_groups *g) {
  uint32_t lowest = UINT32_MAX;
  if (!g->is_free_running)
    for (uint32_t i = 0; i < g->count; i++)
      if (g->waiting[i] == WAITS_NOT && g->block[i] < lowest) lowest = g->block[i];
  g->lowest = lowest;
}

static void remove_at(vgpu_groups *g, uint32_t i) {
  uint32_t last = --g->count;
  g->block[i] = g->block[last];
  g->mask[i] = g->mask[last];
  g->waiting[i] = g->waiting[last];
  g->barrier[i] = g->barrier[last];
  g->generation[i] = g->generation[last];
  g->age[i] = g->age[last];
}

static void put(vgpu_groups *g, uint32_t block, uint32_t mask, int waiting, uint32_t barrier, uint32_t generation) {
  for (uint32_t i = 0; i < g->count; i++)
    if (g->block[i] == block && g->waiting[i] == waiting && waiting != WAITS_BARRIER) {
      g->mask[i] |= mask;
      return;
    }
  uint32_t i = g->count++;
  g->block[i] = block;
  g->mask[i] = mask;
  g->waiting[i] = (uint8_t)waiting;
  g->barrier[i] = (uint8_t)barrier;
  g->generation[i] = generation;
  g->age[i] = 0;
}

void vgpu_groups_add(vgpu_groups *g, uint32_t block, uint32_t mask) {
  put(g, block, mask, WAITS_NOT, 0, 0);
  find_lowest(g);
}

// Takes the i-th group and all that stand at the same block and can run.
static uint32_t take_at(vgpu_groups *g, uint32_t i, uint32_t *mask) {
  uint32_t block = g->block[i];
  *mask = g->mask[i];
  remove_at(g, i);
  for (uint32_t k = 0; k < g->count;) {
    if (g->block[k] == block && g->waiting[k] == WAITS_NOT) {
      *mask |= g->mask[k];
      remove_at(g, k);
    } else {
      k++;
    }
  }
  find_lowest(g);
  return block;
}

uint32_t vgpu_groups_take(vgpu_warp *w, vgpu_groups *g, uint32_t *mask, uint32_t site) {
  g->is_free_running = 0;
  for (;;) {
    uint32_t best = UINT32_MAX, gathering = UINT32_MAX;
    for (uint32_t i = 0; i < g->count; i++) {
      if (g->waiting[i] == WAITS_BARRIER && vgpu_barrier_is_open(w, g->barrier[i], g->generation[i]))
        g->waiting[i] = WAITS_NOT;
      if (g->waiting[i] == WAITS_NOT && (best == UINT32_MAX || g->block[i] < g->block[best])) best = i;
      if (g->waiting[i] == WAITS_LANES && gathering == UINT32_MAX) gathering = i;
    }
    if (best != UINT32_MAX) return take_at(g, best, mask);
    if (gathering != UINT32_MAX) {
      // The lanes that the mask names do not come: it goes on with those that are there.
      g->waiting[gathering] = WAITS_NOT;
      uint32_t block = take_at(g, gathering, mask);
      g->is_free_running = 2;
      vgpu_report_finding_simple(
        w, "divergent-barrier", site, *mask, "sync",
        "The mask of a .sync instruction names lanes that do not execute it.");
      return block;
    }
    if (g->count == 1 && g->waiting[0] == WAITS_ALL) {
      g->waiting[0] = WAITS_NOT;
      return take_at(g, 0, mask);
    }
    for (uint32_t i = 0; i < g->count; i++)
      if (g->waiting[i] == WAITS_BARRIER) vgpu_fiber_of(w)->waiting_barrier = g->barrier[i];
    vgpu_block_warp(w, site);
    vgpu_fiber_of(w)->waiting_barrier = -1;
  }
}

uint32_t vgpu_groups_arrive(vgpu_warp *w, vgpu_groups *g, uint32_t block, uint32_t *mask) {
  (void)w;
  uint32_t lowest = g->lowest;
  put(g, block, *mask, WAITS_NOT, 0, 0);
  if (block < lowest) lowest = block;
  for (uint32_t i = 0; i < g->count; i++)
    if (g->block[i] == lowest && g->waiting[i] == WAITS_NOT) return take_at(g, i, mask);
  __builtin_unreachable();
}

uint32_t vgpu_groups_meet(vgpu_warp *w, vgpu_groups *g, uint32_t block, uint32_t *mask, uint32_t site) {
  for (uint32_t k = 0; k < g->count;) {
    if (g->block[k] == block && g->waiting[k] != WAITS_BARRIER) {
      *mask |= g->mask[k];
      remove_at(g, k);
    } else {
      k++;
    }
  }
  if (g->count == 0) {
    find_lowest(g);
    return block;
  }
  put(g, block, *mask, WAITS_ALL, 0, 0);
  return vgpu_groups_take(w, g, mask, site);
}

uint32_t vgpu_groups_gather(
  vgpu_warp *w, vgpu_groups *g, uint32_t block, uint32_t *mask, uint32_t members, uint32_t site) {
  for (uint32_t k = 0; k < g->count;) {
    if (g->block[k] == block && g->waiting[k] != WAITS_BARRIER) {
      *mask |= g->mask[k];
      remove_at(g, k);
    } else {
      k++;
    }
  }
  if (g->is_free_running == 2) {
    g->is_free_running = 0;
    find_lowest(g);
    return block;
  }
  uint32_t elsewhere = 0;
  for (uint32_t i = 0; i < g->count; i++) elsewhere |= g->mask[i];
  if (!(elsewhere & members & ~*mask)) {
    find_lowest(g);
    return block;
  }
  put(g, block, *mask, WAITS_LANES, 0, 0);
  return vgpu_groups_take(w, g, mask, site);
}

uint32_t vgpu_groups_barrier(
  vgpu_warp *w, vgpu_groups *g, uint32_t next, uint32_t *mask, uint32_t id, uint32_t threads, uint32_t site) {
  uint32_t generation = vgpu_barrier_enter(w, id, threads, *mask, site);
  if (vgpu_barrier_is_open(w, id, generation)) return next;
  put(g, next, *mask, WAITS_BARRIER, id & 15, generation);
  return vgpu_groups_take(w, g, mask, site);
}

uint32_t vgpu_groups_rotate(vgpu_warp *w, vgpu_groups *g, uint32_t block, uint32_t *mask) {
  uint32_t oldest = UINT32_MAX;
  for (uint32_t i = 0; i < g->count; i++) {
    if (g->waiting[i] == WAITS_BARRIER && vgpu_barrier_is_open(w, g->barrier[i], g->generation[i]))
      g->waiting[i] = WAITS_NOT;
    if (g->waiting[i] != WAITS_NOT) continue;
    g->age[i]++;
    if (oldest == UINT32_MAX || g->age[i] > g->age[oldest]) oldest = i;
  }
  if (oldest == UINT32_MAX) {
    vgpu_yield(w);
    return block;
  }
  uint32_t taken = g->block[oldest], taken_mask = g->mask[oldest];
  remove_at(g, oldest);
  put(g, block, *mask, WAITS_NOT, 0, 0);
  *mask = taken_mask;
  g->is_free_running = 1;
  find_lowest(g);
  // Others of the block and of the grid get their turn too.
  vgpu_yield(w);
  return taken;
}
