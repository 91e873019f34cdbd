// struct cudaDeviceProp in its two layouts. Most fields are common to both: they are listed once, in runs.
#ifndef CUDA_PROPERTIES_H
#define CUDA_PROPERTIES_H

#include <stddef.h>

#define PROPERTIES_NAME                                                                                              \
  char name[256], uuid[16], luid[8];                                                                                 \
  unsigned luidDeviceNodeMask;                                                                                       \
  size_t totalGlobalMem, sharedMemPerBlock;                                                                          \
  int regsPerBlock, warpSize;                                                                                        \
  size_t memPitch;                                                                                                   \
  int maxThreadsPerBlock, maxThreadsDim[3], maxGridSize[3];
#define PROPERTIES_CAPABILITY                                                                                        \
  size_t totalConstMem;                                                                                              \
  int major, minor;                                                                                                  \
  size_t textureAlignment, texturePitchAlignment;
#define PROPERTIES_TEXTURE                                                                                           \
  int maxTexture2D[2], maxTexture2DMipmap[2], maxTexture2DLinear[3], maxTexture2DGather[2], maxTexture3D[3],         \
    maxTexture3DAlt[3], maxTextureCubemap, maxTexture1DLayered[2], maxTexture2DLayered[3],                           \
    maxTextureCubemapLayered[2], maxSurface1D, maxSurface2D[2], maxSurface3D[3], maxSurface1DLayered[2],             \
    maxSurface2DLayered[3], maxSurfaceCubemap, maxSurfaceCubemapLayered[2];                                          \
  size_t surfaceAlignment;                                                                                           \
  int concurrentKernels, ECCEnabled, pciBusID, pciDeviceID, pciDomainID, tccDriver, asyncEngineCount, unifiedAddressing;
#define PROPERTIES_MEMORY                                                                                            \
  int memoryBusWidth, l2CacheSize, persistingL2CacheMaxSize, maxThreadsPerMultiProcessor, streamPrioritiesSupported, \
    globalL1CacheSupported, localL1CacheSupported;                                                                   \
  size_t sharedMemPerMultiprocessor;                                                                                 \
  int regsPerMultiprocessor, managedMemory, isMultiGpuBoard, multiGpuBoardGroupID, hostNativeAtomicSupported;
#define PROPERTIES_ACCESS                                                                                            \
  int pageableMemoryAccess, concurrentManagedAccess, computePreemptionSupported, canUseHostPointerForRegisteredMem,  \
    cooperativeLaunch;
#define PROPERTIES_END                                                                                               \
  size_t sharedMemPerBlockOptin;                                                                                     \
  int pageableMemoryAccessUsesHostPageTables, directManagedMemAccessFromHost, maxBlocksPerMultiProcessor,            \
    accessPolicyMaxWindowSize;                                                                                       \
  size_t reservedSharedMemPerBlock;                                                                                  \
  int hostRegisterSupported, sparseCudaArraySupported, hostRegisterReadOnlySupported,                                \
    timelineSemaphoreInteropSupported, memoryPoolsSupported, gpuDirectRDMASupported;                                 \
  unsigned gpuDirectRDMAFlushWritesOptions;                                                                          \
  int gpuDirectRDMAWritesOrdering;                                                                                   \
  unsigned memoryPoolSupportedHandleTypes;                                                                           \
  int deferredMappingCudaArraySupported, ipcEventSupported, clusterLaunch, unifiedFunctionPointers;

typedef struct {
  PROPERTIES_NAME
  PROPERTIES_CAPABILITY
  int multiProcessorCount, integrated, canMapHostMemory, maxTexture1D, maxTexture1DMipmap;
  PROPERTIES_TEXTURE
  PROPERTIES_MEMORY
  PROPERTIES_ACCESS
  PROPERTIES_END
  int deviceNumaConfig, deviceNumaId, mpsEnabled, hostNumaId;
  unsigned gpuPciDeviceID, gpuPciSubsystemID;
  int hostNumaMultinodeIpcSupported, reserved[56];
} cuda_properties_13;

typedef struct {
  PROPERTIES_NAME
  int clockRate;
  PROPERTIES_CAPABILITY
  int deviceOverlap, multiProcessorCount, kernelExecTimeoutEnabled, integrated, canMapHostMemory, computeMode, maxTexture1D,
    maxTexture1DMipmap, maxTexture1DLinear;
  PROPERTIES_TEXTURE
  int memoryClockRate;
  PROPERTIES_MEMORY
  int singleToDoublePrecisionPerfRatio;
  PROPERTIES_ACCESS
  int cooperativeMultiDeviceLaunch;
  PROPERTIES_END
  int reserved[63];
} cuda_properties_12;

#endif
