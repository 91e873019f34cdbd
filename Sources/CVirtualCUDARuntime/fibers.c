// The warps of a block: each on a stack of its own, switched where they wait for each other.
#include "vgpu_internal.h"

// MARK: Switching between stacks

// Saves what the calling convention asks a function to keep, and goes on with another stack.
void vgpu_switch(void **save, void *load);
#if defined(__x86_64__)
__asm__(
  ".text\n.globl vgpu_switch\n.type vgpu_switch,@function\nvgpu_switch:\n"
  "  pushq %rbp\n  pushq %rbx\n  pushq %r12\n  pushq %r13\n  pushq %r14\n  pushq %r15\n"
  "  movq %rsp, (%rdi)\n  movq %rsi, %rsp\n"
  "  popq %r15\n  popq %r14\n  popq %r13\n  popq %r12\n  popq %rbx\n  popq %rbp\n"
  // Not a return: the processor would predict the address of another stack.
  "  popq %rcx\n  jmpq *%rcx\n"
  ".size vgpu_switch,.-vgpu_switch\n");
#elif defined(__aarch64__)
__asm__(
  ".text\n.globl vgpu_switch\n.type vgpu_switch,%function\nvgpu_switch:\n"
  "  sub sp, sp, #176\n"
  "  stp x19, x20, [sp]\n  stp x21, x22, [sp, #16]\n  stp x23, x24, [sp, #32]\n  stp x25, x26, [sp, #48]\n"
  "  stp x27, x28, [sp, #64]\n  stp x29, x30, [sp, #80]\n  stp d8, d9, [sp, #96]\n  stp d10, d11, [sp, #112]\n"
  "  stp d12, d13, [sp, #128]\n  stp d14, d15, [sp, #144]\n"
  "  mov x9, sp\n  str x9, [x0]\n  mov sp, x1\n"
  "  ldp x19, x20, [sp]\n  ldp x21, x22, [sp, #16]\n  ldp x23, x24, [sp, #32]\n  ldp x25, x26, [sp, #48]\n"
  "  ldp x27, x28, [sp, #64]\n  ldp x29, x30, [sp, #80]\n  ldp d8, d9, [sp, #96]\n  ldp d10, d11, [sp, #112]\n"
  "  ldp d12, d13, [sp, #128]\n  ldp d14, d15, [sp, #144]\n"
  "  add sp, sp, #176\n  ret\n"
  ".size vgpu_switch,.-vgpu_switch\n");
#else
#error "The virtual GPU runs on x86-64 and arm64."
#endif

__thread vgpu_worker *vgpu_current_worker;

static void warp_main(void) {
  vgpu_fiber *fiber = vgpu_current_worker->running;
  fiber->warp.kernel->entry(&fiber->warp);
  if (fiber->warp.live) vgpu_lanes_exit(&fiber->warp, fiber->warp.live);
  fiber->state = VGPU_DONE;
  vgpu_switch(&fiber->stack_pointer, vgpu_current_worker->scheduler);
  __builtin_unreachable();
}

void vgpu_prepare_fiber(vgpu_fiber *fiber) {
  uint64_t *top = (uint64_t *)(fiber->stack + VGPU_STACK_BYTES);
#if defined(__x86_64__)
  // Six registers, the entry, and a return address that nobody uses: the entry sees the stack as after a call.
  top -= 2;
  top[0] = 0;
  *--top = (uint64_t)(uintptr_t)warp_main;
  for (int i = 0; i < 6; i++) *--top = 0;
#else
  top -= 22;
  memset(top, 0, 176);
  top[11] = (uint64_t)(uintptr_t)warp_main;
#endif
  fiber->stack_pointer = top;
}

static void leave(vgpu_warp *w, int state) {
  vgpu_fiber *fiber = vgpu_fiber_of(w);
  fiber->state = state;
  vgpu_switch(&fiber->stack_pointer, w->block->worker->scheduler);
}


// Leaves for the next warp of the block that can run, without a detour, or for the scheduler if there is none.
static void pass_on(vgpu_warp *w, int state) {
  vgpu_block *block = w->block;
  vgpu_fiber *fiber = vgpu_fiber_of(w);
  fiber->state = state;
  if (!vgpu_options.random_schedule) {
    uint32_t count = block->warp_count;
    for (uint32_t k = 1, i = w->index + 1; k < count; k++, i++) {
      if (i >= count) i -= count;
      vgpu_fiber *next = block->fibers[i];
      if (!vgpu_is_ready(block, next)) continue;
      block->worker->running = next;
      next->state = VGPU_RUNNING;
      vgpu_switch(&fiber->stack_pointer, next->stack_pointer);
      return;
    }
  }
  vgpu_switch(&fiber->stack_pointer, block->worker->scheduler);
}

void vgpu_yield(vgpu_warp *w) { leave(w, VGPU_YIELDED); }

void vgpu_block_warp(vgpu_warp *w, uint32_t site) {
  vgpu_fiber_of(w)->waiting_site = site;
  leave(w, VGPU_BLOCKED);
}

