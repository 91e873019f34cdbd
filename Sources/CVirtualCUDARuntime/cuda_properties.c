// What the named GPU answers about itself.
#include "cuda_properties.h"

#include <string.h>

#include "host_api.h"

enum { PCI_BUS = 1, PITCH_LIMIT = 0x7FFFFFFF, CONSTANT_BYTES = 65536, WINDOW = 134213632 };

static void set_pair(int *to, int x, int y) { to[0] = x, to[1] = y; }
static void set_triple(int *to, int x, int y, int z) { to[0] = x, to[1] = y, to[2] = z; }

// The fields that both layouts have.
#define FILL(p)                                                                                                         \
  do {                                                                                                                  \
    const vgpu_gpu *gpu = vgpu_named_gpu();                                                                             \
    memset(p, 0, sizeof *p);                                                                                            \
    strncpy(p->name, gpu->name, sizeof p->name - 1);                                                                    \
    memcpy(p->uuid, "basic-vgpu\0\0\0\0\0\1", 16);                                                                      \
    p->totalGlobalMem = gpu->memory_bytes;                                                                              \
    p->sharedMemPerBlock = gpu->shared_per_block;                                                                       \
    p->regsPerBlock = 65536;                                                                                            \
    p->warpSize = 32;                                                                                                   \
    p->memPitch = PITCH_LIMIT;                                                                                          \
    p->maxThreadsPerBlock = 1024;                                                                                       \
    set_triple(p->maxThreadsDim, 1024, 1024, 64);                                                                       \
    set_triple(p->maxGridSize, 0x7FFFFFFF, 65535, 65535);                                                               \
    p->totalConstMem = CONSTANT_BYTES;                                                                                  \
    p->major = gpu->major;                                                                                              \
    p->minor = gpu->minor;                                                                                              \
    p->textureAlignment = 512;                                                                                          \
    p->texturePitchAlignment = 32;                                                                                      \
    p->multiProcessorCount = gpu->multiprocessors;                                                                      \
    p->canMapHostMemory = 1;                                                                                            \
    p->maxTexture1D = 131072;                                                                                           \
    p->maxTexture1DMipmap = 32768;                                                                                      \
    set_pair(p->maxTexture2D, 131072, 65536);                                                                           \
    set_pair(p->maxTexture2DMipmap, 32768, 32768);                                                                      \
    set_triple(p->maxTexture2DLinear, 131072, 65000, 2097120);                                                          \
    set_pair(p->maxTexture2DGather, 32768, 32768);                                                                      \
    set_triple(p->maxTexture3D, 16384, 16384, 16384);                                                                   \
    set_triple(p->maxTexture3DAlt, 8192, 8192, 32768);                                                                  \
    p->maxTextureCubemap = 32768;                                                                                       \
    set_pair(p->maxTexture1DLayered, 32768, 2048);                                                                      \
    set_triple(p->maxTexture2DLayered, 32768, 32768, 2048);                                                             \
    set_pair(p->maxTextureCubemapLayered, 32768, 2046);                                                                 \
    p->maxSurface1D = 32768;                                                                                            \
    set_pair(p->maxSurface2D, 131072, 65536);                                                                           \
    set_triple(p->maxSurface3D, 16384, 16384, 16384);                                                                   \
    set_pair(p->maxSurface1DLayered, 32768, 2048);                                                                      \
    set_triple(p->maxSurface2DLayered, 32768, 32768, 2048);                                                             \
    p->maxSurfaceCubemap = 32768;                                                                                       \
    set_pair(p->maxSurfaceCubemapLayered, 32768, 2046);                                                                 \
    p->surfaceAlignment = 512;                                                                                          \
    p->concurrentKernels = 1;                                                                                           \
    p->ECCEnabled = gpu->ecc;                                                                                           \
    p->pciBusID = PCI_BUS;                                                                                              \
    p->asyncEngineCount = gpu->copy_engines;                                                                            \
    p->unifiedAddressing = 1;                                                                                           \
    p->memoryBusWidth = gpu->bus_bits;                                                                                  \
    p->l2CacheSize = (int)gpu->l2_bytes;                                                                                \
    p->persistingL2CacheMaxSize = (int)gpu->persisting_l2_bytes;                                                        \
    p->maxThreadsPerMultiProcessor = gpu->threads_per_multiprocessor;                                                   \
    p->streamPrioritiesSupported = 1;                                                                                   \
    p->globalL1CacheSupported = 1;                                                                                      \
    p->localL1CacheSupported = 1;                                                                                       \
    p->sharedMemPerMultiprocessor = gpu->shared_per_multiprocessor;                                                     \
    p->regsPerMultiprocessor = (int)gpu->registers_per_multiprocessor;                                                  \
    p->managedMemory = 1;                                                                                               \
    p->concurrentManagedAccess = 1;                                                                                     \
    p->computePreemptionSupported = 1;                                                                                  \
    p->canUseHostPointerForRegisteredMem = 1;                                                                           \
    p->cooperativeLaunch = 1;                                                                                           \
    p->sharedMemPerBlockOptin = gpu->shared_optin;                                                                      \
    p->maxBlocksPerMultiProcessor = gpu->blocks_per_multiprocessor;                                                     \
    p->accessPolicyMaxWindowSize = gpu->persisting_l2_bytes ? WINDOW : 0;                                               \
    p->reservedSharedMemPerBlock = gpu->shared_reserved;                                                                \
    p->hostRegisterSupported = 1;                                                                                       \
    p->memoryPoolsSupported = 1;                                                                                        \
    p->unifiedFunctionPointers = 1;                                                                                     \
  } while (0)

