// Memory in the order of a stream, and pools of it.
#include <cstdio>
#include <cstdint>

#define SHOW(call) printf("%s: %s\n", #call, cudaGetErrorName(call))

int main() {
  cudaStream_t stream;
  cudaStreamCreate(&stream);
  char *a, *b;
  SHOW(cudaMallocAsync(&a, 1000, stream));
  SHOW(cudaMemsetAsync(a, 1, 1000, stream));
  SHOW(cudaFreeAsync(a, stream));
  SHOW(cudaFreeAsync(a, stream));
  cudaMemPool_t standard, current, own;
  SHOW(cudaDeviceGetDefaultMemPool(&standard, 0));
  SHOW(cudaDeviceGetMemPool(&current, 0));
  printf("%d\n", standard == current);
  uint64_t threshold = UINT64_MAX, value = 0;
  SHOW(cudaMemPoolSetAttribute(standard, cudaMemPoolAttrReleaseThreshold, &threshold));
  SHOW(cudaMemPoolGetAttribute(standard, cudaMemPoolAttrReleaseThreshold, &value));
  printf("%d\n", value == threshold);
  cudaMemPoolProps properties = {};
  properties.allocType = cudaMemAllocationTypePinned;
  properties.location.type = cudaMemLocationTypeDevice;
  SHOW(cudaMemPoolCreate(&own, &properties));
  SHOW(cudaMallocFromPoolAsync(&a, 1 << 20, own, stream));
  SHOW(cudaMalloc(&b, 1 << 20));
  SHOW(cudaMemPoolGetAttribute(own, cudaMemPoolAttrUsedMemCurrent, &value));
  printf("%d\n", value >= 1 << 20);
  SHOW(cudaFreeAsync(a, stream));
  SHOW(cudaStreamSynchronize(stream));
  SHOW(cudaMemPoolGetAttribute(own, cudaMemPoolAttrUsedMemCurrent, &value));
  printf("%d\n", (int)value);
  SHOW(cudaMemPoolTrimTo(own, 0));
  SHOW(cudaDeviceSetMemPool(0, own));
  SHOW(cudaMallocAsync(&a, 4096, stream));
  SHOW(cudaFree(a));
  SHOW(cudaMemPoolDestroy(own));
  SHOW(cudaMemPoolDestroy(standard));
  SHOW(cudaFree(b));
  SHOW(cudaStreamDestroy(stream));
  return 0;
}
