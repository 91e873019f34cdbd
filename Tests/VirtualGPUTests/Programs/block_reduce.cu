// Sums of a block's elements in shared memory: a tree with barriers, static and dynamic shared memory, ragged tails.
#include "check.h"

__global__ void reduceStatic(const int *x, int *sums, int n) {
  __shared__ int s[256];
  int i = blockIdx.x * 256 + threadIdx.x;
  s[threadIdx.x] = i < n ? x[i] : 0;
  __syncthreads();
  for (int half = 128; half > 0; half >>= 1) {
    if (threadIdx.x < half) s[threadIdx.x] += s[threadIdx.x + half];
    __syncthreads();
  }
  if (threadIdx.x == 0) sums[blockIdx.x] = s[0];
}

// Any block size: the tree halves upwards.
__global__ void reduceDynamic(const int *x, int *sums, int n) {
  extern __shared__ int d[];
  int size = blockDim.x;
  int i = blockIdx.x * size + threadIdx.x;
  d[threadIdx.x] = i < n ? x[i] : 0;
  __syncthreads();
  while (size > 1) {
    int half = (size + 1) / 2;
    if (threadIdx.x + half < size) d[threadIdx.x] += d[threadIdx.x + half];
    __syncthreads();
    size = half;
  }
  if (threadIdx.x == 0) sums[blockIdx.x] = d[0];
}

static std::vector<int> sums(const std::vector<int> &x, int block) {
  std::vector<int> result((x.size() + block - 1) / block, 0);
  for (size_t i = 0; i < x.size(); i++) result[i / block] += x[i];
  return result;
}

int main() {
  const int n = 50021;
  Random random(3);
  std::vector<int> x(n);
  for (auto &value : x) value = random.below(2001) - 1000;
  int *dx = deviceCopy(x);
  int *dsums = deviceEmpty<int>(n);
  Verdict verdict;

  int blocks = (n + 255) / 256;
  reduceStatic<<<blocks, 256>>>(dx, dsums, n);
  CHECK_KERNEL();
  verdict.allSame("static", hostCopy(dsums, blocks), sums(x, 256));

  int sizes[] = {1024, 96, 33, 7, 1};
  for (int block : sizes) {
    int count = block == 1 ? 500 : n;
    blocks = (count + block - 1) / block;
    reduceDynamic<<<blocks, block, block * sizeof(int)>>>(dx, dsums, count);
    CHECK_KERNEL();
    verdict.allSame("dynamic", hostCopy(dsums, blocks), sums(std::vector<int>(x.begin(), x.begin() + count), block));
  }
  deviceFree(dx);
  deviceFree(dsums);
  return verdict.finish();
}
