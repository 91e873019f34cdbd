// Prints the layout of every structure that the CUDA runtime and its callers share. Compiled twice, against the toolkit's
// headers (-DTOOLKIT) and against ours, it has to print the same lines. With -DCUDA12 both times it compares the properties
// of CUDA 12; the fields that CUDA 13 added to other structures are left out then.
#include <stddef.h>
#include <stdio.h>

#ifdef TOOLKIT
#include <cuda_runtime_api.h>
typedef struct cudaDeviceProp properties;
typedef struct cudaFuncAttributes function_attributes;
typedef struct cudaPointerAttributes pointer_attributes;
typedef struct cudaPitchedPtr pitched_pointer;
typedef struct cudaMemcpy3DParms memcpy_3d;
typedef struct cudaMemcpy3DPeerParms memcpy_3d_peer;
typedef cudaLaunchConfig_t launch_configuration;
typedef cudaLaunchAttribute launch_attribute;
typedef cudaLaunchAttributeValue launch_attribute_value;
typedef struct cudaMemLocation location;
typedef struct cudaMemPoolProps pool_properties;
typedef struct cudaMemAccessDesc access_description;
#else
#include "cuda_properties.h"
#include "cuda_types.h"
#ifdef CUDA12
typedef cuda_properties_12 properties;
#else
typedef cuda_properties_13 properties;
#endif
typedef cuda_function_attributes function_attributes;
typedef cuda_pointer_attributes pointer_attributes;
typedef cuda_pitched_pointer pitched_pointer;
typedef cuda_memcpy_3d memcpy_3d;
typedef cuda_memcpy_3d_peer memcpy_3d_peer;
typedef cuda_launch_configuration launch_configuration;
typedef cuda_launch_attribute launch_attribute;
typedef cuda_launch_attribute_value launch_attribute_value;
typedef cuda_location location;
typedef cuda_pool_properties pool_properties;
typedef cuda_access_description access_description;
#endif

#define SIZE(type) printf("%s %zu %zu\n", #type, sizeof(type), _Alignof(type));
#define FIELD(type, field) printf("%s.%s %zu %zu\n", #type, #field, offsetof(type, field), sizeof(((type *)0)->field));

