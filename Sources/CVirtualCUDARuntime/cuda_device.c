// The one device and the process's settings of it.
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "host_api.h"

enum { VERSION = 13050 };

static unsigned device_flags;
static int cache_preference, bank_size;
static size_t limits[11] = {[0] = 1024, [1] = 7340032, [2] = 8388608, [3] = 2, [4] = 2048, [5] = 64, [6] = 0};

cuda_error cudaGetDeviceCount(int *count) {
  if (!count) return cuda_fail(cudaErrorInvalidValue, "cudaGetDeviceCount");
  *count = 1;
  return 0;
}

cuda_error cudaGetDevice(int *device) {
  if (!device) return cuda_fail(cudaErrorInvalidValue, "cudaGetDevice");
  *device = 0;
  return 0;
}

cuda_error cudaSetDevice(int device) {
  if (device) return cuda_fail(cudaErrorInvalidDevice, "cudaSetDevice");
  CUDA_ENTER("cudaSetDevice");
  return 0;
}

cuda_error cudaInitDevice(int device, unsigned flags, unsigned valid) {
  if (device) return cuda_fail(cudaErrorInvalidDevice, "cudaInitDevice");
  if (valid & 1) device_flags = flags;
  return 0;
}

cuda_error cudaChooseDevice(int *device, const void *properties) {
  if (!device || !properties) return cuda_fail(cudaErrorInvalidValue, "cudaChooseDevice");
  *device = 0;
  return 0;
}

cuda_error cudaSetValidDevices(int *devices, int count) {
  for (int i = 0; devices && i < count; i++)
    if (devices[i]) return cuda_fail(cudaErrorInvalidDevice, "cudaSetValidDevices");
  return 0;
}

cuda_error cudaSetDeviceFlags(unsigned flags) {
  if (flags & ~0xFFu) return cuda_fail(cudaErrorInvalidValue, "cudaSetDeviceFlags");
  device_flags = flags;
  return 0;
}

cuda_error cudaGetDeviceFlags(unsigned *flags) {
  if (!flags) return cuda_fail(cudaErrorInvalidValue, "cudaGetDeviceFlags");
  *flags = device_flags | 8;  // host memory can always be mapped
  return 0;
}

cuda_error cudaDeviceSynchronize(void) {
  CUDA_ENTER_SYNCHRONISING("cudaDeviceSynchronize");
  return 0;
}

cuda_error cudaThreadSynchronize(void) { return cudaDeviceSynchronize(); }

cuda_error cudaDeviceReset(void) {
  cuda_error broken = cuda_synchronise();
  vgpu_memory_reset();
  vgpu_forget_host_ranges();
  cuda_forget_streams();
  cuda_forget_events();
  cuda_forget_pools();
  cuda_error_reset();
  cuda_restore_variables();
  return cuda_fail(broken, "cudaDeviceReset");
}

cuda_error cudaThreadExit(void) { return cudaDeviceReset(); }

cuda_error cudaDriverGetVersion(int *version) {
  if (!version) return cuda_fail(cudaErrorInvalidValue, "cudaDriverGetVersion");
  *version = VERSION;
  return 0;
}

cuda_error cudaRuntimeGetVersion(int *version) {
  if (!version) return cuda_fail(cudaErrorInvalidValue, "cudaRuntimeGetVersion");
  *version = VERSION;
  return 0;
}

// Whether the device has this limit; 7 to 9 are not in use.
static int has_limit(int limit) { return limit >= 0 && limit <= 6; }

cuda_error cudaDeviceGetLimit(size_t *value, int limit) {
  CUDA_ENTER("cudaDeviceGetLimit");
  if (!value) return cuda_fail(cudaErrorInvalidValue, "cudaDeviceGetLimit");
  if (!has_limit(limit)) return cuda_fail(cudaErrorInvalidValue, "cudaDeviceGetLimit");
  *value = limits[limit];
  return 0;
}

cuda_error cudaDeviceSetLimit(int limit, size_t value) {
  enum { STACK = 0, FETCH = 5, PERSISTING = 6 };
  CUDA_ENTER("cudaDeviceSetLimit");
  if (!has_limit(limit)) return cuda_fail(cudaErrorUnsupportedLimit, "cudaDeviceSetLimit");
  if (limit == STACK && value > 512 * 1024) return cuda_fail(cudaErrorInvalidValue, "cudaDeviceSetLimit");
  if (limit == FETCH && value > 128) return cuda_fail(cudaErrorInvalidValue, "cudaDeviceSetLimit");
  if (limit == PERSISTING && value > vgpu_named_gpu()->persisting_l2_bytes) value = vgpu_named_gpu()->persisting_l2_bytes;
  limits[limit] = value;
  return 0;
}

