// C = alpha A B + beta C in double precision, one thread per element, exact because the entries are small integers.
#include "check.h"

__global__ void dgemm(int m, int n, int k, double alpha, const double *a, const double *b, double beta, double *c) {
  int row = blockIdx.y * blockDim.y + threadIdx.y, column = blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= m || column >= n) return;
  double sum = 0;
  for (int l = 0; l < k; l++) sum = fma(a[row * k + l], b[l * n + column], sum);
  c[row * n + column] = alpha * sum + beta * c[row * n + column];
}

int main() {
  const int m = 70, n = 90, k = 110;
  Random random(22);
  std::vector<double> a(m * k), b(k * n), c(m * n), want(m * n);
  for (auto &x : a) x = random.below(2000001) - 1000000;
  for (auto &x : b) x = random.below(20001) - 10000;
  for (auto &x : c) x = random.below(1001);
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      double sum = 0;
      for (int l = 0; l < k; l++) sum += a[i * k + l] * b[l * n + j];
      want[i * n + j] = 0.5 * sum - 2 * c[i * n + j];
    }
  double *da = deviceCopy(a), *db = deviceCopy(b), *dc = deviceCopy(c);
  dgemm<<<dim3(6, 9), dim3(16, 8)>>>(m, n, k, 0.5, da, db, -2, dc);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allNear("c", hostCopy(dc, m * n), want, 0);
  return verdict.finish();
}
