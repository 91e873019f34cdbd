// The idiom of the CUDA guide: a plain read for a first guess, then compare and swap until it holds. The plain read races
// with the others' swaps in the letter of the memory model, and is harmless: whatever it sees, the swap decides.
#include "check.h"

__device__ double addByCas(double *address, double value) {
  unsigned long long *bits = reinterpret_cast<unsigned long long *>(address);
  unsigned long long old = *bits, assumed;
  do {
    assumed = old;
    old = atomicCAS(bits, assumed, __double_as_longlong(value + __longlong_as_double(assumed)));
  } while (assumed != old);
  return __longlong_as_double(old);
}

__global__ void sum(const int *x, double *total, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) addByCas(&total[i % 3], x[i] * 0.5);
}

int main() {
  const int n = 1000;
  Random random(72);
  std::vector<int> x(n);
  std::vector<double> want(3);
  for (int i = 0; i < n; i++) want[i % 3] += (x[i] = random.below(1000)) * 0.5;
  int *dx = deviceCopy(x);
  double *dtotal = deviceZeros<double>(3);
  sum<<<8, 128>>>(dx, dtotal, n);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allNear("total", hostCopy(dtotal, 3), want, 0);
  return verdict.finish();
}
