// PLANTED: out-of-bounds
#include "../Programs/planted.h"

__global__ void add(const float *a, const float *b, float *c, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i <= n) {
    float sum = b[i];  // <-- here
    if (i < n) sum += a[i];
    c[i] = sum;  // c has one element more
  }
}

int main() {
  const int n = 1000;
  std::vector<float> a(n, 1), b(n, 2);
  float *da = deviceCopy(a), *db = deviceCopy(b), *dc = deviceEmpty<float>(n + 1);
  add<<<(n + 255) / 256, 256>>>(da, db, dc, n);
  return finishPlanted();
}
