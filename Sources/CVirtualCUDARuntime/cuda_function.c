// What a kernel needs and how much of it fits on a multiprocessor (CUDA C++ Programming Guide, technical specifications per
// compute capability).
#include <string.h>

#include "host_api.h"

enum { WARP = 32, REGISTER_UNIT = 256, WARP_UNIT = 4, ASSUMED_REGISTERS = 32 };

uint32_t cuda_registers(const vgpu_kernel *kernel) { return kernel->registers ? kernel->registers : ASSUMED_REGISTERS; }

static uint32_t round_up(uint32_t value, uint32_t unit) { return (value + unit - 1) / unit * unit; }

// The largest block that the kernel can be launched with.
uint32_t cuda_thread_limit(const vgpu_kernel *kernel) {
  uint32_t limit = kernel->max_threads ? kernel->max_threads : 1024;
  uint32_t per_warp = round_up(cuda_registers(kernel) * WARP, REGISTER_UNIT);
  uint32_t warps = 65536 / per_warp / WARP_UNIT * WARP_UNIT;
  return warps * WARP < limit ? warps * WARP : limit;
}

int cuda_resident_blocks(const vgpu_kernel *kernel, uint64_t threads, uint64_t dynamic_shared) {
  const vgpu_gpu *gpu = vgpu_named_gpu();
  if (!threads || threads > cuda_thread_limit(kernel)) return 0;
  uint64_t shared = kernel->static_shared_bytes + dynamic_shared;
  if (shared > gpu->shared_optin) return 0;
  uint32_t warps = round_up((uint32_t)((threads + WARP - 1) / WARP), 1);
  uint32_t by_warps = (uint32_t)gpu->threads_per_multiprocessor / WARP / warps;
  uint32_t per_warp = round_up(cuda_registers(kernel) * WARP, REGISTER_UNIT);
  // Each of the four partitions of a multiprocessor holds a quarter of its registers.
  uint32_t by_registers = gpu->registers_per_multiprocessor / WARP_UNIT / per_warp * WARP_UNIT / warps;
  uint32_t taken = round_up((uint32_t)shared + gpu->shared_reserved, gpu->shared_granularity);
  uint32_t by_shared = taken ? gpu->shared_per_multiprocessor / taken : (uint32_t)gpu->blocks_per_multiprocessor;
  uint32_t blocks = (uint32_t)gpu->blocks_per_multiprocessor;
  if (by_warps < blocks) blocks = by_warps;
  if (by_registers < blocks) blocks = by_registers;
  if (by_shared < blocks) blocks = by_shared;
  return (int)blocks;
}

uint32_t vgpu_resident_blocks(const vgpu_kernel *kernel, uint32_t threads, uint32_t dynamic_shared) {
  int blocks = cuda_resident_blocks(kernel, threads, dynamic_shared);
  return (uint32_t)(blocks > 0 ? blocks : 1) * (uint32_t)vgpu_named_gpu()->multiprocessors;
}

// The kernel of a host function; an error where there is none.
static cuda_error find(const void *host, cuda_function *function, const vgpu_kernel **kernel, const char *call) {
  CUDA_ENTER(call);
  *function = cuda_find_function(host);
  *kernel = *function ? cuda_kernel_of(*function) : NULL;
  return *kernel ? 0 : cuda_fail(cudaErrorInvalidDeviceFunction, call);
}

cuda_error cudaFuncGetAttributes(cuda_function_attributes *attributes, const void *host) {
  const char *call = "cudaFuncGetAttributes";
  cuda_function function;
  const vgpu_kernel *kernel;
  if (!attributes) return cuda_fail(cudaErrorInvalidValue, call);
  cuda_error error = find(host, &function, &kernel, call);
  if (error) return error;
  const vgpu_gpu *gpu = vgpu_named_gpu();
  uint32_t fixed = kernel->static_shared_bytes;
  uint32_t left = gpu->shared_per_block > fixed ? gpu->shared_per_block - fixed : 0;
  memset(attributes, 0, sizeof *attributes);
  attributes->sharedSizeBytes = fixed;
  attributes->localSizeBytes = kernel->local_bytes;
  attributes->maxThreadsPerBlock = (int)cuda_thread_limit(kernel);
  attributes->numRegs = (int)cuda_registers(kernel);
  attributes->ptxVersion = gpu->major * 10 + gpu->minor;
  attributes->binaryVersion = gpu->major * 10 + gpu->minor;
  attributes->maxDynamicSharedSizeBytes = (int)(function->dynamic_limit > left ? function->dynamic_limit : left);
  attributes->preferredShmemCarveout = function->carveout;
  attributes->nonPortableClusterSizeAllowed = function->cluster_allowed;
  return 0;
}

