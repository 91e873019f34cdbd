// PLANTED: race
#include "../Programs/planted.h"

__global__ void transpose(const int *in, int *out, int n) {
  __shared__ int tile[32][33];
  int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 32 + threadIdx.y;
  for (int j = 0; j < 32; j += 8)
    tile[threadIdx.y + j][threadIdx.x] = in[(y + j) * n + x];  // <-- here
  x = blockIdx.y * 32 + threadIdx.x;
  y = blockIdx.x * 32 + threadIdx.y;
  for (int j = 0; j < 32; j += 8)
    out[(y + j) * n + x] = tile[threadIdx.x][threadIdx.y + j];  // <-- here
}

int main() {
  const int n = 64;
  std::vector<int> in(n * n);
  for (int i = 0; i < n * n; i++) in[i] = i;
  int *din = deviceCopy(in), *dout = deviceEmpty<int>(n * n);
  transpose<<<dim3(2, 2), dim3(32, 8)>>>(din, dout, n);
  printf("%s\n", hostCopy(dout, n * n)[1] == n ? "right" : "wrong");
  return finishPlanted();
}
