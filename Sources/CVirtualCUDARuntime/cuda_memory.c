// Allocation.
#include <stdio.h>
#include <string.h>

#include "host_api.h"

enum { PITCH = 512 };

cuda_error cuda_allocate(void **address, uint64_t bytes, int kind, const char *call) {
  CUDA_ENTER_SYNCHRONISING(call);
  if (!address) return cuda_fail(cudaErrorInvalidValue, call);
  *address = NULL;
  if (!bytes) return 0;
  *address = vgpu_allocate(bytes, kind, call);
  return *address ? 0 : cuda_fail(cudaErrorMemoryAllocation, call);
}

cuda_error cuda_release(void *address, int wanted, const char *call) {
  CUDA_ENTER_SYNCHRONISING(call);
  if (!address) return 0;
  vgpu_allocation found;
  int known = vgpu_find_allocation((uint64_t)address, &found);
  int is_start = known && found.live && found.address == (uint64_t)address;
  int is_host = found.kind == VGPU_MEMORY_HOST;
  int is_ours = found.kind == VGPU_MEMORY_DEVICE || found.kind == VGPU_MEMORY_MANAGED || is_host;
  if (is_start && is_ours && is_host == (wanted == VGPU_MEMORY_HOST) && !vgpu_release(address)) {
    cuda_pool_freed(found.what, found.size);
    return 0;
  }
  if (known && !found.live && found.address == (uint64_t)address) {
    char message[160];
    snprintf(message, sizeof message, "%s of memory that was freed before", call);
    cuda_finding("use-after-free", call, "free", address, 0, &found, message);
  }
  return cuda_fail(cudaErrorInvalidValue, call);
}

cuda_error cudaMalloc(void **address, size_t bytes) { return cuda_allocate(address, bytes, VGPU_MEMORY_DEVICE, "cudaMalloc"); }

cuda_error cudaMallocManaged(void **address, size_t bytes, unsigned flags) {
  const char *call = "cudaMallocManaged";
  if (!bytes || (flags != 1 && flags != 2)) return cuda_fail(cudaErrorInvalidValue, call);
  return cuda_allocate(address, bytes, VGPU_MEMORY_MANAGED, call);
}

cuda_error cudaMallocHost(void **address, size_t bytes) { return cuda_allocate(address, bytes, VGPU_MEMORY_HOST, "cudaMallocHost"); }

cuda_error cudaHostAlloc(void **address, size_t bytes, unsigned flags) {
  if (flags > 7) return cuda_fail(cudaErrorInvalidValue, "cudaHostAlloc");
  return cuda_allocate(address, bytes, VGPU_MEMORY_HOST, "cudaHostAlloc");
}

cuda_error cudaMallocPitch(void **address, size_t *pitch, size_t width, size_t height) {
  const char *call = "cudaMallocPitch";
  if (!pitch || width > INT32_MAX) return cuda_fail(cudaErrorInvalidValue, call);
  size_t row = (width + PITCH - 1) / PITCH * PITCH, bytes;
  if (__builtin_mul_overflow(row, height, &bytes)) return cuda_fail(cudaErrorMemoryAllocation, call);
  cuda_error error = cuda_allocate(address, bytes, VGPU_MEMORY_DEVICE, call);
  if (!error) *pitch = row;
  return error;
}

cuda_error cudaMalloc3D(cuda_pitched_pointer *made, cuda_extent extent) {
  const char *call = "cudaMalloc3D";
  size_t row = (extent.width + PITCH - 1) / PITCH * PITCH, rows, bytes;
  if (!made) return cuda_fail(cudaErrorInvalidValue, call);
  if (__builtin_mul_overflow(extent.height, extent.depth, &rows) || __builtin_mul_overflow(row, rows, &bytes))
    return cuda_fail(cudaErrorMemoryAllocation, call);
  void *address;
  cuda_error error = cuda_allocate(&address, bytes, VGPU_MEMORY_DEVICE, call);
  if (!error) *made = (cuda_pitched_pointer){.ptr = address, .pitch = row, .xsize = extent.width, .ysize = extent.height};
  return error;
}

