// PLANTED: use-after-free
#include "../Programs/planted.h"

__device__ float *table;

__global__ void lookUp(const int *x, float *y) {
  y[threadIdx.x] = table[x[threadIdx.x]];  // <-- here
}

int main() {
  std::vector<int> x(64);
  for (int i = 0; i < 64; i++) x[i] = i * 3;
  float *dtable = deviceCopy(std::vector<float>(256, 1)), *dy = deviceEmpty<float>(64);
  int *dx = deviceCopy(x);
  CHECK(cudaMemcpyToSymbol(table, &dtable, sizeof dtable));
  lookUp<<<1, 64>>>(dx, dy);
  CHECK_KERNEL();
  deviceFree(dtable);
  lookUp<<<1, 64>>>(dx, dy);  // the table is gone, the pointer is not
  return finishPlanted();
}
