// PLANTED: race
#include "../Programs/planted.h"

__global__ void histogram(const int *x, int n, int *bins) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  bins[x[i]] = bins[x[i]] + 1;  // <-- here
}

int main() {
  const int n = 1000;
  std::vector<int> x(n);
  for (int i = 0; i < n; i++) x[i] = i * i % 7;
  int *dx = deviceCopy(x), *dbins = deviceZeros<int>(8);
  histogram<<<8, 128>>>(dx, n, dbins);
  int total = 0;
  for (int v : hostCopy(dbins, 8)) total += v;
  printf("%s\n", total == n ? "right" : "wrong");
  return finishPlanted();
}
