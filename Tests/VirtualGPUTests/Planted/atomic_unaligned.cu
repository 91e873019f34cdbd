// PLANTED: misaligned
#include "../Programs/planted.h"

__global__ void count(unsigned char *bytes) {
  atomicAdd(reinterpret_cast<unsigned *>(bytes + 2), 1u);  // <-- here
}

int main() {
  unsigned char *dbytes = deviceZeros<unsigned char>(64);
  count<<<1, 32>>>(dbytes);
  return finishPlanted();
}
