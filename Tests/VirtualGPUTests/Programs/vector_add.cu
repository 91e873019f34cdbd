// Vector addition with a grid-stride loop; the grid is smaller than the data and does not divide it.
#include "check.h"

__global__ void add(const float *a, const float *b, float *c, int n) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) c[i] = a[i] + b[i];
}

int main() {
  const int n = 100003;
  Random random(1);
  std::vector<float> a(n), b(n), want(n);
  for (int i = 0; i < n; i++) {
    a[i] = random.uniform();
    b[i] = random.uniform();
    want[i] = a[i] + b[i];
  }
  float *da = deviceCopy(a), *db = deviceCopy(b), *dc = deviceEmpty<float>(n);
  add<<<37, 192>>>(da, db, dc, n);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allNear("sum", hostCopy(dc, n), want, 0);
  deviceFree(da);
  deviceFree(db);
  deviceFree(dc);
  return verdict.finish();
}
