// Memory pools. Work runs in the order of the calls, so that memory is had and given back at once; a pool is a name under
// which bytes are counted.
#include "cuda_handle.h"
#include "host_api.h"

// The text comes first: the allocations of a pool point to it.
struct vgpu_pool {
  char what[32];
  uint64_t threshold, used, used_high, limit;
  int reuse[3];
};

static vgpu_handle_pool pools = VGPU_HANDLE_POOL(struct vgpu_pool);
static struct vgpu_pool standard = {.what = "cudaMallocAsync", .reuse = {1, 1, 1}};
static cuda_pool current = &standard;

static int is_pool(const void *pool) { return pool == &standard || vgpu_handle_check(&pools, pool); }

void cuda_forget_pools(void) {
  vgpu_handle_delete_all(&pools);
  current = &standard;
  standard.used = standard.used_high = standard.threshold = 0;
}

void cuda_pool_freed(const char *what, uint64_t bytes) {
  if (what != standard.what && !vgpu_handle_check(&pools, what)) return;
  __atomic_sub_fetch(&((cuda_pool)what)->used, bytes, __ATOMIC_RELAXED);
}

static cuda_error allocate(void **address, uint64_t bytes, cuda_pool pool, cuda_stream stream, const char *call) {
  cuda_error error = cuda_check_stream(stream);
  if (error) return cuda_fail(error, call);
  if (!is_pool(pool)) return cuda_fail(cudaErrorInvalidValue, call);
  uint64_t used = __atomic_load_n(&pool->used, __ATOMIC_RELAXED);
  if (pool->limit && bytes > pool->limit - (used < pool->limit ? used : pool->limit)) return cuda_fail(cudaErrorMemoryAllocation, call);
  if ((error = cuda_allocate(address, bytes, VGPU_MEMORY_DEVICE, pool->what))) return error;
  used = __atomic_add_fetch(&pool->used, bytes, __ATOMIC_RELAXED);
  if (used > pool->used_high) pool->used_high = used;
  return 0;
}

cuda_error cudaMallocAsync(void **address, size_t bytes, cuda_stream stream) {
  return allocate(address, bytes, current, stream, "cudaMallocAsync");
}
CUDA_PTSZ(cudaMallocAsync)

cuda_error cudaMallocFromPoolAsync(void **address, size_t bytes, cuda_pool pool, cuda_stream stream) {
  return allocate(address, bytes, pool, stream, "cudaMallocFromPoolAsync");
}
CUDA_PTSZ(cudaMallocFromPoolAsync)

cuda_error cudaFreeAsync(void *address, cuda_stream stream) {
  cuda_error error = cuda_check_stream(stream);
  if (error) return cuda_fail(error, "cudaFreeAsync");
  if (!address) return cuda_fail(cudaErrorInvalidValue, "cudaFreeAsync");
  return cuda_release(address, VGPU_MEMORY_DEVICE, "cudaFreeAsync");
}
CUDA_PTSZ(cudaFreeAsync)

cuda_error cudaMemPoolCreate(cuda_pool *pool, const cuda_pool_properties *properties) {
  enum { PINNED = 1, ON_DEVICE = 1 };
  const char *call = "cudaMemPoolCreate";
  CUDA_ENTER(call);
  if (!pool || !properties || properties->allocType != PINNED) return cuda_fail(cudaErrorInvalidValue, call);
  if (properties->location.type != ON_DEVICE || properties->handleTypes)
    return cuda_unsupported(call, "pools of host memory and pools that are shared between processes are not available on the virtual GPU");
  if (properties->location.id) return cuda_fail(cudaErrorInvalidDevice, call);
  struct vgpu_pool *made = vgpu_handle_new(&pools);
  if (!made) return cuda_fail(cudaErrorMemoryAllocation, call);
  *made = (struct vgpu_pool){.what = "cudaMallocFromPoolAsync", .reuse = {1, 1, 1}, .limit = properties->maxSize};
  *pool = made;
  return 0;
}

cuda_error cudaMemPoolDestroy(cuda_pool pool) {
  CUDA_ENTER("cudaMemPoolDestroy");
  if (pool == &standard || !is_pool(pool)) return cuda_fail(cudaErrorInvalidValue, "cudaMemPoolDestroy");
  if (current == pool) current = &standard;
  vgpu_handle_delete(&pools, pool);
  return 0;
}

cuda_error cudaMemPoolTrimTo(cuda_pool pool, size_t bytes) {
  (void)bytes;
  CUDA_ENTER("cudaMemPoolTrimTo");
  return is_pool(pool) ? 0 : cuda_fail(cudaErrorInvalidValue, "cudaMemPoolTrimTo");
}

enum { REUSE_FIRST = 1, REUSE_LAST = 3, THRESHOLD, RESERVED, RESERVED_HIGH, USED, USED_HIGH, ALLOCATION_TYPE, HANDLE_TYPES,
       LOCATION_ID, LOCATION_TYPE, MAXIMUM };

