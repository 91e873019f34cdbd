// The functions of the virtual GPU's runtime that the device uses. The runtime is loaded before it, for the whole process.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {
void *vgpu_tensor_allocate(uint64_t bytes);
void *vgpu_tensor_allocate_pinned(uint64_t bytes);
int vgpu_tensor_free(void *address);
void vgpu_tensor_written(void *address, uint64_t bytes);
void vgpu_tensor_unwritten(void *address, uint64_t bytes);
void vgpu_tensor_copied(void *to, const void *from, uint64_t bytes);
int vgpu_tensor_is_device(const void *address);
int vgpu_tensor_is_pinned(const void *address);
int vgpu_tensor_checks(void);
uint64_t vgpu_tensor_memory_free(void);
uint64_t vgpu_tensor_memory_total(void);

int cudaGetLastError(void);
int cudaDeviceSynchronize(void);
const char *cudaGetErrorString(int error);
int cudaStreamCreateWithPriority(void **stream, unsigned flags, int priority);
int cudaStreamQuery(void *stream);
int cudaEventCreateWithFlags(void **event, unsigned flags);
int cudaEventDestroy(void *event);
int cudaEventRecord(void *event, void *stream);
int cudaEventElapsedTime(float *milliseconds, void *start, void *end);
}

namespace virtual_cuda {

// Raises what PyTorch raises for an error of CUDA: the last one of this thread, or the one that broke the context.
void raise_error(int code);
inline void check(int code) {
  if (code) raise_error(code);
}

// A feature that the virtual GPU does not have.
[[noreturn]] void unsupported(const char *feature);

}  // namespace virtual_cuda
