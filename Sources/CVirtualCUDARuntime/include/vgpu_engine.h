// What the engine, the host's side of the runtime and generated kernels share.
#ifndef VGPU_ENGINE_H
#define VGPU_ENGINE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vgpu_warp;

typedef struct {
  uint32_t x, y, z;
} vgpu_dim3;

typedef struct {
  uint32_t offset, size;
} vgpu_parameter;

// One place in a kernel's PTX that touches memory or synchronises, and where the source has it.
typedef struct {
  const char *file;
  uint32_t line;
  uint32_t ptx_line;
} vgpu_site;

// Loads of words of shared memory from one address register, with nothing between them that other threads could notice:
// they are checked and counted together.
typedef struct {
  uint32_t site;
  int32_t offset;
} vgpu_batch_load;
typedef struct {
  uint32_t number, count;
  // The least and the greatest offset.
  int32_t low, high;
  const vgpu_batch_load *loads;
} vgpu_batch;

enum {
  // The order of blocks can change the result (floating-point or returning atomics on global memory): one worker, one order.
  VGPU_ORDER_SENSITIVE = 1,
  // A loop waits for another thread's store: blocks may have to be resident together.
  VGPU_MAY_WAIT = 2,
};

// What was counted at one site, over all launches.
typedef struct {
  uint64_t requests, lanes, sectors, ideal_sectors, wavefronts, ideal_wavefronts;
} vgpu_site_counts;

// What was counted in one kernel. The arrays have the lengths that the kernel's descriptor gives.
typedef struct {
  uint64_t launches;
  double seconds;
  vgpu_dim3 grid, block;
  uint32_t dynamic_shared;
  uint64_t *executions, *lanes;
  vgpu_site_counts *sites;
} vgpu_kernel_counts;

// Emitted by the translator, one for each .entry.
typedef struct vgpu_kernel {
  const char *name;
  void (*entry)(struct vgpu_warp *);
  const vgpu_parameter *parameters;
  uint32_t parameter_count, parameter_bytes;
  // Static .shared variables, laid out; dynamic ones start after them, aligned to 16 bytes.
  uint32_t static_shared_bytes;
  // Per thread, of the kernel itself; called functions take theirs from the stack behind it.
  uint32_t local_bytes;
  // The product of .maxntid, or 1024.
  uint32_t max_threads;
  // Per thread by ptxas, 0 where unknown.
  uint32_t registers;
  uint32_t flags;
  // NULL, or a sentence that names what could not be translated: a launch is refused.
  const char *unsupported;
  const vgpu_site *sites;
  uint32_t site_count, block_count;
  const vgpu_batch *batches;
  uint32_t batch_count;
  vgpu_kernel_counts *counts;
} vgpu_kernel;

// A .global or .const variable with static storage.
typedef struct {
  const char *name;
  // Filled by vgpu_register_module: memory in the arena, initialised.
  uint8_t **address;
  uint64_t size;
  uint32_t alignment;
  const void *initial;
  uint64_t initial_size;
  uint32_t is_constant;
} vgpu_variable;

// An initialiser that holds an address: `*(uint64_t *)(variables[variable] + offset) = address of target + addend`.
typedef struct {
  uint32_t variable;
  uint64_t offset;
  // A variable's index, or UINT32_MAX where `function` is meant.
  uint32_t target;
  const void *function;
  int64_t addend;
} vgpu_relocation;

typedef struct vgpu_module {
  const vgpu_kernel *kernels;
  uint32_t kernel_count;
  const vgpu_variable *variables;
  uint32_t variable_count;
  const vgpu_relocation *relocations;
  uint32_t relocation_count;
} vgpu_module;

// Called by a constructor in the generated C.
void vgpu_register_module(const vgpu_module *);

// Runs a launch to its end; 0, or the number of a cudaError.
int vgpu_launch(
  const vgpu_kernel *, vgpu_dim3 grid, vgpu_dim3 block, const void *packed_parameters, uint32_t dynamic_shared,
  int cooperative);

// The most blocks of a launch that the named GPU holds at once, all multiprocessors together.
uint32_t vgpu_resident_blocks(const vgpu_kernel *, uint32_t threads, uint32_t dynamic_shared);

// MARK: Memory

// What an allocation is for.
enum {
  VGPU_MEMORY_DEVICE = 0,      // cudaMalloc and its kin
  VGPU_MEMORY_MANAGED = 1,     // cudaMallocManaged
  VGPU_MEMORY_HOST = 2,        // cudaMallocHost, cudaHostAlloc
  VGPU_MEMORY_VARIABLE = 3,    // a __device__ or __managed__ variable
  VGPU_MEMORY_CONSTANT = 4,    // a __constant__ variable
  VGPU_MEMORY_HEAP = 5,        // malloc in a kernel
  VGPU_MEMORY_REGISTERED = 6,  // the program's own memory after cudaHostRegister: outside the arena
};

typedef struct {
  uint64_t address, size;
  uint32_t serial;             // 1 for the first allocation of the program; 0 for variables
  int kind;
  int live;
  const char *what;            // the call that made it
} vgpu_allocation;

// Memory from the device arena: 512-byte aligned, a guard of at least 512 bytes behind it; NULL when the GPU's memory is
// spent. `what` has to outlive the process's use of it.
void *vgpu_allocate(uint64_t bytes, int kind, const char *what);
// 0, or -1 where the address is not the start of a live allocation.
int vgpu_release(void *address);
// The allocation that holds the address, else the nearest one below it or the last one freed there; outside the arena only
// memory that the program registered. 0 if none.
int vgpu_find_allocation(uint64_t address, vgpu_allocation *out);
// The next one that begins above the address: an access just before a buffer lies below it.
int vgpu_find_allocation_above(uint64_t address, vgpu_allocation *out);

// Reserved once; memory of the device and memory that the device can see.
extern uint8_t *vgpu_arena, *vgpu_arena_end;
// One byte per byte of arena: bit 0 allocated, bit 1 initialised. NULL unless vgpu_options.check_memory.
extern uint8_t *vgpu_state;
// For each 64 bytes of arena the epoch in which all of them were seen to be allocated and initialised. A new one begins
// where bytes cease to be.
extern uint32_t *vgpu_written, vgpu_state_epoch;
void vgpu_mark_initialised(void *address, uint64_t bytes);
void vgpu_mark_uninitialised(void *address, uint64_t bytes);

// MARK: Options and report

typedef struct {
  const char *gpu;
  int check_memory, check_races;
  uint64_t seed;
  int random_schedule;
  uint32_t poison;
  int has_poison;
  double timeout_seconds;
  int threads;
  int report_fd;
} vgpu_options_t;

extern vgpu_options_t vgpu_options;
// Reads the environment, once.
void vgpu_options_load(void);

// One JSON object to the report file; the format is printf's.
void vgpu_report_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Writes a string as a JSON string with its quotes into `out` (cut to fit) and returns `out`.
const char *vgpu_json_string(const char *text, char *out, uint64_t size);
// Every copy from the device to the host: a running hash, which is reported at exit.
void vgpu_report_copy_out(const void *bytes, uint64_t count);

#ifdef __cplusplus
}
#endif
#endif