cuda_error cudaDeviceGetCacheConfig(int *preference) {
  CUDA_ENTER("cudaDeviceGetCacheConfig");
  if (!preference) return cuda_fail(cudaErrorInvalidValue, "cudaDeviceGetCacheConfig");
  *preference = cache_preference;
  return 0;
}

cuda_error cudaDeviceSetCacheConfig(int preference) {
  CUDA_ENTER("cudaDeviceSetCacheConfig");
  if (preference < 0 || preference > 3) return cuda_fail(cudaErrorInvalidValue, "cudaDeviceSetCacheConfig");
  cache_preference = preference;
  return 0;
}

// Banks have had four bytes since compute capability 5.0; the setting is accepted and changes nothing.
cuda_error cudaDeviceGetSharedMemConfig(int *banks) {
  CUDA_ENTER("cudaDeviceGetSharedMemConfig");
  if (!banks) return cuda_fail(cudaErrorInvalidValue, "cudaDeviceGetSharedMemConfig");
  *banks = 1;
  return 0;
}

cuda_error cudaDeviceSetSharedMemConfig(int banks) {
  CUDA_ENTER("cudaDeviceSetSharedMemConfig");
  if (banks < 0 || banks > 2) return cuda_fail(cudaErrorInvalidValue, "cudaDeviceSetSharedMemConfig");
  bank_size = banks;
  return 0;
}

cuda_error cudaCtxResetPersistingL2Cache(void) {
  CUDA_ENTER("cudaCtxResetPersistingL2Cache");
  return 0;
}

cuda_error cudaDeviceGetPCIBusId(char *text, int bytes, int device) {
  static const char id[] = "0000:01:00.0";
  if (!text || bytes < (int)sizeof id) return cuda_fail(cudaErrorInvalidValue, "cudaDeviceGetPCIBusId");
  if (device) return cuda_fail(cudaErrorInvalidDevice, "cudaDeviceGetPCIBusId");
  memcpy(text, id, sizeof id);
  return 0;
}

cuda_error cudaDeviceGetByPCIBusId(int *device, const char *text) {
  if (!device || !text) return cuda_fail(cudaErrorInvalidValue, "cudaDeviceGetByPCIBusId");
  if (strcasecmp(text, "0000:01:00.0") && strcasecmp(text, "00000000:01:00.0"))
    return cuda_fail(cudaErrorInvalidDevice, "cudaDeviceGetByPCIBusId");
  *device = 0;
  return 0;
}

// There is no other device to be a peer.
cuda_error cudaDeviceCanAccessPeer(int *can, int device, int peer) {
  if (!can) return cuda_fail(cudaErrorInvalidValue, "cudaDeviceCanAccessPeer");
  if (device || peer) return cuda_fail(cudaErrorInvalidDevice, "cudaDeviceCanAccessPeer");
  *can = 0;
  return 0;
}

cuda_error cudaDeviceEnablePeerAccess(int peer, unsigned flags) {
  (void)peer, (void)flags;
  return cuda_fail(cudaErrorInvalidDevice, "cudaDeviceEnablePeerAccess");
}

cuda_error cudaDeviceDisablePeerAccess(int peer) {
  return cuda_fail(peer ? cudaErrorInvalidDevice : cudaErrorPeerAccessNotEnabled, "cudaDeviceDisablePeerAccess");
}

cuda_error cudaDeviceGetP2PAttribute(int *value, int attribute, int device, int peer) {
  (void)attribute, (void)device, (void)peer;
  return cuda_fail(value ? cudaErrorInvalidDevice : cudaErrorInvalidValue, "cudaDeviceGetP2PAttribute");
}

// A profiler may look on from outside; there is nothing to switch.
cuda_error cudaProfilerStart(void) { return 0; }

cuda_error cudaProfilerStop(void) { return 0; }

// The driver's functions are asked for by name: none is there.
cuda_error cudaGetDriverEntryPointByVersion(const char *symbol, void **function, unsigned version, unsigned long long flags,
                                            int *status) {
  enum { SYMBOL_NOT_FOUND = 1 };
  const char *call = "cudaGetDriverEntryPointByVersion";
  char why[160];
  (void)version, (void)flags;
  if (!symbol || !function) return cuda_fail(cudaErrorInvalidValue, call);
  *function = NULL;
  if (status) *status = SYMBOL_NOT_FOUND;
  snprintf(why, sizeof why, "the driver API (%.80s) is not available on the virtual GPU", strpbrk(symbol, "\"\\\n") ? "?" : symbol);
  return cuda_unsupported(call, why);
}
CUDA_PTSZ(cudaGetDriverEntryPointByVersion)

cuda_error cudaGetDriverEntryPoint(const char *symbol, void **function, unsigned long long flags, int *status) {
  return cudaGetDriverEntryPointByVersion(symbol, function, VERSION, flags, status);
}
CUDA_PTSZ(cudaGetDriverEntryPoint)
