// A transpose through a padded shared tile, 32 by 8 threads, ragged edges; bytes and doubles as well as floats.
#include "check.h"

template <class T>
__global__ void transpose(const T *in, T *out, int rows, int columns) {
  __shared__ T tile[32][33];
  int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 32 + threadIdx.y;
  for (int j = 0; j < 32; j += 8)
    if (x < columns && y + j < rows) tile[threadIdx.y + j][threadIdx.x] = in[(y + j) * columns + x];
  __syncthreads();
  x = blockIdx.y * 32 + threadIdx.x;
  y = blockIdx.x * 32 + threadIdx.y;
  for (int j = 0; j < 32; j += 8)
    if (x < rows && y + j < columns) out[(y + j) * rows + x] = tile[threadIdx.x][threadIdx.y + j];
}

template <class T>
static void check(Verdict &verdict, int rows, int columns) {
  Random random(rows);
  std::vector<T> in(rows * columns), want(rows * columns);
  for (auto &x : in) x = (T)random.below(120);
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++) want[j * rows + i] = in[i * columns + j];
  T *din = deviceCopy(in), *dout = deviceEmpty<T>(rows * columns);
  transpose<<<dim3((columns + 31) / 32, (rows + 31) / 32), dim3(32, 8)>>>(din, dout, rows, columns);
  CHECK_KERNEL();
  verdict.allSame("transposed", hostCopy(dout, rows * columns), want);
  deviceFree(din);
  deviceFree(dout);
}

int main() {
  Verdict verdict;
  check<float>(verdict, 256, 128);
  check<float>(verdict, 101, 67);
  check<char>(verdict, 70, 130);
  check<double>(verdict, 45, 33);
  check<short>(verdict, 31, 200);
  return verdict.finish();
}
