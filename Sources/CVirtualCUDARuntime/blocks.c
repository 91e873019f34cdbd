// Blocks of a launch: their memory, their warps, and running them until they end or only wait.
#include <stdio.h>
#include <sys/mman.h>

#include "vgpu_internal.h"

// MARK: Blocks

static vgpu_fiber *take_fiber(vgpu_worker *worker) {
  if (worker->idle_count) return worker->idle[--worker->idle_count];
  vgpu_fiber *fiber = aligned_alloc(128, (sizeof(vgpu_fiber) + 127) & ~127ull);
  if (!fiber) vgpu_die("out of memory for a warp");
  memset(fiber, 0, sizeof *fiber);
  fiber->stack = mmap(
    NULL, VGPU_STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (fiber->stack == MAP_FAILED) vgpu_die("out of memory for a warp's stack");
  mprotect(fiber->stack, 4096, PROT_NONE);
  return fiber;
}

static void give_fiber(vgpu_worker *worker, vgpu_fiber *fiber) {
  if (worker->idle_count == worker->idle_capacity) {
    worker->idle_capacity = worker->idle_capacity ? worker->idle_capacity * 2 : 64;
    worker->idle = realloc(worker->idle, worker->idle_capacity * sizeof *worker->idle);
    if (!worker->idle) vgpu_die("out of memory");
  }
  worker->idle[worker->idle_count++] = fiber;
}

static uint32_t warps_of(uint32_t threads) { return (threads + 31) / 32; }

vgpu_block *vgpu_start_block(vgpu_worker *worker, uint64_t linear) {
  vgpu_launch_state *launch = worker->launch;
  const vgpu_kernel *kernel = launch->kernel;
  vgpu_block *block = worker->spare_blocks;
  uint64_t shared = launch->shared_bytes;
  // Slack, so that a comparison of 16 chunks stays within.
  const uint64_t race_chunks = shared / 64 + 32;
  if (block) {
    worker->spare_blocks = block->next;
  } else {
    block = calloc(1, sizeof *block);
    if (!block) vgpu_die("out of memory for a block");
    // Slack, so that half a warp's vector access beside the end touches nothing else.
    block->shared = aligned_alloc(256, (shared + 4096 + 255) & ~255ull);
    block->local = launch->local_stride ? vgpu_map(launch->thread_count * (uint64_t)launch->local_stride + 4096) : NULL;
    if (vgpu_options.check_memory) {
      block->shared_state = aligned_alloc(256, (shared + 4096 + 255) & ~255ull);
      block->local_state =
        launch->local_stride ? vgpu_map(launch->thread_count * (uint64_t)launch->local_stride + 4096) : NULL;
    }
    if (vgpu_options.check_races) {
      // A time and a thread for each word.
      block->shared_writers = calloc(shared / 4 + 64, 8);
      block->shared_readers = calloc(shared / 4 + 64, 8);
      block->shared_chunks = calloc(race_chunks, 5 * 4);
      if (!block->shared_writers || !block->shared_readers || !block->shared_chunks) vgpu_die("out of memory for the history of shared memory");
    }
    if (!block->shared) vgpu_die("out of memory for shared memory");
  }
  vgpu_fill(block->shared, shared + 64);
  if (block->shared_state) memset(block->shared_state, 0, shared + 4096);
  if (block->local_state) memset(block->local_state, 0, launch->thread_count * (uint64_t)launch->local_stride);
  if (block->shared_writers) {
    memset(block->shared_writers, 0, (shared / 4 + 64) * 8);
    memset(block->shared_readers, 0, (shared / 4 + 64) * 8);
    memset(block->shared_chunks, 0, race_chunks * 5 * 4);
    block->log.count = 0;
  }
  block->next = NULL;
  block->launch = launch;
  block->linear = linear;
  block->worker = worker;
  block->thread_count = block->live_threads = launch->thread_count;
  block->warp_count = warps_of(launch->thread_count);
  block->time = 1;
  block->printed = 0;
  memset(block->barriers, 0, sizeof block->barriers);
  for (int i = 0; i < 16; i++) block->barriers[i].all = 1;
  vgpu_dim3 id = {
    (uint32_t)(linear % launch->grid.x), (uint32_t)(linear / launch->grid.x % launch->grid.y),
    (uint32_t)(linear / ((uint64_t)launch->grid.x * launch->grid.y))};
  block->id = id;
  for (uint32_t i = 0; i < block->warp_count; i++) {
    vgpu_fiber *fiber = take_fiber(worker);
    block->fibers[i] = fiber;
    vgpu_warp *w = &fiber->warp;
    memset(w, 0, sizeof *w);
    uint32_t first = i * 32, count = launch->thread_count - first < 32 ? launch->thread_count - first : 32;
    w->live = count == 32 ? 0xffffffffu : (1u << count) - 1;
    w->stop = &launch->stop;
    w->parameters = launch->parameters;
    w->shared = block->shared;
    w->shared_bytes = (uint32_t)shared;
    w->local_stride = launch->local_stride;
    w->local = block->local ? block->local + (uint64_t)first * launch->local_stride : NULL;
    w->local_state = block->local_state ? block->local_state + (uint64_t)first * launch->local_stride : NULL;
    w->shared_state = block->shared_state;
    w->shared_writers = block->shared_writers;
    w->shared_readers = block->shared_readers;
    w->race_words = shared / 4 + 64;
    w->shared_chunks = block->shared_chunks;
    w->race_chunks = race_chunks;
    w->log = &block->log;
    w->batch_counts = worker->batches;
    w->stack_low = fiber->stack + 4096;
    w->fuel = VGPU_FUEL;
    w->index = i;
    w->clock = w->barrier_time = w->warp_time = 1;
    vu32 thread = vgpu_lanes + first;
    w->tid_x = v_rem_u32(thread, (vu32)(launch->block.x));
    vu32 rest = v_div_u32(thread, (vu32)(launch->block.x));
    w->tid_y = v_rem_u32(rest, (vu32)(launch->block.y));
    w->tid_z = v_div_u32(rest, (vu32)(launch->block.y));
    w->ctaid = id;
    w->ntid = launch->block;
    w->nctaid = launch->grid;
    w->block = block;
    w->kernel = kernel;
    w->executions = worker->executions;
    w->lanes_executed = worker->lanes;
    w->site_counts = worker->sites;
    w->launch_serial = launch->first_serial;
    w->block_serial = launch->first_serial + (uint32_t)linear;
    w->is_lane_order_reversed = vgpu_options.random_schedule && (vgpu_random(&worker->random) & 1);
    w->grid_workspace = launch->grid_workspace;
    fiber->state = VGPU_READY;
    fiber->waiting_barrier = -1;
    fiber->waiting_site = UINT32_MAX;
    vgpu_prepare_fiber(fiber);
  }
  return block;
}

void vgpu_end_block(vgpu_worker *worker, vgpu_block *block) {
  for (uint32_t i = 0; i < block->warp_count; i++) give_fiber(worker, block->fibers[i]);
  vgpu_print_end_block(block);
  block->next = worker->spare_blocks;
  worker->spare_blocks = block;
}

// Runs a warp, and those that it passes on to, until one comes back; returns that one.
vgpu_fiber *vgpu_resume(vgpu_worker *worker, vgpu_fiber *fiber) {
  worker->running = fiber;
  fiber->state = VGPU_RUNNING;
  vgpu_switch(&worker->scheduler, fiber->stack_pointer);
  fiber = worker->running;
  worker->running = NULL;
  return fiber;
}


// Runs the warps of a block until it ends, or until all that can still run only wait for something outside.
int vgpu_run_block(vgpu_worker *worker, vgpu_block *block) {
  uint32_t order[32];
  for (uint32_t i = 0; i < block->warp_count; i++) order[i] = i;
  for (;;) {
    int ran = 0, done = 0, spun = 0;
    if (vgpu_options.random_schedule)
      for (uint32_t i = block->warp_count; i > 1; i--) {
        uint32_t j = (uint32_t)(vgpu_random(&worker->random) % i), t = order[i - 1];
        order[i - 1] = order[j];
        order[j] = t;
      }
    for (uint32_t i = 0; i < block->warp_count; i++) {
      vgpu_fiber *fiber = block->fibers[order[i]];
      if (fiber->state == VGPU_YIELDED || vgpu_is_ready(block, fiber)) {
        // The warp that comes back may be another one: they pass on to each other.
        vgpu_fiber *last = vgpu_resume(worker, fiber);
        if (last->state == VGPU_ABORTED) return BLOCK_ABORTED;
        if (last->state == VGPU_YIELDED && last == fiber) spun++;
        else ran++;
      }
    }
    for (uint32_t i = 0; i < block->warp_count; i++) done += block->fibers[i]->state == VGPU_DONE;
    if ((uint32_t)done == block->warp_count) return BLOCK_ENDED;
    if (!ran) return spun ? BLOCK_SPINS : BLOCK_STUCK;
    if (block->launch->stop && !spun && !ran) return BLOCK_ABORTED;
  }
}

// No warp can run and no barrier will open: somebody is missing.
void vgpu_report_stuck(vgpu_block *block) {
  for (int id = 0; id < 16; id++) {
    vgpu_barrier *barrier = &block->barriers[id];
    if (!barrier->arrived) continue;
    vgpu_fiber *waiting = NULL, *missing = NULL;
    for (uint32_t i = 0; i < block->warp_count; i++) {
      vgpu_fiber *fiber = block->fibers[i];
      if (fiber->state != VGPU_BLOCKED) continue;
      if (fiber->waiting_barrier == id && !waiting) waiting = fiber;
      if (fiber->waiting_barrier != id && !missing) missing = fiber;
    }
    if (!waiting) waiting = block->fibers[0];
    char text[256];
    snprintf(
      text, sizeof text, "%u of %u threads wait at barrier %d, and the others never come.", barrier->arrived,
      barrier->expected ? barrier->expected : block->live_threads, id);
    vgpu_report_finding_pair(
      &waiting->warp, "missed-barrier", waiting->waiting_site, waiting->warp.live, "barrier", text,
      missing ? &missing->warp : NULL, missing ? missing->waiting_site : UINT32_MAX);
    return;
  }
}