int main(void) {
  SIZE(properties)
  FIELD(properties, name) FIELD(properties, uuid) FIELD(properties, luid) FIELD(properties, luidDeviceNodeMask)
  FIELD(properties, totalGlobalMem) FIELD(properties, sharedMemPerBlock) FIELD(properties, regsPerBlock)
  FIELD(properties, warpSize) FIELD(properties, memPitch) FIELD(properties, maxThreadsPerBlock)
  FIELD(properties, maxThreadsDim) FIELD(properties, maxGridSize) FIELD(properties, totalConstMem)
  FIELD(properties, major) FIELD(properties, minor) FIELD(properties, textureAlignment)
  FIELD(properties, texturePitchAlignment) FIELD(properties, multiProcessorCount) FIELD(properties, integrated)
  FIELD(properties, canMapHostMemory) FIELD(properties, maxTexture1D) FIELD(properties, maxTexture1DMipmap)
  FIELD(properties, maxTexture2D) FIELD(properties, maxTexture2DMipmap) FIELD(properties, maxTexture2DLinear)
  FIELD(properties, maxTexture2DGather) FIELD(properties, maxTexture3D) FIELD(properties, maxTexture3DAlt)
  FIELD(properties, maxTextureCubemap) FIELD(properties, maxTexture1DLayered) FIELD(properties, maxTexture2DLayered)
  FIELD(properties, maxTextureCubemapLayered) FIELD(properties, maxSurface1D) FIELD(properties, maxSurface2D)
  FIELD(properties, maxSurface3D) FIELD(properties, maxSurface1DLayered) FIELD(properties, maxSurface2DLayered)
  FIELD(properties, maxSurfaceCubemap) FIELD(properties, maxSurfaceCubemapLayered) FIELD(properties, surfaceAlignment)
  FIELD(properties, concurrentKernels) FIELD(properties, ECCEnabled) FIELD(properties, pciBusID)
  FIELD(properties, pciDeviceID) FIELD(properties, pciDomainID) FIELD(properties, tccDriver)
  FIELD(properties, asyncEngineCount) FIELD(properties, unifiedAddressing) FIELD(properties, memoryBusWidth)
  FIELD(properties, l2CacheSize) FIELD(properties, persistingL2CacheMaxSize)
  FIELD(properties, maxThreadsPerMultiProcessor) FIELD(properties, streamPrioritiesSupported)
  FIELD(properties, globalL1CacheSupported) FIELD(properties, localL1CacheSupported)
  FIELD(properties, sharedMemPerMultiprocessor) FIELD(properties, regsPerMultiprocessor)
  FIELD(properties, managedMemory) FIELD(properties, isMultiGpuBoard) FIELD(properties, multiGpuBoardGroupID)
  FIELD(properties, hostNativeAtomicSupported) FIELD(properties, pageableMemoryAccess)
  FIELD(properties, concurrentManagedAccess) FIELD(properties, computePreemptionSupported)
  FIELD(properties, canUseHostPointerForRegisteredMem) FIELD(properties, cooperativeLaunch)
  FIELD(properties, sharedMemPerBlockOptin) FIELD(properties, pageableMemoryAccessUsesHostPageTables)
  FIELD(properties, directManagedMemAccessFromHost) FIELD(properties, maxBlocksPerMultiProcessor)
  FIELD(properties, accessPolicyMaxWindowSize) FIELD(properties, reservedSharedMemPerBlock)
  FIELD(properties, hostRegisterSupported) FIELD(properties, sparseCudaArraySupported)
  FIELD(properties, hostRegisterReadOnlySupported) FIELD(properties, timelineSemaphoreInteropSupported)
  FIELD(properties, memoryPoolsSupported) FIELD(properties, gpuDirectRDMASupported)
  FIELD(properties, gpuDirectRDMAFlushWritesOptions) FIELD(properties, gpuDirectRDMAWritesOrdering)
  FIELD(properties, memoryPoolSupportedHandleTypes) FIELD(properties, deferredMappingCudaArraySupported)
  FIELD(properties, ipcEventSupported) FIELD(properties, clusterLaunch) FIELD(properties, unifiedFunctionPointers)


 FIELD(properties, reserved)
  SIZE(function_attributes)
  FIELD(function_attributes, sharedSizeBytes) FIELD(function_attributes, constSizeBytes)
  FIELD(function_attributes, localSizeBytes) FIELD(function_attributes, maxThreadsPerBlock)
  FIELD(function_attributes, numRegs) FIELD(function_attributes, ptxVersion) FIELD(function_attributes, binaryVersion)
  FIELD(function_attributes, cacheModeCA) FIELD(function_attributes, maxDynamicSharedSizeBytes)
  FIELD(function_attributes, preferredShmemCarveout) FIELD(function_attributes, clusterDimMustBeSet)
  FIELD(function_attributes, requiredClusterWidth) FIELD(function_attributes, requiredClusterHeight)
  FIELD(function_attributes, requiredClusterDepth) FIELD(function_attributes, clusterSchedulingPolicyPreference)
  FIELD(function_attributes, nonPortableClusterSizeAllowed)

    FIELD(pointer_attributes, type) FIELD(pointer_attributes, device) FIELD(pointer_attributes, devicePointer)
  FIELD(pointer_attributes, hostPointer)
  SIZE(pitched_pointer)
  FIELD(pitched_pointer, ptr) FIELD(pitched_pointer, pitch) FIELD(pitched_pointer, xsize) FIELD(pitched_pointer, ysize)
  SIZE(memcpy_3d)
  FIELD(memcpy_3d, srcArray) FIELD(memcpy_3d, srcPos) FIELD(memcpy_3d, srcPtr) FIELD(memcpy_3d, dstArray)
  FIELD(memcpy_3d, dstPos) FIELD(memcpy_3d, dstPtr) FIELD(memcpy_3d, extent) FIELD(memcpy_3d, kind)
  SIZE(memcpy_3d_peer)
  FIELD(memcpy_3d_peer, srcArray) FIELD(memcpy_3d_peer, srcPos) FIELD(memcpy_3d_peer, srcPtr)
  FIELD(memcpy_3d_peer, srcDevice) FIELD(memcpy_3d_peer, dstArray) FIELD(memcpy_3d_peer, dstPos)
  FIELD(memcpy_3d_peer, dstPtr) FIELD(memcpy_3d_peer, dstDevice) FIELD(memcpy_3d_peer, extent)
  SIZE(launch_configuration)
  FIELD(launch_configuration, gridDim) FIELD(launch_configuration, blockDim)
  FIELD(launch_configuration, dynamicSmemBytes) FIELD(launch_configuration, stream) FIELD(launch_configuration, attrs)
  FIELD(launch_configuration, numAttrs)
  SIZE(launch_attribute)
  FIELD(launch_attribute, id) FIELD(launch_attribute, val)
  SIZE(launch_attribute_value)
  FIELD(launch_attribute_value, cooperative) FIELD(launch_attribute_value, priority)
  FIELD(launch_attribute_value, clusterDim)
  SIZE(location)
  FIELD(location, type) FIELD(location, id)
  SIZE(pool_properties)
  FIELD(pool_properties, allocType) FIELD(pool_properties, handleTypes) FIELD(pool_properties, location)
  FIELD(pool_properties, win32SecurityAttributes) FIELD(pool_properties, maxSize) FIELD(pool_properties, usage)
  SIZE(access_description)
  FIELD(access_description, location) FIELD(access_description, flags)
#ifdef CUDA12
  FIELD(properties, clockRate) FIELD(properties, deviceOverlap) FIELD(properties, kernelExecTimeoutEnabled)
  FIELD(properties, computeMode) FIELD(properties, maxTexture1DLinear) FIELD(properties, memoryClockRate)
  FIELD(properties, singleToDoublePrecisionPerfRatio) FIELD(properties, cooperativeMultiDeviceLaunch)
#else
  FIELD(properties, deviceNumaConfig) FIELD(properties, deviceNumaId) FIELD(properties, mpsEnabled)
  FIELD(properties, hostNumaId) FIELD(properties, gpuPciDeviceID) FIELD(properties, gpuPciSubsystemID)
  FIELD(properties, hostNumaMultinodeIpcSupported)
  FIELD(function_attributes, deviceNodeUpdateStatus) FIELD(function_attributes, sharedMemoryMode) FIELD(function_attributes, reserved)
  SIZE(pointer_attributes)
#endif
  return 0;
}