cuda_error cudaMemPoolGetAttribute(cuda_pool pool, int attribute, void *value) {
  const char *call = "cudaMemPoolGetAttribute";
  CUDA_ENTER(call);
  if (!is_pool(pool) || !value) return cuda_fail(cudaErrorInvalidValue, call);
  switch (attribute) {
    case REUSE_FIRST ... REUSE_LAST: *(int *)value = pool->reuse[attribute - REUSE_FIRST]; return 0;
    case THRESHOLD: *(uint64_t *)value = pool->threshold; return 0;
    case RESERVED:
    case USED: *(uint64_t *)value = pool->used; return 0;
    case RESERVED_HIGH:
    case USED_HIGH: *(uint64_t *)value = pool->used_high; return 0;
    case ALLOCATION_TYPE: *(int *)value = 1; return 0;
    case HANDLE_TYPES: *(int *)value = 0; return 0;
    case LOCATION_ID: *(int *)value = 0; return 0;
    case LOCATION_TYPE: *(int *)value = 1; return 0;
    case MAXIMUM: *(uint64_t *)value = pool->limit; return 0;
    default: return cuda_fail(cudaErrorInvalidValue, call);
  }
}

cuda_error cudaMemPoolSetAttribute(cuda_pool pool, int attribute, void *value) {
  const char *call = "cudaMemPoolSetAttribute";
  CUDA_ENTER(call);
  if (!is_pool(pool) || !value) return cuda_fail(cudaErrorInvalidValue, call);
  switch (attribute) {
    case REUSE_FIRST ... REUSE_LAST: pool->reuse[attribute - REUSE_FIRST] = *(int *)value; return 0;
    case THRESHOLD: pool->threshold = *(uint64_t *)value; return 0;
    case RESERVED_HIGH:
    case USED_HIGH:  // can only be set back to zero: the mark starts again from what is in use
      if (*(uint64_t *)value) return cuda_fail(cudaErrorInvalidValue, call);
      pool->used_high = pool->used;
      return 0;
    default: return cuda_fail(cudaErrorInvalidValue, call);
  }
}

cuda_error cudaMemPoolSetAccess(cuda_pool pool, const cuda_access_description *wanted, size_t count) {
  const char *call = "cudaMemPoolSetAccess";
  CUDA_ENTER(call);
  if (!is_pool(pool) || (count && !wanted)) return cuda_fail(cudaErrorInvalidValue, call);
  for (size_t i = 0; i < count; i++) {
    if (wanted[i].location.id) return cuda_fail(cudaErrorInvalidDevice, call);
    if (wanted[i].flags != 3) return cuda_fail(cudaErrorInvalidValue, call);  // a device keeps access to its own pool
  }
  return 0;
}

cuda_error cudaMemPoolGetAccess(int *flags, cuda_pool pool, const cuda_location *location) {
  const char *call = "cudaMemPoolGetAccess";
  CUDA_ENTER(call);
  if (!is_pool(pool) || !flags || !location) return cuda_fail(cudaErrorInvalidValue, call);
  *flags = location->type == 1 && !location->id ? 3 : 0;
  return 0;
}

static cuda_error answer(cuda_pool *pool, cuda_pool found, int device, const char *call) {
  CUDA_ENTER(call);
  if (!pool) return cuda_fail(cudaErrorInvalidValue, call);
  if (device) return cuda_fail(cudaErrorInvalidDevice, call);
  *pool = found;
  return 0;
}

static cuda_error replace(cuda_pool pool, int device, const char *call) {
  CUDA_ENTER(call);
  if (device) return cuda_fail(cudaErrorInvalidDevice, call);
  if (!is_pool(pool)) return cuda_fail(cudaErrorInvalidValue, call);
  current = pool;
  return 0;
}

// Whether a location is the device; 0, or an error.
static int device_of(const cuda_location *location) { return location && location->type == 1 ? location->id : -1; }

cuda_error cudaDeviceGetDefaultMemPool(cuda_pool *pool, int device) {
  return answer(pool, &standard, device, "cudaDeviceGetDefaultMemPool");
}

cuda_error cudaDeviceGetMemPool(cuda_pool *pool, int device) { return answer(pool, current, device, "cudaDeviceGetMemPool"); }

cuda_error cudaDeviceSetMemPool(int device, cuda_pool pool) { return replace(pool, device, "cudaDeviceSetMemPool"); }

cuda_error cudaMemGetDefaultMemPool(cuda_pool *pool, const cuda_location *location, int type) {
  (void)type;
  return answer(pool, &standard, device_of(location), "cudaMemGetDefaultMemPool");
}

cuda_error cudaMemGetMemPool(cuda_pool *pool, const cuda_location *location, int type) {
  (void)type;
  return answer(pool, current, device_of(location), "cudaMemGetMemPool");
}

cuda_error cudaMemSetMemPool(const cuda_location *location, int type, cuda_pool pool) {
  (void)type;
  return replace(pool, device_of(location), "cudaMemSetMemPool");
}
