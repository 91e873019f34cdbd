// PLANTED: race
#include "../Programs/planted.h"

// Which of the elements is "the" largest one's neighbour depends on who writes last.
__global__ void pick(const int *x, int n, int *index) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n && x[i] == 7)
    *index = i;  // <-- here
}

int main() {
  const int n = 1000;
  std::vector<int> x(n);
  for (int i = 0; i < n; i++) x[i] = i % 10;
  int *dx = deviceCopy(x), *dindex = deviceZeros<int>(1);
  pick<<<8, 128>>>(dx, n, dindex);
  printf("found at %d\n", hostCopy(dindex, 1)[0]);
  return finishPlanted();
}
