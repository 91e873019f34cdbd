// What the runtime says to calls that cannot work; none of it leaves the device unusable. Compared with launch_errors.out.
#include "check.h"

__global__ void touch(int *x) {
  if (threadIdx.x == 0 && blockIdx.x == 0) *x += 1;
}

__constant__ int table[4];

static void say(const char *what, cudaError_t error) { printf("%s: %s\n", what, cudaGetErrorName(error)); }

static void launch(const char *what, dim3 grid, dim3 block, size_t shared, int *x) {
  touch<<<grid, block, shared>>>(x);
  say(what, cudaGetLastError());
}

int main() {
  int *dx = deviceZeros<int>(1);
  launch("fine", 1, 32, 0, dx);
  launch("block of 2048", 1, 2048, 0, dx);
  launch("block of 32 x 64", 1, dim3(32, 64), 0, dx);
  launch("block of depth 128", 1, dim3(1, 1, 128), 0, dx);
  launch("block of none", 1, 0, 0, dx);
  launch("grid of none", 0, 32, 0, dx);
  launch("grid of height 70000", dim3(1, 70000), 32, 0, dx);
  launch("much shared memory", 1, 32, 100000, dx);
  launch("fine again", 2, 1024, 1024, dx);
  touch<<<1, 5000>>>(dx);
  say("peek", cudaPeekAtLastError());
  say("last", cudaGetLastError());
  say("last again", cudaGetLastError());
  say("synchronize", cudaDeviceSynchronize());

  int host[8] = {};
  void *huge = nullptr;
  say("too much memory", cudaMalloc(&huge, (size_t)1 << 50));
  say("after it", cudaGetLastError());
  say("free null", cudaFree(nullptr));
  say("free twice", (cudaFree(dx), cudaFree(dx)));
  cudaGetLastError();
  deviceBuffers.clear();
  say("a device that is not there", cudaSetDevice(99));
  cudaGetLastError();
  say("copy past a symbol", cudaMemcpyToSymbol(table, host, 32));
  cudaGetLastError();
  say("attribute too large", cudaFuncSetAttribute(touch, cudaFuncAttributeMaxDynamicSharedMemorySize, 1 << 20));
  cudaGetLastError();
  say("copy of nothing", cudaMemcpy(host, host, 0, cudaMemcpyHostToHost));
  printf("%s\n", cudaGetErrorString(cudaErrorInvalidValue));
  return Verdict().finish();
}
