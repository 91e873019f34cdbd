// The seam between the engine (scheduler, checks, report) and the host API (allocator, CUDA runtime calls).
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

// One kernel, as the translator emits it.
typedef struct vgpu_kernel {
  const char *name;                  // the PTX name, mangled
  void (*entry)(struct vgpu_warp *);
  const vgpu_parameter *parameters;
  uint32_t parameter_count, parameter_bytes;
  uint32_t static_shared_bytes;
  uint32_t local_bytes;              // per thread
  uint32_t max_threads;              // the product of .maxntid, or 1024
  uint32_t registers;                // per thread by ptxas, 0 where unknown
  uint32_t flags;
  const char *unsupported;           // NULL, or a sentence: a launch is refused
} vgpu_kernel;

// A .global or .const variable with static storage.
typedef struct vgpu_variable {
  const char *name;
  uint8_t **address;                 // filled by vgpu_register_module
  uint64_t size;
  uint32_t alignment;
  const void *initial;
  uint64_t initial_size;
  uint32_t is_constant;
} vgpu_variable;

typedef struct vgpu_module {
  const vgpu_kernel *kernels;
  uint32_t kernel_count;
  const vgpu_variable *variables;
  uint32_t variable_count;
} vgpu_module;

// Called by a constructor in the generated C. Constructors of one image run in any order.
void vgpu_register_module(const vgpu_module *module);

// Runs a launch to completion: 0, or the number of a cudaError.
int vgpu_launch(const vgpu_kernel *kernel, vgpu_dim3 grid, vgpu_dim3 block, const void *packed_parameters,
                uint32_t dynamic_shared, int cooperative);

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
void vgpu_mark_initialised(void *address, uint64_t bytes);
void vgpu_mark_uninitialised(void *address, uint64_t bytes);

typedef struct {
  const char *gpu;
  int check_memory, check_races;
  uint64_t seed;
  int random_schedule;
  uint32_t poison;
  double timeout_seconds;
  int threads;
  int report_fd;
} vgpu_options_t;

extern vgpu_options_t vgpu_options;
// Reads the environment; only the first call does anything.
void vgpu_options_load(void);

// Writes one line, a JSON object, to the report; the newline is added.
void vgpu_report_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Every copy from device to host passes here.
void vgpu_report_copy_out(const void *bytes, uint64_t count);

#ifdef __cplusplus
}
#endif

#endif