cuda_error cudaGetDeviceProperties(cuda_properties_13 *properties, int device) {
  if (!properties) return cuda_fail(cudaErrorInvalidValue, "cudaGetDeviceProperties");
  if (device) return cuda_fail(cudaErrorInvalidDevice, "cudaGetDeviceProperties");
  FILL(properties);
  properties->deviceNumaId = -1;
  properties->hostNumaId = -1;
  return 0;
}

// What code that was compiled by CUDA 12 calls.
cuda_error cudaGetDeviceProperties_v2(cuda_properties_12 *properties, int device) {
  if (!properties) return cuda_fail(cudaErrorInvalidValue, "cudaGetDeviceProperties");
  if (device) return cuda_fail(cudaErrorInvalidDevice, "cudaGetDeviceProperties");
  FILL(properties);
  const vgpu_gpu *gpu = vgpu_named_gpu();
  properties->clockRate = gpu->clock_khz;
  properties->memoryClockRate = gpu->memory_clock_khz;
  properties->deviceOverlap = 1;
  properties->maxTexture1DLinear = 268435456;
  properties->singleToDoublePrecisionPerfRatio = gpu->single_to_double;
  properties->cooperativeMultiDeviceLaunch = 1;
  return 0;
}

// An attribute that is a field of the properties.
#define FIELD(number, field) \
  case number: *value = (int)p.field; break;
#define VALUE(number, what) \
  case number: *value = (int)(what); break;