cuda_error cudaFuncSetAttribute(const void *host, int attribute, int value) {
  enum { DYNAMIC_SHARED = 8, CARVEOUT = 9, CLUSTER_MUST_BE_SET = 10, CLUSTER_WIDTH = 11, CLUSTER_DEPTH = 13, CLUSTER_ALLOWED = 14,
         CLUSTER_POLICY = 15, SHARED_MODE = 16 };
  const char *call = "cudaFuncSetAttribute";
  cuda_function function;
  const vgpu_kernel *kernel;
  cuda_error error = find(host, &function, &kernel, call);
  if (error) return error;
  switch (attribute) {
    case DYNAMIC_SHARED:
      if (value < 0 || (uint64_t)value + kernel->static_shared_bytes > vgpu_named_gpu()->shared_optin)
        return cuda_fail(cudaErrorInvalidValue, call);
      function->dynamic_limit = (uint32_t)value;
      return 0;
    case CARVEOUT:
      if (value < -1 || value > 100) return cuda_fail(cudaErrorInvalidValue, call);
      function->carveout = value;
      return 0;
    case CLUSTER_ALLOWED: function->cluster_allowed = value != 0; return 0;
    case CLUSTER_POLICY: return 0;
    case SHARED_MODE: return 0;
    default:
      if (attribute > CLUSTER_MUST_BE_SET && attribute <= CLUSTER_DEPTH && value > 1)
        return cuda_unsupported(call, "thread block clusters of more than one block are not available on the virtual GPU");
      return attribute > CLUSTER_MUST_BE_SET && attribute <= CLUSTER_DEPTH ? 0 : cuda_fail(cudaErrorInvalidValue, call);
  }
}

cuda_error cudaKernelSetAttributeForDevice(cuda_function kernel, int attribute, int value, int device) {
  if (device) return cuda_fail(cudaErrorInvalidDevice, "cudaKernelSetAttributeForDevice");
  return cudaFuncSetAttribute(kernel, attribute, value);
}

cuda_error cudaFuncSetCacheConfig(const void *host, int preference) {
  const char *call = "cudaFuncSetCacheConfig";
  cuda_function function;
  const vgpu_kernel *kernel;
  if (preference < 0 || preference > 3) return cuda_fail(cudaErrorInvalidValue, call);
  return find(host, &function, &kernel, call);
}

cuda_error cudaFuncSetSharedMemConfig(const void *host, int banks) {
  const char *call = "cudaFuncSetSharedMemConfig";
  cuda_function function;
  const vgpu_kernel *kernel;
  if (banks < 0 || banks > 2) return cuda_fail(cudaErrorInvalidValue, call);
  return find(host, &function, &kernel, call);
}

cuda_error cudaFuncGetName(const char **name, const void *host) {
  const char *call = "cudaFuncGetName";
  cuda_function function;
  const vgpu_kernel *kernel;
  if (!name) return cuda_fail(cudaErrorInvalidValue, call);
  cuda_error error = find(host, &function, &kernel, call);
  if (!error) *name = kernel->name;
  return error;
}

cuda_error cudaFuncGetParamCount(const void *host, size_t *count) {
  const char *call = "cudaFuncGetParamCount";
  cuda_function function;
  const vgpu_kernel *kernel;
  if (!count) return cuda_fail(cudaErrorInvalidValue, call);
  cuda_error error = find(host, &function, &kernel, call);
  if (!error) *count = kernel->parameter_count;
  return error;
}

cuda_error cudaFuncGetParamInfo(const void *host, size_t index, size_t *offset, size_t *size) {
  const char *call = "cudaFuncGetParamInfo";
  cuda_function function;
  const vgpu_kernel *kernel;
  if (!offset) return cuda_fail(cudaErrorInvalidValue, call);
  cuda_error error = find(host, &function, &kernel, call);
  if (error) return error;
  if (index >= kernel->parameter_count) return cuda_fail(cudaErrorInvalidValue, call);
  *offset = kernel->parameters[index].offset;
  if (size) *size = kernel->parameters[index].size;
  return 0;
}

cuda_error cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *blocks, const void *host, int block_size, size_t shared,
                                                                  unsigned flags) {
  const char *call = "cudaOccupancyMaxActiveBlocksPerMultiprocessor";
  cuda_function function;
  const vgpu_kernel *kernel;
  if (!blocks || block_size <= 0 || flags > 1) return cuda_fail(cudaErrorInvalidValue, call);
  cuda_error error = find(host, &function, &kernel, call);
  if (error) return error;
  *blocks = cuda_resident_blocks(kernel, (uint64_t)block_size, shared);
  return 0;
}

cuda_error cudaOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, const void *host, int block_size, size_t shared) {
  return cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(blocks, host, block_size, shared, 0);
}

// The dynamic shared memory that each of this many resident blocks can have.
cuda_error cudaOccupancyAvailableDynamicSMemPerBlock(size_t *bytes, const void *host, int blocks, int block_size) {
  const char *call = "cudaOccupancyAvailableDynamicSMemPerBlock";
  cuda_function function;
  const vgpu_kernel *kernel;
  if (!bytes || blocks <= 0 || block_size <= 0) return cuda_fail(cudaErrorInvalidValue, call);
  cuda_error error = find(host, &function, &kernel, call);
  if (error) return error;
  const vgpu_gpu *gpu = vgpu_named_gpu();
  if (blocks > cuda_resident_blocks(kernel, (uint64_t)block_size, 0)) return cuda_fail(cudaErrorInvalidValue, call);
  uint32_t each = gpu->shared_per_multiprocessor / (uint32_t)blocks / gpu->shared_granularity * gpu->shared_granularity;
  uint32_t taken = kernel->static_shared_bytes + gpu->shared_reserved;
  uint32_t left = each > taken ? each - taken : 0, most = gpu->shared_optin - kernel->static_shared_bytes;
  *bytes = left < most ? left : most;
  return 0;
}
