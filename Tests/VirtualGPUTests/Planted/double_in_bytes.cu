// PLANTED: misaligned
#include "../Programs/planted.h"

// A packed record: one byte of a tag, eight of a value.
__global__ void unpack(const unsigned char *records, double *values, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  values[i] = *reinterpret_cast<const double *>(records + i * 9 + 1);  // <-- here
}

int main() {
  const int n = 50;
  unsigned char *drecords = deviceCopy(std::vector<unsigned char>(n * 9, 0));
  double *dvalues = deviceEmpty<double>(n);
  unpack<<<1, 64>>>(drecords, dvalues, n);
  return finishPlanted();
}
