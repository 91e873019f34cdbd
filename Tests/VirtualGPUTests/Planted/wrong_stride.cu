// PLANTED: out-of-bounds
#include "../Programs/planted.h"

// The matrix is 40 rows of 100; the kernel takes the wrong one of the two for the length of a row.
__global__ void rowSums(const int *m, int *sums, int rows, int columns) {
  int r = blockIdx.x * blockDim.x + threadIdx.x;
  if (r >= columns) return;
  int sum = 0;
  for (int c = 0; c < rows; c++)
    sum += m[r * columns + c];  // <-- here
  sums[r] = sum;
}

int main() {
  const int rows = 40, columns = 100;
  int *dm = deviceCopy(std::vector<int>(rows * columns, 1)), *dsums = deviceEmpty<int>(columns);
  rowSums<<<1, 128>>>(dm, dsums, rows, columns);
  return finishPlanted();
}
