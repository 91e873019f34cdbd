// All shortest paths by Floyd and Warshall, a launch per step; breadth-first search with a frontier and a flag.
#include "check.h"

constexpr int infinity = 1 << 29;

__global__ void relax(int *d, int n, int k) {
  int j = blockIdx.x * blockDim.x + threadIdx.x, i = blockIdx.y * blockDim.y + threadIdx.y;
  if (i >= n || j >= n || i == k || j == k) return;  // row and column k do not change in step k
  int through = d[i * n + k] + d[k * n + j];
  if (through < d[i * n + j]) d[i * n + j] = through;
}

__global__ void expand(const int *starts, const int *edges, int *level, int now, int nodes, int *changed) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= nodes || atomicAdd(&level[i], 0) != now) return;  // others write levels meanwhile
  for (int e = starts[i]; e < starts[i + 1]; e++)
    if (atomicCAS(&level[edges[e]], -1, now + 1) == -1) atomicExch(changed, 1);
}

int main() {
  const int n = 75;
  Random random(65);
  std::vector<int> d(n * n, infinity), starts(1, 0), edges;
  for (int i = 0; i < n; i++) {
    d[i * n + i] = 0;
    for (int k = 0; k < 3; k++) {
      int j = random.below(n);
      if (j == i) continue;
      d[i * n + j] = 1 + random.below(100);
      edges.push_back(j);
    }
    starts.push_back((int)edges.size());
  }
  int *dd = deviceCopy(d), *dstarts = deviceCopy(starts), *dedges = deviceCopy(edges), *dchanged = deviceEmpty<int>(1);
  for (int k = 0; k < n; k++) relax<<<dim3(3, 10), dim3(32, 8)>>>(dd, n, k);
  CHECK_KERNEL();
  for (int k = 0; k < n; k++)
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++)
        if (d[i * n + k] + d[k * n + j] < d[i * n + j]) d[i * n + j] = d[i * n + k] + d[k * n + j];
  Verdict verdict;
  verdict.allSame("distance", hostCopy(dd, n * n), d);

  std::vector<int> level(n, -1), queue(1, 0);
  level[0] = 0;
  int *dlevel = deviceCopy(level);
  for (size_t at = 0; at < queue.size(); at++)
    for (int e = starts[queue[at]]; e < starts[queue[at] + 1]; e++)
      if (level[edges[e]] < 0) {
        level[edges[e]] = level[queue[at]] + 1;
        queue.push_back(edges[e]);
      }
  int changed = 1;
  for (int now = 0; changed; now++) {
    CHECK(cudaMemset(dchanged, 0, sizeof(int)));
    expand<<<2, 64>>>(dstarts, dedges, dlevel, now, n, dchanged);
    CHECK(cudaMemcpy(&changed, dchanged, sizeof(int), cudaMemcpyDeviceToHost));
  }
  verdict.allSame("level", hostCopy(dlevel, n), level);
  return verdict.finish();
}
