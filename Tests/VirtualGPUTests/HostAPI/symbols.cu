// Variables of the device: first values, copies by name, addresses, and what kernels see.
#include <cstdio>

__device__ int counter = 5;
__device__ float table[4] = {1, 2, 3, 4};
static __device__ long hidden = 11;
namespace {
__device__ short nameless = 12;
}
namespace inner {
__constant__ int factors[3] = {2, 3, 5};
}
__constant__ double empty;
__managed__ int shared_with_host = 40;

__global__ void work(float *out) {
  counter += inner::factors[1];
  out[0] = counter, out[1] = table[3], out[2] = (float)hidden, out[3] = nameless, out[4] = (float)empty;
  shared_with_host += 2;
  table[0] = 100;
}

#define SHOW(call) printf("%s: %s\n", #call, cudaGetErrorName(call))

int main() {
  float *out, host[5];
  int number = 0;
  cudaMalloc(&out, sizeof host);
  work<<<1, 1>>>(out);
  SHOW(cudaMemcpy(host, out, sizeof host, cudaMemcpyDeviceToHost));
  printf("%g %g %g %g %g\n", host[0], host[1], host[2], host[3], host[4]);
  printf("%d\n", shared_with_host);
  shared_with_host = 7;
  SHOW(cudaMemcpyFromSymbol(&number, counter, sizeof number));
  printf("%d\n", number);
  number = 1000;
  SHOW(cudaMemcpyToSymbol(counter, &number, sizeof number));
  SHOW(cudaMemcpyToSymbol(inner::factors, &number, sizeof number, sizeof number));
  double half = 0.5;
  SHOW(cudaMemcpyToSymbolAsync(empty, &half, sizeof half, 0, cudaMemcpyHostToDevice, 0));
  work<<<1, 1>>>(out);
  SHOW(cudaMemcpy(host, out, sizeof host, cudaMemcpyDeviceToHost));
  printf("%g %g %g\n", host[0], host[1], host[4]);
  printf("%d\n", shared_with_host);
  SHOW(cudaMemcpyFromSymbol(host, table, sizeof table));
  printf("%g %g\n", host[0], host[1]);
  SHOW(cudaMemcpyFromSymbol(host, table, sizeof(float), 3 * sizeof(float)));
  printf("%g\n", host[0]);
  SHOW(cudaMemcpyFromSymbol(host, table, sizeof table, sizeof(float)));
  void *address = nullptr;
  size_t size = 0;
  SHOW(cudaGetSymbolAddress(&address, table));
  SHOW(cudaGetSymbolSize(&size, table));
  printf("%zu\n", size);
  SHOW(cudaMemset(address, 0, sizeof table));
  SHOW(cudaMemcpyFromSymbol(host, table, sizeof table));
  printf("%g %g\n", host[0], host[3]);
  SHOW(cudaGetSymbolSize(&size, inner::factors));
  printf("%zu\n", size);
  SHOW(cudaGetSymbolAddress(&address, number));
  SHOW(cudaMemcpyToSymbol(counter, &number, sizeof number, 0, cudaMemcpyDeviceToHost));
  SHOW(cudaFree(out));
  return 0;
}
