// The device and its settings. The figures are those of the H100 (BASIC_VGPU_GPU=h100).
#include <cstdio>

// The toolkit has them in cuda_profiler_api.h.
extern "C" cudaError_t cudaProfilerStart(void);
extern "C" cudaError_t cudaProfilerStop(void);

#define SHOW(call) printf("%s: %s\n", #call, cudaGetErrorName(call))

static int attribute(cudaDeviceAttr which) {
  int value = -1;
  cudaDeviceGetAttribute(&value, which, 0);
  return value;
}

int main() {
  int count = 0, device = -1, driver = 0, runtime = 0;
  SHOW(cudaGetDeviceCount(&count));
  SHOW(cudaGetDevice(&device));
  printf("%d %d\n", count, device);
  SHOW(cudaSetDevice(0));
  SHOW(cudaSetDevice(1));
  cudaDeviceProp p;
  SHOW(cudaGetDeviceProperties(&p, 0));
  SHOW(cudaGetDeviceProperties(&p, 3));
  printf("%s\n", p.name);
  printf("capability %d.%d, %d multiprocessors, warps of %d\n", p.major, p.minor, p.multiProcessorCount, p.warpSize);
  printf("shared: %zu %zu %zu %zu\n", p.sharedMemPerBlock, p.sharedMemPerBlockOptin, p.sharedMemPerMultiprocessor,
         p.reservedSharedMemPerBlock);
  printf("threads: %d %d [%d %d %d], blocks: %d\n", p.maxThreadsPerBlock, p.maxThreadsPerMultiProcessor, p.maxThreadsDim[0],
         p.maxThreadsDim[1], p.maxThreadsDim[2], p.maxBlocksPerMultiProcessor);
  printf("grid: %d %d %d\n", p.maxGridSize[0], p.maxGridSize[1], p.maxGridSize[2]);
  printf("registers: %d %d, constants: %zu, cache: %d, bus: %d\n", p.regsPerBlock, p.regsPerMultiprocessor, p.totalConstMem,
         p.l2CacheSize, p.memoryBusWidth);
  printf("memory in GiB: %zu\n", (p.totalGlobalMem + (1 << 29)) >> 30);
  printf("%d %d %d %d %d\n", p.unifiedAddressing, p.managedMemory, p.concurrentKernels, p.cooperativeLaunch, p.memoryPoolsSupported);
  printf("same: %d %d %d %d %d %d\n", attribute(cudaDevAttrMultiProcessorCount) == p.multiProcessorCount,
         attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin) == (int)p.sharedMemPerBlockOptin,
         attribute(cudaDevAttrComputeCapabilityMajor) == p.major, attribute(cudaDevAttrL2CacheSize) == p.l2CacheSize,
         attribute(cudaDevAttrMaxGridDimX) == p.maxGridSize[0], attribute(cudaDevAttrWarpSize) == p.warpSize);
  printf("clocks: %d %d\n", attribute(cudaDevAttrClockRate), attribute(cudaDevAttrMemoryClockRate));
  SHOW(cudaDeviceGetAttribute(&count, (cudaDeviceAttr)9999, 0));
  SHOW(cudaDeviceGetAttribute(&count, cudaDevAttrWarpSize, 1));
  SHOW(cudaDriverGetVersion(&driver));
  SHOW(cudaRuntimeGetVersion(&runtime));
  printf("%d %d\n", driver >= runtime, runtime / 1000);
  size_t limit = 0;
  SHOW(cudaDeviceGetLimit(&limit, cudaLimitMallocHeapSize));
  printf("%zu\n", limit);
  SHOW(cudaDeviceSetLimit(cudaLimitStackSize, 4096));
  SHOW(cudaDeviceGetLimit(&limit, cudaLimitStackSize));
  printf("%zu\n", limit);
  SHOW(cudaDeviceGetLimit(&limit, (cudaLimit)99));
  SHOW(cudaDeviceSetCacheConfig(cudaFuncCachePreferL1));
  cudaFuncCache preference;
  SHOW(cudaDeviceGetCacheConfig(&preference));
  printf("%d\n", preference == cudaFuncCachePreferL1);
  int peer = -1;
  SHOW(cudaDeviceCanAccessPeer(&peer, 0, 1));
  SHOW(cudaProfilerStart());
  SHOW(cudaProfilerStop());
  SHOW(cudaDeviceReset());
  return 0;
}
