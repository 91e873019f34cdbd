// Runs a launch: blocks on the machine's cores, each warp of a block on a stack of its own, switched at barriers.
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

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

static __thread vgpu_worker *current_worker;

static void warp_main(void) {
  vgpu_fiber *fiber = current_worker->running;
  fiber->warp.kernel->entry(&fiber->warp);
  if (fiber->warp.live) vgpu_lanes_exit(&fiber->warp, fiber->warp.live);
  fiber->state = VGPU_DONE;
  vgpu_switch(&fiber->stack_pointer, current_worker->scheduler);
  __builtin_unreachable();
}

static void prepare_fiber(vgpu_fiber *fiber) {
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

// True if a warp that waits at a barrier may go on, or never waited.
static inline int is_ready(const vgpu_block *block, const vgpu_fiber *fiber) {
  if (fiber->state == VGPU_READY) return 1;
  return fiber->state == VGPU_BLOCKED && fiber->waiting_barrier >= 0
    && block->barriers[fiber->waiting_barrier].generation != fiber->waiting_generation;
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
      if (!is_ready(block, next)) continue;
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

static vgpu_block *start_block(vgpu_worker *worker, uint64_t linear) {
  vgpu_launch_state *launch = worker->launch;
  const vgpu_kernel *kernel = launch->kernel;
  vgpu_block *block = worker->spare_blocks;
  uint64_t shared = launch->shared_bytes;
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
      if (!block->shared_writers || !block->shared_readers) vgpu_die("out of memory for the history of shared memory");
    }
    if (!block->shared) vgpu_die("out of memory for shared memory");
  }
  vgpu_fill(block->shared, shared + 64);
  if (block->shared_state) memset(block->shared_state, 0, shared + 4096);
  if (block->local_state) memset(block->local_state, 0, launch->thread_count * (uint64_t)launch->local_stride);
  if (block->shared_writers) {
    memset(block->shared_writers, 0, (shared / 4 + 64) * 8);
    memset(block->shared_readers, 0, (shared / 4 + 64) * 8);
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
    prepare_fiber(fiber);
  }
  return block;
}

static void end_block(vgpu_worker *worker, vgpu_block *block) {
  for (uint32_t i = 0; i < block->warp_count; i++) give_fiber(worker, block->fibers[i]);
  vgpu_print_end_block(block);
  block->next = worker->spare_blocks;
  worker->spare_blocks = block;
}

// Runs a warp, and those that it passes on to, until one comes back; returns that one.
static vgpu_fiber *resume(vgpu_worker *worker, vgpu_fiber *fiber) {
  worker->running = fiber;
  fiber->state = VGPU_RUNNING;
  vgpu_switch(&worker->scheduler, fiber->stack_pointer);
  fiber = worker->running;
  worker->running = NULL;
  return fiber;
}

enum { BLOCK_ENDED, BLOCK_SPINS, BLOCK_STUCK, BLOCK_ABORTED };

