// What the files of the host API share among themselves.
#ifndef HOST_API_H
#define HOST_API_H

#include "cuda_types.h"
#include "vgpu_engine.h"

// gpu_table.c
typedef struct {
  const char *key, *name;
  int major, minor;
  int multiprocessors, clock_khz, memory_clock_khz, bus_bits;
  uint64_t memory_bytes;
  uint32_t l2_bytes, persisting_l2_bytes;
  uint32_t shared_per_block, shared_optin, shared_per_multiprocessor, shared_reserved, shared_granularity;
  uint32_t registers_per_multiprocessor;
  int threads_per_multiprocessor, blocks_per_multiprocessor;
  int copy_engines, single_to_double, ecc, clusters;
} vgpu_gpu;
const vgpu_gpu *vgpu_named_gpu(void);

// options.c
int vgpu_poison_wanted(void);  // whether new memory is filled with vgpu_options.poison
int vgpu_leaks_wanted(void);
void vgpu_want_poison(void);   // from now on

// judge_control.c
int vgpu_count_launch(void);   // counts a launch; 1 where it is to run nothing

// memory.c
void vgpu_memory_open(void);
uint64_t vgpu_memory_free_bytes(void);
uint64_t vgpu_memory_total_bytes(void);
void vgpu_memory_reset(void);                                  // cudaDeviceReset: frees all but variables
void vgpu_for_each_live(void (*visit)(const vgpu_allocation *, void *), void *context);
uint32_t vgpu_next_serial(void);

// machine.c
uint64_t vgpu_machine_bytes(void);

// host_ranges.c
int vgpu_find_host_range(uint64_t address, vgpu_allocation *out);
int vgpu_register_host_range(void *address, uint64_t bytes);  // 0, or -1 where it overlaps another one
int vgpu_unregister_host_range(void *address);                // 0, or -1
void vgpu_forget_host_ranges(void);

// memory_state.c
uint64_t vgpu_first_uninitialised(const void *address, uint64_t bytes);  // offset of the first, or bytes
// To be called after bytes have become uninitialised or ceased to be allocated.
void vgpu_begin_state_epoch(void);
void vgpu_copy_states(const void *to, const void *from, uint64_t bytes);

// cuda_error.c
cuda_error cuda_fail(cuda_error code, const char *call);  // remembers an error of this host thread; returns it
cuda_error cuda_sticky(void);                             // the error that broke the context, or 0
cuda_error cuda_synchronise(void);                        // lets a kernel's error appear; returns the sticky error
void cuda_kernel_failed(cuda_error code);
int cuda_context_is_broken(void);                         // a kernel failed, whether or not the program has seen it
cuda_error cuda_pending_error(void);                      // the same, as its number
void cuda_error_reset(void);
void cuda_forget_last_error(void);                        // of this host thread
const char *cuda_error_name(int code);
cuda_error cuda_unsupported(const char *call, const char *why);
cuda_error cuda_unsupported_kernel(const char *kernel, const char *why, cuda_error code, const char *call);
void cuda_finding(const char *kind, const char *call, const char *access, const void *address, uint64_t bytes,
                  const vgpu_allocation *buffer, const char *message);
// Opens every call that touches the context: a broken context answers all of them with its error.
#define CUDA_ENTER(call)                                          \
  do {                                                            \
    cuda_error broken = cuda_sticky();                            \
    if (broken) return cuda_fail(broken, call);                   \
  } while (0)
#define CUDA_ENTER_SYNCHRONISING(call)                            \
  do {                                                            \
    cuda_error broken = cuda_synchronise();                       \
    if (broken) return cuda_fail(broken, call);                   \
  } while (0)

// cuda_registration.c
typedef struct vgpu_fatbin vgpu_fatbin;
struct vgpu_function {
  const void *host;          // the address that the program launches
  const char *name;
  vgpu_fatbin *fatbin;
  const vgpu_kernel *kernel; // found at first use
  uint32_t dynamic_limit;    // cudaFuncAttributeMaxDynamicSharedMemorySize, 0: not set
  int carveout, live, cluster_allowed;
};
typedef struct {
  const void *host;          // the shadow variable in the program
  const char *name;
  vgpu_fatbin *fatbin;
  const vgpu_variable *variable;
  uint64_t size;
  void **managed;            // where the program keeps the address of a managed variable
  int live;
} vgpu_symbol;
cuda_function cuda_find_function(const void *host_or_handle);   // NULL where unknown
const vgpu_kernel *cuda_kernel_of(cuda_function function);      // NULL where no module has it
vgpu_symbol *cuda_find_symbol(const void *host);
uint8_t *cuda_symbol_address(vgpu_symbol *symbol);              // NULL where no module has it
void cuda_restore_variables(void);                              // their first values, after cudaDeviceReset

// cuda_stream.c, cuda_event.c
cuda_error cuda_check_stream(cuda_stream stream);  // 0, or cudaErrorInvalidResourceHandle
cuda_error cuda_check_event(cuda_event event);     // likewise
void cuda_forget_streams(void);
void cuda_forget_events(void);

// cuda_function.c
int cuda_resident_blocks(const vgpu_kernel *kernel, uint64_t threads, uint64_t dynamic_shared);
uint32_t cuda_registers(const vgpu_kernel *kernel);
uint32_t cuda_thread_limit(const vgpu_kernel *kernel);

// cuda_memory.c, cuda_pool.c
cuda_error cuda_allocate(void **address, uint64_t bytes, int kind, const char *call);
cuda_error cuda_release(void *address, int kind, const char *call);
void cuda_pool_freed(const char *what, uint64_t bytes);
void cuda_forget_pools(void);

// cuda_copy.c
cuda_error cuda_copy(void *to, const void *from, uint64_t bytes, int kind, const char *call);
cuda_error cuda_copy_rows(void *to, uint64_t to_pitch, const void *from, uint64_t from_pitch, uint64_t width, uint64_t height,
                          int kind, const char *call);
cuda_error cuda_set_rows(void *to, uint64_t pitch, int value, uint64_t width, uint64_t height, const char *call);

#endif
