// A kernel's illegal access breaks the context: the launch succeeds, the next call that waits has the error, and every
// call after it too, until the device is reset.
#include <cstdio>

__global__ void write(int *p) { *p = 1; }

#define SHOW(call) printf("%s: %s\n", #call, cudaGetErrorName(call))

int main() {
  int *good, value = 0;
  cudaMalloc(&good, 4);
  write<<<1, 1>>>(good);
  SHOW(cudaDeviceSynchronize());
  write<<<1, 1>>>(nullptr);
  SHOW(cudaDeviceSynchronize());
  SHOW(cudaGetLastError());
  SHOW(cudaMalloc(&good, 4));
  SHOW(cudaMemcpy(&value, good, 4, cudaMemcpyDeviceToHost));
  SHOW(cudaFree(good));
  write<<<1, 1>>>(good);
  SHOW(cudaPeekAtLastError());
  int count = 0;
  SHOW(cudaGetDeviceCount(&count));
  printf("%d\n", count);
  cudaDeviceReset();
  cudaGetLastError();
  SHOW(cudaMalloc(&good, 4));
  write<<<1, 1>>>(good);
  SHOW(cudaMemcpy(&value, good, 4, cudaMemcpyDeviceToHost));
  printf("%d\n", value);
  return 0;
}
