// __managed__ variables: the host names them as its own.
#include "check.h"

__managed__ int total = 5;
__managed__ float values[100];

__global__ void add() {
  atomicAdd(&total, (int)threadIdx.x);
  values[threadIdx.x] *= 2;
}

int main() {
  for (int i = 0; i < 100; i++) values[i] = i * 0.5f;
  add<<<1, 100>>>();
  CHECK_KERNEL();
  Verdict verdict;
  verdict.same("total", 0, total, 5 + 99 * 100 / 2);
  for (int i = 0; i < 100; i++) verdict.near("value", i, values[i], i, 0);
  total = 0;
  add<<<1, 10>>>();
  CHECK_KERNEL();
  verdict.same("total", 1, total, 45);
  return verdict.finish();
}