cuda_error cudaFree(void *address) { return cuda_release(address, VGPU_MEMORY_DEVICE, "cudaFree"); }

cuda_error cudaFreeHost(void *address) { return cuda_release(address, VGPU_MEMORY_HOST, "cudaFreeHost"); }

cuda_error cudaHostRegister(void *address, size_t bytes, unsigned flags) {
  const char *call = "cudaHostRegister";
  CUDA_ENTER(call);
  uint8_t *start = address;
  if (!start || !bytes || flags > 15) return cuda_fail(cudaErrorInvalidValue, call);
  vgpu_memory_open();
  if (start < vgpu_arena_end && start + bytes > vgpu_arena) return cuda_fail(cudaErrorHostMemoryAlreadyRegistered, call);
  return vgpu_register_host_range(address, bytes) ? cuda_fail(cudaErrorHostMemoryAlreadyRegistered, call) : 0;
}

cuda_error cudaHostUnregister(void *address) {
  const char *call = "cudaHostUnregister";
  CUDA_ENTER_SYNCHRONISING(call);
  if (!address) return cuda_fail(cudaErrorInvalidValue, call);
  return vgpu_unregister_host_range(address) ? cuda_fail(cudaErrorHostMemoryNotRegistered, call) : 0;
}

static int is_host_memory(const void *address, vgpu_allocation *found) {
  if (!vgpu_find_allocation((uint64_t)address, found) || !found->live) return 0;
  if ((uint64_t)address - found->address >= found->size) return 0;
  return found->kind == VGPU_MEMORY_HOST || found->kind == VGPU_MEMORY_REGISTERED;
}

cuda_error cudaHostGetDevicePointer(void **device, void *host, unsigned flags) {
  const char *call = "cudaHostGetDevicePointer";
  CUDA_ENTER(call);
  vgpu_allocation found;
  if (!device || flags || !is_host_memory(host, &found)) return cuda_fail(cudaErrorInvalidValue, call);
  *device = host;
  return 0;
}

cuda_error cudaHostGetFlags(unsigned *flags, void *host) {
  const char *call = "cudaHostGetFlags";
  CUDA_ENTER(call);
  vgpu_allocation found;
  if (!flags || !is_host_memory(host, &found)) return cuda_fail(cudaErrorInvalidValue, call);
  *flags = 2;  // mapped, as everything is with unified addresses
  return 0;
}

cuda_error cudaMemGetInfo(size_t *free_bytes, size_t *total_bytes) {
  CUDA_ENTER("cudaMemGetInfo");
  if (!free_bytes || !total_bytes) return cuda_fail(cudaErrorInvalidValue, "cudaMemGetInfo");
  *free_bytes = vgpu_memory_free_bytes();
  *total_bytes = vgpu_memory_total_bytes();
  return 0;
}

cuda_error cudaPointerGetAttributes(cuda_pointer_attributes *attributes, const void *address) {
  enum { UNREGISTERED, HOST, DEVICE, MANAGED };
  const char *call = "cudaPointerGetAttributes";
  CUDA_ENTER(call);
  if (!attributes) return cuda_fail(cudaErrorInvalidValue, call);
  // CUDA 12 has no reserved words behind these four: they are left alone.
  attributes->type = UNREGISTERED;
  attributes->device = -2;
  attributes->devicePointer = NULL;
  attributes->hostPointer = (void *)address;
  vgpu_allocation found;
  if (!vgpu_find_allocation((uint64_t)address, &found) || !found.live) return 0;
  if ((uint64_t)address - found.address >= found.size) return 0;
  int is_host = found.kind == VGPU_MEMORY_HOST || found.kind == VGPU_MEMORY_REGISTERED;
  int is_managed = found.kind == VGPU_MEMORY_MANAGED;
  attributes->type = is_host ? HOST : is_managed ? MANAGED : DEVICE;
  attributes->device = 0;
  attributes->devicePointer = (void *)address;
  attributes->hostPointer = is_host || is_managed ? (void *)address : NULL;
  return 0;
}

