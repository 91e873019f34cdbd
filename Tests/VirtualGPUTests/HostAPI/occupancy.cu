// Attributes of kernels and how many blocks fit on a multiprocessor of the H100.
#include <cstdio>

__global__ void __launch_bounds__(256) small(int *out) { out[threadIdx.x] = 1; }
__global__ void plain(int *out) { out[threadIdx.x] = 1; }
__global__ void fixed(int *out) {
  __shared__ int words[8192];
  words[threadIdx.x] = threadIdx.x;
  __syncthreads();
  out[threadIdx.x] = words[threadIdx.x ^ 1];
}

#define SHOW(call) printf("%s: %s\n", #call, cudaGetErrorName(call))

int main() {
  cudaFuncAttributes attributes;
  SHOW(cudaFuncGetAttributes(&attributes, fixed));
  printf("%zu %d %d\n", attributes.sharedSizeBytes, attributes.maxThreadsPerBlock, attributes.maxDynamicSharedSizeBytes);
  SHOW(cudaFuncGetAttributes(&attributes, small));
  printf("%zu %d %d\n", attributes.sharedSizeBytes, attributes.maxThreadsPerBlock, attributes.numRegs > 0);
  SHOW(cudaFuncSetAttribute(plain, cudaFuncAttributeMaxDynamicSharedMemorySize, 100 * 1024));
  SHOW(cudaFuncSetAttribute(plain, cudaFuncAttributePreferredSharedMemoryCarveout, 50));
  SHOW(cudaFuncSetAttribute(plain, cudaFuncAttributePreferredSharedMemoryCarveout, 101));
  SHOW(cudaFuncGetAttributes(&attributes, plain));
  printf("%d %d\n", attributes.maxDynamicSharedSizeBytes, attributes.preferredShmemCarveout);
  SHOW(cudaFuncSetCacheConfig(plain, cudaFuncCachePreferShared));
  int blocks = 0;
  for (int threads : {32, 64, 128, 256, 512, 1024, 96, 1000}) {
    SHOW(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, plain, threads, 0));
    printf("%d threads: %d\n", threads, blocks);
  }
  for (size_t shared : {1024, 16 * 1024, 48 * 1024, 100 * 1024}) {
    cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, plain, 64, shared);
    printf("%zu bytes: %d\n", shared, blocks);
  }
  cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, fixed, 128, 0);
  printf("fixed: %d\n", blocks);
  int least = 0, best = 0;
  SHOW(cudaOccupancyMaxPotentialBlockSize(&least, &best, plain, 0, 0));
  printf("%d blocks of %d\n", least, best);
  SHOW(cudaOccupancyMaxPotentialBlockSize(&least, &best, small, 0, 0));
  printf("%d blocks of %d\n", least, best);
  SHOW(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, plain, 0, 0));
  return 0;
}
