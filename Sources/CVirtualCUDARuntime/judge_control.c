// What a judge asks of the runtime while a process lives on: see each function. None of them is called by a CUDA program.
#include "host_api.h"
#include "vgpu_internal.h"

static int is_ghost;
static unsigned long long launches;

// Launches are checked and counted and run nothing, so that what an output owes to its kernels can be seen.
void vgpu_set_ghost(int on) { __atomic_store_n(&is_ghost, on != 0, __ATOMIC_SEQ_CST); }

int vgpu_count_launch(void) {
  __atomic_add_fetch(&launches, 1, __ATOMIC_SEQ_CST);
  return __atomic_load_n(&is_ghost, __ATOMIC_SEQ_CST);
}

// Kernels that were launched since the process began, those of a ghost too.
unsigned long long vgpu_launch_count(void) { return __atomic_load_n(&launches, __ATOMIC_SEQ_CST); }

// 0: blocks, warps and lanes in their order; else in an order that the seed decides.
void vgpu_set_schedule(unsigned long long seed) {
  vgpu_options_load();
  vgpu_options.seed = seed;
  vgpu_options.random_schedule = seed != 0;
}

// What memory holds that nobody wrote, from the next allocation on.
void vgpu_set_poison(unsigned word) {
  vgpu_options_load();
  vgpu_options.poison = word;
  vgpu_options.has_poison = 1;
  vgpu_want_poison();
}

// Kernels that run longer than these seconds from now on are stopped; 0: for ever.
void vgpu_set_time_limit(double seconds) {
  vgpu_options_load();
  vgpu_limit_time(seconds);
}

// Writes what was counted and found since the last report, and forgets it.
void vgpu_report_now(void) {
  vgpu_report_collected(1);
  vgpu_report_line("{\"event\":\"end-of-report\"}");
}

// A cudaError's number where a kernel has failed, whether or not the program has seen it; else 0.
int vgpu_kernel_error(void) { return cuda_pending_error(); }

// A context that a kernel broke becomes usable again, and the calling thread's last error is gone.
void vgpu_reset_errors(void) {
  cuda_error_reset();
  cuda_forget_last_error();
}
