// Launches: the configuration is checked as CUDA does it, in its order, against the limits of the named GPU.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_api.h"

typedef struct {
  cuda_dim3 grid, block;
  size_t shared;
  cuda_stream stream;
} configuration;

enum { NESTED = 64 };
static _Thread_local configuration pushed[NESTED];
static _Thread_local int pushed_count;
static pthread_mutex_t device = PTHREAD_MUTEX_INITIALIZER;

unsigned __cudaPushCallConfiguration(cuda_dim3 grid, cuda_dim3 block, size_t shared, cuda_stream stream) {
  if (pushed_count == NESTED) return (unsigned)cuda_fail(cudaErrorMissingConfiguration, "__cudaPushCallConfiguration");
  pushed[pushed_count++] = (configuration){grid, block, shared, stream};
  return 0;
}

cuda_error __cudaPopCallConfiguration(cuda_dim3 *grid, cuda_dim3 *block, size_t *shared, void *stream) {
  if (!pushed_count) return cuda_fail(cudaErrorMissingConfiguration, "__cudaPopCallConfiguration");
  configuration top = pushed[--pushed_count];
  *grid = top.grid;
  *block = top.block;
  *shared = top.shared;
  *(cuda_stream *)stream = top.stream;
  return 0;
}

static cuda_error check(const vgpu_kernel *kernel, cuda_function function, cuda_dim3 grid, cuda_dim3 block, size_t shared,
                        int cooperative) {
  const vgpu_gpu *gpu = vgpu_named_gpu();
  uint64_t threads = (uint64_t)block.x * block.y * block.z;
  if (!grid.x || !grid.y || !grid.z || !threads) return cudaErrorInvalidConfiguration;
  if (grid.x > 0x7FFFFFFFu || grid.y > 65535 || grid.z > 65535) return cudaErrorInvalidConfiguration;
  if (block.x > 1024 || block.y > 1024 || block.z > 64 || threads > 1024) return cudaErrorInvalidConfiguration;
  if (kernel->max_threads && threads > kernel->max_threads) return cudaErrorInvalidValue;  // __launch_bounds__
  if (threads > cuda_thread_limit(kernel)) return cudaErrorLaunchOutOfResources;            // registers
  uint64_t most = gpu->shared_per_block > kernel->static_shared_bytes ? gpu->shared_per_block - kernel->static_shared_bytes : 0;
  if (function->dynamic_limit > most) most = function->dynamic_limit;
  if (shared > most) return cudaErrorInvalidValue;
  if (kernel->static_shared_bytes + (uint64_t)shared > gpu->shared_optin) return cudaErrorInvalidValue;
  if (cooperative) {
    uint64_t resident = (uint64_t)cuda_resident_blocks(kernel, threads, shared) * (uint64_t)gpu->multiprocessors;
    if ((uint64_t)grid.x * grid.y * grid.z > resident) return cudaErrorCooperativeLaunchTooLarge;
  }
  return 0;
}

// Which path leads here decides what a shape that no GPU has is called: CUDA 13's own stubs go by a kernel's handle, and an H100
// under CUDA 13.0 says "invalid argument" there.
static cuda_error launch(cuda_function function, configuration wanted, void **arguments, int cooperative, int by_handle,
                         const char *call) {
  CUDA_ENTER(call);
  cuda_error error;
  const vgpu_kernel *kernel = function ? cuda_kernel_of(function) : NULL;
  if (!kernel) {
    if (!function) return cuda_fail(cudaErrorInvalidResourceHandle, call);
    return cuda_unsupported_kernel(function->name, "the kernel was not translated for the virtual GPU", cudaErrorInvalidDeviceFunction,
                                   call);
  }
  if ((error = cuda_check_stream(wanted.stream))) return cuda_fail(error, call);
  if ((error = check(kernel, function, wanted.grid, wanted.block, wanted.shared, cooperative)))
    return cuda_fail(by_handle && error == cudaErrorInvalidConfiguration ? cudaErrorInvalidValue : error, call);
  if (kernel->unsupported) return cuda_unsupported_kernel(kernel->name, kernel->unsupported, cudaErrorNotSupported, call);
  if (kernel->parameter_count && !arguments) return cuda_fail(cudaErrorInvalidValue, call);
  _Alignas(16) uint8_t small[4096];
  uint8_t *packed = kernel->parameter_bytes <= sizeof small ? small : aligned_alloc(16, (kernel->parameter_bytes + 15) & ~15u);
  if (!packed) return cuda_fail(cudaErrorMemoryAllocation, call);
  memset(packed, 0, kernel->parameter_bytes);
  for (uint32_t i = 0; i < kernel->parameter_count; i++)
    memcpy(packed + kernel->parameters[i].offset, arguments[i], kernel->parameters[i].size);
  // One launch at a time, in the order of the calls. After a kernel has failed no other one runs.
  pthread_mutex_lock(&device);
  if (!cuda_context_is_broken() && !vgpu_count_launch()) {
    vgpu_dim3 grid = {wanted.grid.x, wanted.grid.y, wanted.grid.z}, block = {wanted.block.x, wanted.block.y, wanted.block.z};
    error = vgpu_launch(kernel, grid, block, packed, (uint32_t)wanted.shared, cooperative);
    if (error) cuda_kernel_failed(error);
  }
  pthread_mutex_unlock(&device);
  if (packed != small) free(packed);
  return 0;
}