cuda_error cudaDeviceGetAttribute(int *value, int attribute, int device) {
  const char *call = "cudaDeviceGetAttribute";
  if (!value) return cuda_fail(cudaErrorInvalidValue, call);
  if (device) return cuda_fail(cudaErrorInvalidDevice, call);
  cuda_properties_12 p;
  cuda_error error = cudaGetDeviceProperties_v2(&p, 0);
  if (error) return error;
  switch (attribute) {
    FIELD(1, maxThreadsPerBlock)
    FIELD(2, maxThreadsDim[0]) FIELD(3, maxThreadsDim[1]) FIELD(4, maxThreadsDim[2])
    FIELD(5, maxGridSize[0]) FIELD(6, maxGridSize[1]) FIELD(7, maxGridSize[2])
    FIELD(8, sharedMemPerBlock) FIELD(9, totalConstMem) FIELD(10, warpSize) FIELD(11, memPitch) FIELD(12, regsPerBlock)
    FIELD(13, clockRate) FIELD(14, textureAlignment) FIELD(15, deviceOverlap) FIELD(16, multiProcessorCount)
    FIELD(17, kernelExecTimeoutEnabled) FIELD(18, integrated) FIELD(19, canMapHostMemory) FIELD(20, computeMode)
    FIELD(21, maxTexture1D) FIELD(22, maxTexture2D[0]) FIELD(23, maxTexture2D[1])
    FIELD(24, maxTexture3D[0]) FIELD(25, maxTexture3D[1]) FIELD(26, maxTexture3D[2])
    FIELD(27, maxTexture2DLayered[0]) FIELD(28, maxTexture2DLayered[1]) FIELD(29, maxTexture2DLayered[2])
    FIELD(30, surfaceAlignment) FIELD(31, concurrentKernels) FIELD(32, ECCEnabled)
    FIELD(33, pciBusID) FIELD(34, pciDeviceID) FIELD(35, tccDriver) FIELD(36, memoryClockRate) FIELD(37, memoryBusWidth)
    FIELD(38, l2CacheSize) FIELD(39, maxThreadsPerMultiProcessor) FIELD(40, asyncEngineCount) FIELD(41, unifiedAddressing)
    FIELD(42, maxTexture1DLayered[0]) FIELD(43, maxTexture1DLayered[1])
    FIELD(45, maxTexture2DGather[0]) FIELD(46, maxTexture2DGather[1])
    FIELD(47, maxTexture3DAlt[0]) FIELD(48, maxTexture3DAlt[1]) FIELD(49, maxTexture3DAlt[2])
    FIELD(50, pciDomainID) FIELD(51, texturePitchAlignment) FIELD(52, maxTextureCubemap)
    FIELD(53, maxTextureCubemapLayered[0]) FIELD(54, maxTextureCubemapLayered[1])
    FIELD(55, maxSurface1D) FIELD(56, maxSurface2D[0]) FIELD(57, maxSurface2D[1])
    FIELD(58, maxSurface3D[0]) FIELD(59, maxSurface3D[1]) FIELD(60, maxSurface3D[2])
    FIELD(61, maxSurface1DLayered[0]) FIELD(62, maxSurface1DLayered[1])
    FIELD(63, maxSurface2DLayered[0]) FIELD(64, maxSurface2DLayered[1]) FIELD(65, maxSurface2DLayered[2])
    FIELD(66, maxSurfaceCubemap) FIELD(67, maxSurfaceCubemapLayered[0]) FIELD(68, maxSurfaceCubemapLayered[1])
    FIELD(69, maxTexture1DLinear)
    FIELD(70, maxTexture2DLinear[0]) FIELD(71, maxTexture2DLinear[1]) FIELD(72, maxTexture2DLinear[2])
    FIELD(73, maxTexture2DMipmap[0]) FIELD(74, maxTexture2DMipmap[1]) FIELD(75, major) FIELD(76, minor)
    FIELD(77, maxTexture1DMipmap) FIELD(78, streamPrioritiesSupported) FIELD(79, globalL1CacheSupported)
    FIELD(80, localL1CacheSupported) FIELD(81, sharedMemPerMultiprocessor) FIELD(82, regsPerMultiprocessor)
    FIELD(83, managedMemory) FIELD(84, isMultiGpuBoard) FIELD(85, multiGpuBoardGroupID) FIELD(86, hostNativeAtomicSupported)
    FIELD(87, singleToDoublePrecisionPerfRatio) FIELD(88, pageableMemoryAccess) FIELD(89, concurrentManagedAccess)
    FIELD(90, computePreemptionSupported) FIELD(91, canUseHostPointerForRegisteredMem)
    FIELD(95, cooperativeLaunch) FIELD(96, cooperativeMultiDeviceLaunch) FIELD(97, sharedMemPerBlockOptin)
    VALUE(98, 0) FIELD(99, hostRegisterSupported) FIELD(100, pageableMemoryAccessUsesHostPageTables)
    FIELD(101, directManagedMemAccessFromHost) FIELD(106, maxBlocksPerMultiProcessor) FIELD(108, persistingL2CacheMaxSize)
    FIELD(109, accessPolicyMaxWindowSize) FIELD(111, reservedSharedMemPerBlock) FIELD(112, sparseCudaArraySupported)
    FIELD(113, hostRegisterReadOnlySupported) FIELD(114, timelineSemaphoreInteropSupported) FIELD(115, memoryPoolsSupported)
    FIELD(116, gpuDirectRDMASupported) FIELD(117, gpuDirectRDMAFlushWritesOptions) FIELD(118, gpuDirectRDMAWritesOrdering)
    FIELD(119, memoryPoolSupportedHandleTypes) FIELD(120, clusterLaunch) FIELD(121, deferredMappingCudaArraySupported)
    FIELD(125, ipcEventSupported) VALUE(126, vgpu_named_gpu()->clusters ? 4 : 1) VALUE(130, 0) VALUE(131, -1) VALUE(133, 0)
    VALUE(134, -1) VALUE(135, 0) VALUE(138, 0) VALUE(139, 0) VALUE(140, 0) VALUE(142, 0) VALUE(143, 0) VALUE(144, 0)
    VALUE(147, 0) VALUE(148, 0) VALUE(149, 1) VALUE(150, 0) VALUE(151, 0) VALUE(157, p.multiProcessorCount) VALUE(160, 0)
    default: return cuda_fail(cudaErrorInvalidValue, call);
  }
  return 0;
}