// Runs the warps of a block until it ends, or until all that can still run only wait for something outside.
static int run_block(vgpu_worker *worker, vgpu_block *block) {
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
      if (fiber->state == VGPU_YIELDED || is_ready(block, fiber)) {
        // The warp that comes back may be another one: they pass on to each other.
        vgpu_fiber *last = resume(worker, fiber);
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
static void report_stuck(vgpu_block *block) {
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

// MARK: Workers

static sigjmp_buf *fault_exit(void) { return current_worker ? &current_worker->fault : NULL; }

static uint64_t next_block(vgpu_worker *worker) {
  vgpu_launch_state *launch = worker->launch;
  uint64_t position = __atomic_fetch_add(&launch->next, 1, __ATOMIC_RELAXED);
  if (position >= launch->block_total) return UINT64_MAX;
  if (!vgpu_options.random_schedule) return position;
  // A walk through all residues in an order that the seed decides.
  return (position * launch->step + launch->start) % launch->block_total;
}

static void worker_run(vgpu_worker *worker) {
  vgpu_launch_state *launch = worker->launch;
  current_worker = worker;
  vgpu_block *resident[VGPU_MAX_RESIDENT];
  uint32_t count = 0;
  int is_exhausted = 0;
  if (sigsetjmp(worker->fault, 0)) {
    // A load or store outside of everything, where accesses are not checked one by one.
    int none = 0;
    __atomic_compare_exchange_n(&launch->error, &none, 700, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    launch->stop = 1;
    current_worker = NULL;
    return;
  }
  while (!launch->stop) {
    if (count == 0 || (launch->is_cooperative && count < VGPU_MAX_RESIDENT && !is_exhausted)) {
      uint64_t linear = is_exhausted ? UINT64_MAX : next_block(worker);
      if (linear == UINT64_MAX) {
        is_exhausted = 1;
        if (count == 0) break;
      } else {
        resident[count++] = start_block(worker, linear);
      }
      if (launch->is_cooperative && !is_exhausted) continue;
    }
    int is_any_moving = 0;
    for (uint32_t i = 0; i < count && !launch->stop;) {
      int state = run_block(worker, resident[i]);
      if (state == BLOCK_ENDED) {
        end_block(worker, resident[i]);
        memmove(&resident[i], &resident[i + 1], (--count - i) * sizeof *resident);
        is_any_moving = 1;
      } else if (state == BLOCK_STUCK) {
        report_stuck(resident[i]);
        int none = 0;
        __atomic_compare_exchange_n(&launch->error, &none, 719, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
        launch->stop = 1;
      } else {
        i++;
      }
    }
    // All resident blocks wait in loops: another block may be what they wait for.
    if (!is_any_moving && count < launch->resident_limit && count < VGPU_MAX_RESIDENT && !is_exhausted && !launch->stop) {
      uint64_t linear = next_block(worker);
      if (linear == UINT64_MAX) is_exhausted = 1;
      else resident[count++] = start_block(worker, linear);
    }
  }
  // After an abort the warps' stacks are simply left.
  for (uint32_t i = 0; i < count; i++) {
    // A loop that was stopped from outside says where it was.
    if (launch->is_out_of_time && !launch->is_time_reported) {
      for (uint32_t k = 0; k < resident[i]->warp_count && !launch->is_time_reported; k++) {
        vgpu_fiber *fiber = resident[i]->fibers[k];
        if (fiber->state == VGPU_YIELDED || fiber->state == VGPU_READY) {
          resume(worker, fiber);
        }
      }
    }
    end_block(worker, resident[i]);
  }
  current_worker = NULL;
}

static void *worker_thread(void *argument) {
  worker_run(argument);
  return NULL;
}

static void on_fault(int signal, siginfo_t *info, void *context) {
  (void)context;
  sigjmp_buf *exit_to = fault_exit();
  if (exit_to && current_worker->running) {
    vgpu_report_fault(&current_worker->running->warp, (uint64_t)(uintptr_t)info->si_addr);
    siglongjmp(*exit_to, 1);
  }
  // The program's own fault.
  vgpu_report_finish();
  struct sigaction standard = {.sa_handler = SIG_DFL};
  sigaction(signal, &standard, NULL);
  raise(signal);
}

static void install_fault_handler(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  extern void vgpu_install_fault_handler_once(void);
  pthread_once(&once, vgpu_install_fault_handler_once);
}

void vgpu_install_fault_handler_once(void) {
  struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK};
  sigemptyset(&action.sa_mask);
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
}

// MARK: Launch

static double seconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
uint64_t vgpu_nanoseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}
uint64_t vgpu_cycles(void) { return vgpu_nanoseconds(); }

typedef struct {
  vgpu_launch_state *launch;
  double deadline;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  int is_done;
} watch;

static void *watch_thread(void *argument) {
  watch *w = argument;
  pthread_mutex_lock(&w->lock);
  while (!w->is_done) {
    double left = w->deadline - seconds_now();
    if (left <= 0) {
      w->launch->is_out_of_time = 1;
      w->launch->stop = 1;
      break;
    }
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    double total = (double)until.tv_sec + 1e-9 * (double)until.tv_nsec + (left < 1 ? left : 1);
    until.tv_sec = (time_t)total;
    until.tv_nsec = (long)((total - (double)until.tv_sec) * 1e9);
    pthread_cond_timedwait(&w->changed, &w->lock, &until);
  }
  pthread_mutex_unlock(&w->lock);
  return NULL;
}

static uint64_t greatest_common_divisor(uint64_t a, uint64_t b) { return b ? greatest_common_divisor(b, a % b) : a; }

static pthread_mutex_t launch_lock = PTHREAD_MUTEX_INITIALIZER;
static double process_start;
__attribute__((constructor)) static void note_start(void) { process_start = seconds_now(); }

int vgpu_launch(
  const vgpu_kernel *kernel, vgpu_dim3 grid, vgpu_dim3 block, const void *parameters, uint32_t dynamic_shared,
  int cooperative) {
  vgpu_options_load();
  install_fault_handler();
  pthread_mutex_lock(&launch_lock);
  static uint32_t serial = 1;
  static uint64_t launch_number = 0;
  vgpu_launch_state launch = {0};
  launch.kernel = kernel;
  launch.grid = grid;
  launch.block = block;
  launch.thread_count = block.x * block.y * block.z;
  launch.block_total = (uint64_t)grid.x * grid.y * grid.z;
  launch.parameters = parameters;
  launch.dynamic_shared = dynamic_shared;
  launch.shared_bytes = ((uint64_t)kernel->static_shared_bytes + 15) / 16 * 16 + dynamic_shared;
  launch.local_stride = kernel->local_bytes ? (kernel->local_bytes + 15) / 16 * 16 + VGPU_CALL_STACK_BYTES : 0;
  launch.is_cooperative = cooperative;
  launch.resident_limit = vgpu_resident_blocks(kernel, launch.thread_count, dynamic_shared);
  if (serial > UINT32_MAX - (uint32_t)(launch.block_total < UINT32_MAX ? launch.block_total : 0) - 2) {
    serial = 1;
    vgpu_race_forget();
  }
  launch.first_serial = serial;
  serial += (uint32_t)launch.block_total;
  uint64_t random = vgpu_options.seed * 0x9e3779b97f4a7c15ull + ++launch_number;
  launch.start = vgpu_random(&random) % launch.block_total;
  launch.step = vgpu_random(&random) % launch.block_total | 1;
  while (greatest_common_divisor(launch.step, launch.block_total) != 1) launch.step++;
  if (launch.block_total > UINT32_MAX) launch.step = 1;
  vgpu_allocation workspace_found;
  if (cooperative) {
    static uint64_t workspace;
    if (!workspace) {
      workspace = (uint64_t)(uintptr_t)vgpu_allocate(4096, VGPU_MEMORY_VARIABLE, "the grid's barrier");
      if (workspace) {
        memset((void *)workspace, 0, 4096);
        vgpu_mark_initialised((void *)workspace, 4096);
      }
    }
    launch.grid_workspace = workspace;
    (void)workspace_found;
  }
  vgpu_print_begin();

  int threads = vgpu_options.threads > 0 ? vgpu_options.threads : (int)sysconf(_SC_NPROCESSORS_ONLN);
  if (threads < 1) threads = 1;
  if (threads > VGPU_MAX_WORKERS) threads = VGPU_MAX_WORKERS;
  // One order of blocks where the order can be seen, and where the checks keep one history.
  if (cooperative || (kernel->flags & (VGPU_ORDER_SENSITIVE | VGPU_MAY_WAIT)) || vgpu_options.check_races) threads = 1;
  if ((uint64_t)threads > launch.block_total) threads = (int)launch.block_total;

  static vgpu_worker workers[VGPU_MAX_WORKERS];
  for (int i = 0; i < threads; i++) {
    vgpu_worker *worker = &workers[i];
    worker->launch = &launch;
    worker->random = vgpu_random(&random);
    worker->spare_blocks = NULL;
    worker->executions = calloc(kernel->block_count + 1, 8);
    worker->lanes = calloc(kernel->block_count + 1, 8);
    worker->sites = calloc(kernel->site_count + 1, sizeof(vgpu_site_counts));
  }
  double start = seconds_now();
  watch w = {.launch = &launch, .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
  pthread_t watcher;
  int is_watched = 0;
  if (vgpu_options.timeout_seconds > 0) {
    w.deadline = process_start + vgpu_options.timeout_seconds;
    is_watched = pthread_create(&watcher, NULL, watch_thread, &w) == 0;
  }
  pthread_t others[VGPU_MAX_WORKERS];
  int started = 0;
  for (int i = 1; i < threads; i++)
    if (pthread_create(&others[started], NULL, worker_thread, &workers[i]) == 0) started++;
  worker_run(&workers[0]);
  for (int i = 0; i < started; i++) pthread_join(others[i], NULL);
  double seconds = seconds_now() - start;
  if (is_watched) {
    pthread_mutex_lock(&w.lock);
    w.is_done = 1;
    pthread_cond_signal(&w.changed);
    pthread_mutex_unlock(&w.lock);
    pthread_join(watcher, NULL);
  }
  vgpu_kernel_counts *counts = kernel->counts;
  counts->launches++;
  counts->seconds += seconds;
  counts->grid = grid;
  counts->block = block;
  counts->dynamic_shared = dynamic_shared;
  if (!counts->executions) {
    counts->executions = calloc(kernel->block_count + 1, 8);
    counts->lanes = calloc(kernel->block_count + 1, 8);
    counts->sites = calloc(kernel->site_count + 1, sizeof(vgpu_site_counts));
    vgpu_report_know(kernel);
  }
  for (int i = 0; i < threads; i++) {
    vgpu_worker *worker = &workers[i];
    for (uint32_t k = 0; k < kernel->block_count; k++) {
      counts->executions[k] += worker->executions[k];
      counts->lanes[k] += worker->lanes[k];
    }
    const uint64_t *from = (const uint64_t *)worker->sites;
    uint64_t *to = (uint64_t *)counts->sites;
    for (uint64_t k = 0; k < kernel->site_count * sizeof(vgpu_site_counts) / 8; k++) to[k] += from[k];
    free(worker->executions), free(worker->lanes), free(worker->sites);
    while (worker->spare_blocks) {
      vgpu_block *spare = worker->spare_blocks;
      worker->spare_blocks = spare->next;
      uint64_t local = launch.thread_count * (uint64_t)launch.local_stride + 4096;
      if (spare->local) munmap(spare->local, local);
      if (spare->local_state) munmap(spare->local_state, local);
      free(spare->shared), free(spare->shared_state), free(spare->shared_writers), free(spare->shared_readers);
      free(spare->print_text), free(spare);
    }
  }
  vgpu_print_flush();
  pthread_mutex_unlock(&launch_lock);
  return launch.error;
}
