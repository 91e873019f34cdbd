// A cooperative launch: blocks wait for each other between the steps of a diffusion and of a reduction.
#include "check.h"

#include <cooperative_groups.h>

namespace cg = cooperative_groups;

__global__ void diffuse(int *a, int *b, int n, int steps, int *total) {
  cg::grid_group grid = cg::this_grid();
  for (int s = 0; s < steps; s++) {
    for (int i = grid.thread_rank(); i < n; i += grid.size()) {
      int left = a[(i + n - 1) % n], right = a[(i + 1) % n];
      b[i] = (left + 2 * a[i] + right) / 4;
    }
    grid.sync();
    int *t = a;
    a = b;
    b = t;
  }
  int sum = 0;
  for (int i = grid.thread_rank(); i < n; i += grid.size()) sum += a[i];
  atomicAdd(total, sum);
  grid.sync();
  if (grid.thread_rank() == 0) total[1] = total[0] * 2;
}

int main() {
  int n = 3000, steps = 11;
  Random random(35);
  std::vector<int> a(n), b(n);
  for (auto &v : a) v = random.below(10000);
  int *da = deviceCopy(a), *db = deviceZeros<int>(n), *dtotal = deviceZeros<int>(2);
  for (int s = 0; s < steps; s++) {
    for (int i = 0; i < n; i++) b[i] = (a[(i + n - 1) % n] + 2 * a[i] + a[(i + 1) % n]) / 4;
    a.swap(b);
  }
  int total = 0;
  for (int v : a) total += v;
  Verdict verdict;
  int supported = 0;
  CHECK(cudaDeviceGetAttribute(&supported, cudaDevAttrCooperativeLaunch, 0));
  verdict.same("supported", 0, supported, 1);
  void *arguments[] = {&da, &db, &n, &steps, &dtotal};
  CHECK(cudaLaunchCooperativeKernel((const void *)diffuse, dim3(8), dim3(96), arguments, 0, 0));
  CHECK_KERNEL();
  verdict.allSame("field", hostCopy(steps % 2 ? db : da, n), a);
  verdict.allSame("total", hostCopy(dtotal, 2), std::vector<int>{total, total * 2});
  printf("total %d\n", total);
  return verdict.finish();
}
