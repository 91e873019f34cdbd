// What the engine's own files share.
#ifndef VGPU_INTERNAL_H
#define VGPU_INTERNAL_H

#include <setjmp.h>
#include <stdlib.h>

#include "include/vgpu.h"

#define VGPU_STACK_BYTES (1u << 20)
// A thread's stack for the local variables of called functions, which have no place in the kernel's own frame.
#define VGPU_CALL_STACK_BYTES 4096u
#define VGPU_FUEL 2000
#define VGPU_MAX_WORKERS 64
#define VGPU_MAX_RESIDENT 4096

enum { VGPU_READY, VGPU_RUNNING, VGPU_YIELDED, VGPU_BLOCKED, VGPU_DONE, VGPU_ABORTED };

typedef struct vgpu_fiber {
  vgpu_warp warp;
  void *stack_pointer;
  uint8_t *stack;
  int state;
  int waiting_barrier;
  uint32_t waiting_generation;
  uint32_t waiting_site;
} vgpu_fiber;

typedef struct vgpu_launch_state {
  const vgpu_kernel *kernel;
  vgpu_dim3 grid, block;
  uint32_t thread_count;
  uint64_t block_total;
  const void *parameters;
  uint32_t dynamic_shared;
  uint64_t shared_bytes;
  uint32_t local_stride;
  int is_cooperative;
  uint32_t resident_limit;
  uint32_t first_serial;
  uint64_t next, start, step;
  uint64_t grid_workspace;
  volatile int stop;
  int error, is_out_of_time, is_time_reported;
} vgpu_launch_state;

struct vgpu_worker;

typedef struct vgpu_block {
  struct vgpu_block *next;
  struct vgpu_worker *worker;
  vgpu_launch_state *launch;
  uint64_t linear;
  vgpu_dim3 id;
  uint32_t thread_count, live_threads, warp_count;
  uint32_t time;
  vgpu_barrier barriers[16];
  vgpu_fiber *fibers[32];
  uint8_t *shared, *local, *shared_state, *local_state;
  uint32_t *shared_writers, *shared_readers, *shared_chunks;
  vgpu_read_log log;
  // What printf wrote, until the block ends.
  char *print_text;
  uint64_t printed, print_capacity;
} vgpu_block;

typedef struct vgpu_worker {
  vgpu_launch_state *launch;
  vgpu_fiber *running;
  void *scheduler;
  vgpu_fiber **idle;
  uint32_t idle_count, idle_capacity;
  vgpu_block *spare_blocks;
  uint64_t random;
  uint64_t *executions, *lanes;
  vgpu_site_counts *sites;
  uint64_t *batches;
  sigjmp_buf fault;
} vgpu_worker;

// The worker that this thread is.
extern __thread vgpu_worker *vgpu_current_worker;
// Saves what the calling convention asks a function to keep, and goes on with another stack.
void vgpu_switch(void **save, void *load);
void vgpu_prepare_fiber(vgpu_fiber *);
vgpu_block *vgpu_start_block(vgpu_worker *, uint64_t linear);
void vgpu_end_block(vgpu_worker *, vgpu_block *);
enum { BLOCK_ENDED, BLOCK_SPINS, BLOCK_STUCK, BLOCK_ABORTED };
int vgpu_run_block(vgpu_worker *, vgpu_block *);
vgpu_fiber *vgpu_resume(vgpu_worker *, vgpu_fiber *);
void vgpu_report_stuck(vgpu_block *);

// True if a warp that waits at a barrier may go on, or never waited.
static inline int vgpu_is_ready(const vgpu_block *block, const vgpu_fiber *fiber) {
  if (fiber->state == VGPU_READY) return 1;
  return fiber->state == VGPU_BLOCKED && fiber->waiting_barrier >= 0
    && block->barriers[fiber->waiting_barrier].generation != fiber->waiting_generation;
}

static inline vgpu_fiber *vgpu_fiber_of(vgpu_warp *w) { return (vgpu_fiber *)w; }

// splitmix64 (Steele, Lea and Flood, 2014).
static inline uint64_t vgpu_random(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15ull);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

void vgpu_die(const char *what) __attribute__((noreturn));
void *vgpu_map(uint64_t bytes);
void vgpu_fill(void *memory, uint64_t bytes);

void vgpu_print_begin(void);
void vgpu_print_end_block(vgpu_block *);
void vgpu_print_flush(void);

// `lanes`: the first of them is named.
void vgpu_report_finding_simple(
  vgpu_warp *, const char *kind, uint32_t site, uint32_t lanes, const char *access, const char *message);
void vgpu_report_finding_pair(
  vgpu_warp *, const char *kind, uint32_t site, uint32_t lanes, const char *access, const char *message, vgpu_warp *other,
  uint32_t other_site);
typedef struct {
  const char *kind, *access, *space, *message;
  uint32_t bytes, lane, site;
  uint64_t address;
  // Whom it collides with; `other_site` is UINT32_MAX where there is nobody, `other_thread` where its number is lost.
  uint32_t other_site, other_thread;
  uint64_t other_block;
  const char *other_access;
} vgpu_finding;
void vgpu_report_finding(vgpu_warp *, const vgpu_finding *);
void vgpu_report_fault(vgpu_warp *, uint64_t address);
// True if two sites are different lines of the source.
int vgpu_report_is_elsewhere(const vgpu_kernel *, uint32_t site, uint32_t other);
void vgpu_report_know(const vgpu_kernel *);
void vgpu_report_finish(void);
// Writes what was counted and found; `forgets` it, so that the next report is of what comes then.
void vgpu_report_collected(int forgets);
// Kernels may run for this long from now on; 0: for ever.
void vgpu_limit_time(double seconds);
// Adds what batches of loads were counted as to their sites.
void vgpu_add_batch_counts(const vgpu_kernel *, const uint64_t *counts, vgpu_site_counts *sites);
void vgpu_race_forget(void);
// Memory begins a new life within a launch.
void vgpu_race_forget_range(uint64_t address, uint64_t bytes);

#endif