// Whether a range lies in managed memory (or, where said so, in any that the device can see).
static cuda_error check_managed(const void *address, size_t bytes, const char *call) {
  CUDA_ENTER(call);
  vgpu_allocation found;
  if (!bytes || !vgpu_find_allocation((uint64_t)address, &found) || !found.live) return cuda_fail(cudaErrorInvalidValue, call);
  uint64_t offset = (uint64_t)address - found.address;
  int is_managed = found.kind == VGPU_MEMORY_MANAGED || found.kind == VGPU_MEMORY_VARIABLE;
  if (!is_managed || offset > found.size || bytes > found.size - offset) return cuda_fail(cudaErrorInvalidValue, call);
  return 0;
}

// Hints: nothing moves here. The location is one machine word, whether a number (CUDA 12) or a structure (13).
cuda_error cudaMemPrefetchAsync(const void *address, size_t bytes, uint64_t location, uint64_t flags, uint64_t stream) {
  (void)location, (void)flags, (void)stream;
  return check_managed(address, bytes, "cudaMemPrefetchAsync");
}
CUDA_PTSZ(cudaMemPrefetchAsync)
CUDA_ALIAS(cudaMemPrefetchAsync, cudaMemPrefetchAsync_v2)
CUDA_ALIAS(cudaMemPrefetchAsync, cudaMemPrefetchAsync_v2_ptsz)

cuda_error cudaMemAdvise(const void *address, size_t bytes, int advice, uint64_t location) {
  (void)location;
  if (advice < 1 || advice > 6) return cuda_fail(cudaErrorInvalidValue, "cudaMemAdvise");
  return check_managed(address, bytes, "cudaMemAdvise");
}
CUDA_ALIAS(cudaMemAdvise, cudaMemAdvise_v2)

cuda_error cudaStreamAttachMemAsync(cuda_stream stream, void *address, size_t bytes, unsigned flags) {
  const char *call = "cudaStreamAttachMemAsync";
  cuda_error error = cuda_check_stream(stream);
  if (error) return cuda_fail(error, call);
  if (flags != 1 && flags != 2 && flags != 4) return cuda_fail(cudaErrorInvalidValue, call);
  return check_managed(address, bytes ? bytes : 1, call);
}
CUDA_PTSZ(cudaStreamAttachMemAsync)

// Nothing is advised and nothing has moved: every question has the answer of fresh memory.
cuda_error cudaMemRangeGetAttribute(void *data, size_t size, int attribute, const void *address, size_t bytes) {
  enum { READ_MOSTLY = 1, ACCESSED_BY = 3, LAST = 8, NOWHERE = -2, LOCATION_TYPES = 1 << 5 | 1 << 7 };
  const char *call = "cudaMemRangeGetAttribute";
  if (!data || size < sizeof(int) || attribute < READ_MOSTLY || attribute > LAST) return cuda_fail(cudaErrorInvalidValue, call);
  cuda_error error = check_managed(address, bytes, call);
  if (error) return error;
  int *values = data, is_zero = attribute == READ_MOSTLY || (LOCATION_TYPES >> attribute & 1);
  for (size_t i = 0; i < (attribute == ACCESSED_BY ? size / sizeof(int) : 1); i++) values[i] = is_zero ? 0 : NOWHERE;
  return 0;
}

cuda_error cudaMemRangeGetAttributes(void **data, size_t *sizes, int *attributes, size_t count, const void *address, size_t bytes) {
  if (!data || !sizes || !attributes || !count) return cuda_fail(cudaErrorInvalidValue, "cudaMemRangeGetAttributes");
  for (size_t i = 0; i < count; i++) {
    cuda_error error = cudaMemRangeGetAttribute(data[i], sizes[i], attributes[i], address, bytes);
    if (error) return error;
  }
  return 0;
}