void vgpu_abort(vgpu_warp *w, int error) {
  vgpu_launch_state *launch = w->block->launch;
  int none = 0;
  __atomic_compare_exchange_n(&launch->error, &none, error, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  launch->stop = 1;
  for (;;) leave(w, VGPU_ABORTED);
}

void vgpu_stopped(vgpu_warp *w, uint32_t site) {
  vgpu_launch_state *launch = w->block->launch;
  if (launch->is_out_of_time && !__atomic_exchange_n(&launch->is_time_reported, 1, __ATOMIC_SEQ_CST))
    vgpu_report_finding_simple(
      w, "time-exceeded", site, w->live, "loop", "The kernel was still running when its time was up.");
  vgpu_abort(w, launch->is_out_of_time ? 702 : 719);
}

void vgpu_stack_overflow(vgpu_warp *w, uint32_t site) {
  vgpu_report_finding_simple(w, "stack-overflow", site, w->live, "call", "Calls nest deeper than the stack allows.");
  vgpu_abort(w, 719);
}

void vgpu_trap(vgpu_warp *w, uint32_t site, uint32_t lanes) {
  vgpu_report_finding_simple(w, "trap", site, lanes, "trap", "The kernel executed a trap.");
  vgpu_abort(w, 719);
}

// MARK: Barriers

static void open_barrier(vgpu_block *block, vgpu_barrier *barrier) {
  barrier->last_count = barrier->count;
  barrier->last_all = barrier->all;
  barrier->last_any = barrier->any;
  barrier->arrived = barrier->count = barrier->any = 0;
  barrier->all = 1;
  barrier->expected = 0;
  barrier->generation++;
  block->time++;
  // Everything before is in order with everything after.
  block->log.count = 0;
  if (vgpu_options.check_races)
    for (uint32_t i = 0; i < block->warp_count; i++) {
      vgpu_warp *w = &block->fibers[i]->warp;
      w->barrier_time = w->warp_time = w->clock = block->time;
    }
}

static void settle_barrier(vgpu_block *block, vgpu_barrier *barrier) {
  if (barrier->arrived == 0) return;
  // Without a number of threads the whole block is meant; threads that have ended count as arrived.
  uint32_t needed = barrier->expected ? barrier->expected : block->live_threads;
  if (barrier->arrived >= needed) open_barrier(block, barrier);
}

uint32_t vgpu_barrier_enter(vgpu_warp *w, uint32_t id, uint32_t threads, uint32_t lanes, uint32_t site) {
  vgpu_barrier *barrier = &w->block->barriers[id & 15];
  uint32_t generation = barrier->generation;
  if (!barrier->arrived) {
    barrier->first_site = site;
    barrier->first_warp = w->index;
  } else if (!threads && !barrier->expected && vgpu_report_is_elsewhere(w->kernel, site, barrier->first_site)) {
    // The hardware takes them together, but to the language each barrier is missed by those who stand at the other.
    vgpu_report_finding_pair(
      w, "missed-barrier", site, lanes, "barrier",
      "Threads of one block wait at different barriers: each is missed by those who wait at the other.",
      &w->block->fibers[barrier->first_warp]->warp, barrier->first_site);
  }
  if (threads && threads < w->block->thread_count) barrier->expected = threads;
  barrier->arrived += (uint32_t)__builtin_popcount(lanes);
  settle_barrier(w->block, barrier);
  return generation;
}

int vgpu_barrier_is_open(vgpu_warp *w, uint32_t id, uint32_t generation) {
  return w->block->barriers[id & 15].generation != generation;
}

void vgpu_barrier_wait(vgpu_warp *w, uint32_t id, uint32_t threads, uint32_t lanes, uint32_t site) {
  // With a count, a warp's threads arrive together, the ended ones included: hardware counts warps there.
  if (threads) lanes = 0xffffffffu;
  uint32_t generation = vgpu_barrier_enter(w, id, threads, lanes, site);
  vgpu_fiber *fiber = vgpu_fiber_of(w);
  while (!vgpu_barrier_is_open(w, id, generation)) {
    fiber->waiting_barrier = (int)(id & 15);
    fiber->waiting_generation = generation;
    fiber->waiting_site = site;
    pass_on(w, VGPU_BLOCKED);
  }
  fiber->waiting_barrier = -1;
}

void vgpu_barrier_arrive(vgpu_warp *w, uint32_t id, uint32_t threads, uint32_t lanes, uint32_t site) {
  vgpu_barrier_enter(w, id, threads, threads ? 0xffffffffu : lanes, site);
}

void vgpu_barrier_contribute(vgpu_warp *w, uint32_t id, uint32_t lanes, uint32_t predicate) {
  vgpu_barrier *barrier = &w->block->barriers[id & 15];
  barrier->count += (uint32_t)__builtin_popcount(predicate & lanes);
  barrier->any |= (predicate & lanes) != 0;
  barrier->all &= (predicate & lanes) == lanes;
}

uint32_t vgpu_barrier_result(vgpu_warp *w, uint32_t id, int kind) {
  vgpu_barrier *barrier = &w->block->barriers[id & 15];
  return kind == 0 ? barrier->last_count : kind == 1 ? barrier->last_all : barrier->last_any;
}

void vgpu_lanes_exit(vgpu_warp *w, uint32_t lanes) {
  lanes &= w->live;
  w->live &= ~lanes;
  vgpu_block *block = w->block;
  block->live_threads -= (uint32_t)__builtin_popcount(lanes);
  for (int i = 0; i < 16; i++)
    if (block->barriers[i].arrived) settle_barrier(block, &block->barriers[i]);
}

void vgpu_warp_sync(vgpu_warp *w) { w->warp_time = w->clock = ++w->block->time; }
