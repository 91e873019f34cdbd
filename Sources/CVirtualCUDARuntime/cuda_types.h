// The part of the CUDA runtime's binary interface that the host API needs, declared anew: the runtime builds where no CUDA
// toolkit is installed. Names drop the prefix `cuda`; layouts are those of CUDA 13 (Tests/VirtualGPUTests compares them
// with the toolkit's headers).
#ifndef CUDA_TYPES_H
#define CUDA_TYPES_H

#include <stddef.h>
#include <stdint.h>

typedef int cuda_error;
typedef struct vgpu_stream *cuda_stream;
typedef struct vgpu_event *cuda_event;
typedef struct vgpu_function *cuda_function;
typedef struct vgpu_pool *cuda_pool;

enum {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInvalidConfiguration = 9,
  cudaErrorInvalidPitchValue = 12,
  cudaErrorInvalidSymbol = 13,
  cudaErrorInvalidMemcpyDirection = 21,
  cudaErrorMissingConfiguration = 52,
  cudaErrorInvalidDeviceFunction = 98,
  cudaErrorInvalidDevice = 101,
  cudaErrorUnsupportedLimit = 215,
  cudaErrorPeerAccessUnsupported = 217,
  cudaErrorInvalidResourceHandle = 400,
  cudaErrorSymbolNotFound = 500,
  cudaErrorLaunchOutOfResources = 701,
  cudaErrorPeerAccessNotEnabled = 705,
  cudaErrorHostMemoryAlreadyRegistered = 712,
  cudaErrorHostMemoryNotRegistered = 713,
  cudaErrorCooperativeLaunchTooLarge = 720,
  cudaErrorNotSupported = 801,
  cudaErrorInvalidClusterSize = 912,
};

enum { cudaMemcpyHostToHost, cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost, cudaMemcpyDeviceToDevice, cudaMemcpyDefault };

typedef struct {
  uint32_t x, y, z;
} cuda_dim3;

typedef struct {
  void *ptr;
  size_t pitch, xsize, ysize;
} cuda_pitched_pointer;

typedef struct {
  size_t x, y, z;
} cuda_position;

typedef struct {
  size_t width, height, depth;
} cuda_extent;

typedef struct {
  void *srcArray;
  cuda_position srcPos;
  cuda_pitched_pointer srcPtr;
  void *dstArray;
  cuda_position dstPos;
  cuda_pitched_pointer dstPtr;
  cuda_extent extent;
  int kind;
} cuda_memcpy_3d;

typedef struct {
  void *srcArray;
  cuda_position srcPos;
  cuda_pitched_pointer srcPtr;
  int srcDevice;
  void *dstArray;
  cuda_position dstPos;
  cuda_pitched_pointer dstPtr;
  int dstDevice;
  cuda_extent extent;
} cuda_memcpy_3d_peer;

typedef struct {
  int type;
  int id;
} cuda_location;

typedef struct {
  int type;
  int device;
  void *devicePointer;
  void *hostPointer;
  long reserved[8];
} cuda_pointer_attributes;

typedef struct {
  size_t sharedSizeBytes, constSizeBytes, localSizeBytes;
  int maxThreadsPerBlock, numRegs, ptxVersion, binaryVersion, cacheModeCA, maxDynamicSharedSizeBytes;
  int preferredShmemCarveout, clusterDimMustBeSet, requiredClusterWidth, requiredClusterHeight, requiredClusterDepth;
  int clusterSchedulingPolicyPreference, nonPortableClusterSizeAllowed;
  int deviceNodeUpdateStatus, sharedMemoryMode, reserved[14];
} cuda_function_attributes;

typedef union {
  char pad[64];
  void *pointer;
  int cooperative;
  int priority;
  struct {
    uint32_t x, y, z;
  } clusterDim;
} cuda_launch_attribute_value;

typedef struct {
  int id;
  char pad[4];
  cuda_launch_attribute_value val;
} cuda_launch_attribute;

typedef struct {
  cuda_dim3 gridDim, blockDim;
  size_t dynamicSmemBytes;
  cuda_stream stream;
  cuda_launch_attribute *attrs;
  unsigned int numAttrs;
} cuda_launch_configuration;

typedef struct {
  int allocType, handleTypes;
  cuda_location location;
  void *win32SecurityAttributes;
  size_t maxSize;
  unsigned short usage;
  unsigned char reserved[54];
} cuda_pool_properties;

typedef struct {
  cuda_location location;
  int flags;
} cuda_access_description;

// Code built with a per-thread default stream calls `name_ptsz` or `name_ptds`; the order of work is the same here.
#if defined(__ELF__)
#define CUDA_ALIAS(name, other) extern __typeof__(name) other __attribute__((alias(#name)));
#else
#define CUDA_ALIAS(name, other)
#endif
#define CUDA_PTSZ(name) CUDA_ALIAS(name, name##_ptsz)
#define CUDA_PTDS(name) CUDA_ALIAS(name, name##_ptds)

#endif
