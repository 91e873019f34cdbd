// Events: what has to be recorded before what can be asked.
#include <cstdio>

__global__ void spin(int *out, int turns) {
  int value = 1;
  for (int i = 0; i < turns; i++) value = value * 3 + i;
  *out = value;
}

#define SHOW(call) printf("%s: %s\n", #call, cudaGetErrorName(call))

int main() {
  int *out;
  float milliseconds = -1;
  cudaMalloc(&out, 4);
  cudaEvent_t start, stop, untimed;
  SHOW(cudaEventCreate(&start));
  SHOW(cudaEventCreate(&stop));
  SHOW(cudaEventCreateWithFlags(&untimed, cudaEventDisableTiming | cudaEventBlockingSync));
  SHOW(cudaEventQuery(start));
  SHOW(cudaEventSynchronize(start));
  SHOW(cudaEventElapsedTime(&milliseconds, start, stop));
  SHOW(cudaEventRecord(start));
  SHOW(cudaEventElapsedTime(&milliseconds, start, stop));
  spin<<<1, 1>>>(out, 1000);
  SHOW(cudaEventRecord(stop));
  SHOW(cudaEventSynchronize(stop));
  SHOW(cudaEventElapsedTime(&milliseconds, start, stop));
  printf("time passed: %d\n", milliseconds > 0);
  SHOW(cudaEventElapsedTime(&milliseconds, start, start));
  printf("%g\n", milliseconds);
  SHOW(cudaEventRecord(untimed));
  SHOW(cudaEventElapsedTime(&milliseconds, start, untimed));
  SHOW(cudaEventCreateWithFlags(&untimed, 64));
  SHOW(cudaEventCreateWithFlags(&untimed, cudaEventInterprocess));
  SHOW(cudaEventDestroy(start));
  SHOW(cudaEventDestroy(stop));
  SHOW(cudaFree(out));
  return 0;
}
