// What the threads of a warp, a grid and a cluster do together, atomic operations and textures.
#include <cooperative_groups.h>

__global__ void together(unsigned *u, float *f, cudaTextureObject_t texture) {
  int all;
  u[0] = __ballot_sync(~0u, u[1]);
  u[2] = __match_any_sync(~0u, u[3]);
  u[4] = __match_all_sync(~0u, u[5], &all);
  u[6] = all + __any_sync(~0u, u[7]);
  u[8] = __shfl_xor_sync(~0u, u[9], 3) + __reduce_add_sync(~0u, u[10]);
  atomicCAS(u + 11, 3, 4);
  atomicMax(u + 12, 3);
  atomicAdd(f, 2.f);
  f[1] = tex2D<float>(texture, 0.5f, 1.f);
  __nanosleep(100);
}

__global__ void grid(int *out) {
  out[threadIdx.x]++;
  cooperative_groups::this_grid().sync();
  out[1]--;
}

__global__ void __cluster_dims__(2, 1, 1) cluster(int *out) {
  __shared__ int cells[4];
  auto group = cooperative_groups::this_cluster();
  cells[threadIdx.x & 3] = 1;
  group.sync();
  out[0] = group.map_shared_rank(cells, 1)[0];
  group.sync();
}