cuda_error __cudaGetKernel(cuda_function *kernel, const void *host) {
  *kernel = cuda_find_function(host);
  return *kernel ? 0 : cudaErrorInvalidDeviceFunction;
}

cuda_error cudaGetKernel(cuda_function *kernel, const void *host) {
  if (!kernel) return cuda_fail(cudaErrorInvalidValue, "cudaGetKernel");
  *kernel = cuda_find_function(host);
  return *kernel ? 0 : cuda_fail(cudaErrorInvalidDeviceFunction, "cudaGetKernel");
}

cuda_error cudaGetFuncBySymbol(cuda_function *kernel, const void *host) {
  if (!kernel) return cuda_fail(cudaErrorInvalidValue, "cudaGetFuncBySymbol");
  *kernel = cuda_find_function(host);
  return *kernel ? 0 : cuda_fail(cudaErrorInvalidDeviceFunction, "cudaGetFuncBySymbol");
}

cuda_error __cudaLaunchKernel(cuda_function kernel, cuda_dim3 grid, cuda_dim3 block, void **arguments, size_t shared,
                              cuda_stream stream) {
  return launch(kernel, (configuration){grid, block, shared, stream}, arguments, 0, 1, "cudaLaunchKernel");
}
CUDA_PTSZ(__cudaLaunchKernel)

cuda_error cudaLaunchKernel(const void *host, cuda_dim3 grid, cuda_dim3 block, void **arguments, size_t shared,
                            cuda_stream stream) {
  return launch(cuda_find_function(host), (configuration){grid, block, shared, stream}, arguments, 0, 0, "cudaLaunchKernel");
}
CUDA_PTSZ(cudaLaunchKernel)

cuda_error cudaLaunchCooperativeKernel(const void *host, cuda_dim3 grid, cuda_dim3 block, void **arguments, size_t shared,
                                       cuda_stream stream) {
  return launch(cuda_find_function(host), (configuration){grid, block, shared, stream}, arguments, 1, 0,
                "cudaLaunchCooperativeKernel");
}
CUDA_PTSZ(cudaLaunchCooperativeKernel)

cuda_error cudaLaunchKernelExC(const cuda_launch_configuration *wanted, const void *host, void **arguments) {
  enum { COOPERATIVE = 2, CLUSTER_DIMENSION = 4 };
  const char *call = "cudaLaunchKernelExC";
  if (!wanted || (wanted->numAttrs && !wanted->attrs)) return cuda_fail(cudaErrorInvalidValue, call);
  int cooperative = 0;
  for (unsigned i = 0; i < wanted->numAttrs; i++) {
    const cuda_launch_attribute *attribute = &wanted->attrs[i];
    if (attribute->id == COOPERATIVE) cooperative = attribute->val.cooperative != 0;
    if (attribute->id != CLUSTER_DIMENSION) continue;
    uint64_t blocks = (uint64_t)attribute->val.clusterDim.x * attribute->val.clusterDim.y * attribute->val.clusterDim.z;
    if (!blocks) return cuda_fail(cudaErrorInvalidValue, call);
    if (blocks != 1) return cuda_unsupported(call, "thread block clusters of more than one block are not available on the virtual GPU");
  }
  configuration plain = {wanted->gridDim, wanted->blockDim, wanted->dynamicSmemBytes, wanted->stream};
  return launch(cuda_find_function(host), plain, arguments, cooperative, 0, call);
}
CUDA_PTSZ(cudaLaunchKernelExC)
