// Runs a launch: blocks on the machine's cores.
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

// MARK: Workers

static sigjmp_buf *fault_exit(void) { return vgpu_current_worker ? &vgpu_current_worker->fault : NULL; }

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
  vgpu_current_worker = worker;
  vgpu_block *resident[VGPU_MAX_RESIDENT];
  uint32_t count = 0;
  int is_exhausted = 0;
  if (sigsetjmp(worker->fault, 0)) {
    // A load or store outside of everything, where accesses are not checked one by one.
    int none = 0;
    __atomic_compare_exchange_n(&launch->error, &none, 700, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    launch->stop = 1;
    vgpu_current_worker = NULL;
    return;
  }
  while (!launch->stop) {
    if (count == 0 || (launch->is_cooperative && count < VGPU_MAX_RESIDENT && !is_exhausted)) {
      uint64_t linear = is_exhausted ? UINT64_MAX : next_block(worker);
      if (linear == UINT64_MAX) {
        is_exhausted = 1;
        if (count == 0) break;
      } else {
        resident[count++] = vgpu_start_block(worker, linear);
      }
      if (launch->is_cooperative && !is_exhausted) continue;
    }
    int is_any_moving = 0;
    for (uint32_t i = 0; i < count && !launch->stop;) {
      int state = vgpu_run_block(worker, resident[i]);
      if (state == BLOCK_ENDED) {
        vgpu_end_block(worker, resident[i]);
        memmove(&resident[i], &resident[i + 1], (--count - i) * sizeof *resident);
        is_any_moving = 1;
      } else if (state == BLOCK_STUCK) {
        vgpu_report_stuck(resident[i]);
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
      else resident[count++] = vgpu_start_block(worker, linear);
    }
  }
  // After an abort the warps' stacks are simply left.
  for (uint32_t i = 0; i < count; i++) {
    // A loop that was stopped from outside says where it was.
    if (launch->is_out_of_time && !launch->is_time_reported) {
      for (uint32_t k = 0; k < resident[i]->warp_count && !launch->is_time_reported; k++) {
        vgpu_fiber *fiber = resident[i]->fibers[k];
        if (fiber->state == VGPU_YIELDED || fiber->state == VGPU_READY) {
          vgpu_resume(worker, fiber);
        }
      }
    }
    vgpu_end_block(worker, resident[i]);
  }
  vgpu_current_worker = NULL;
}

static void *worker_thread(void *argument) {
  worker_run(argument);
  return NULL;
}

static void on_fault(int signal, siginfo_t *info, void *context) {
  (void)context;
  sigjmp_buf *exit_to = fault_exit();
  if (exit_to && vgpu_current_worker->running) {
    vgpu_report_fault(&vgpu_current_worker->running->warp, (uint64_t)(uintptr_t)info->si_addr);
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
static double time_start;
__attribute__((constructor)) static void note_start(void) { time_start = seconds_now(); }

void vgpu_limit_time(double seconds) {
  pthread_mutex_lock(&launch_lock);
  time_start = seconds_now();
  vgpu_options.timeout_seconds = seconds;
  pthread_mutex_unlock(&launch_lock);
}

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
    worker->batches = calloc(kernel->batch_count + 1, 16);
  }
  double start = seconds_now();
  watch w = {.launch = &launch, .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
  pthread_t watcher;
  int is_watched = 0;
  if (vgpu_options.timeout_seconds > 0) {
    w.deadline = time_start + vgpu_options.timeout_seconds;
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
    vgpu_add_batch_counts(kernel, worker->batches, counts->sites);
    free(worker->executions), free(worker->lanes), free(worker->sites), free(worker->batches);
    while (worker->spare_blocks) {
      vgpu_block *spare = worker->spare_blocks;
      worker->spare_blocks = spare->next;
      uint64_t local = launch.thread_count * (uint64_t)launch.local_stride + 4096;
      if (spare->local) munmap(spare->local, local);
      if (spare->local_state) munmap(spare->local_state, local);
      free(spare->shared), free(spare->shared_state), free(spare->shared_writers), free(spare->shared_readers);
      free(spare->shared_chunks), free(spare->log.reads), free(spare->print_text), free(spare);
    }
  }
  vgpu_print_flush();
  pthread_mutex_unlock(&launch_lock);
  return launch.error;
}
