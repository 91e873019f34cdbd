// The Mandelbrot set in fixed-point integers (the same to the last iteration on every machine), and in doubles without
// contraction; every lane has its own number of rounds.
#include "check.h"

__host__ __device__ inline int rounds(long long cr, long long ci, int most) {
  long long zr = 0, zi = 0;
  int k = 0;
  while (k < most) {
    long long rr = zr * zr >> 24, ii = zi * zi >> 24;
    if (rr + ii > 4ll << 24) break;
    zi = (2 * zr * zi >> 24) + ci;
    zr = rr - ii + cr;
    k++;
  }
  return k;
}

__global__ void fixedPoint(unsigned char *out, int width, int height) {
  int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= width || y >= height) return;
  out[y * width + x] = (unsigned char)rounds((3ll * x << 24) / width - (2ll << 24), (2ll * y << 24) / height - (1ll << 24), 100);
}

__global__ void exactDoubles(int *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  double c = -2 + i * 0.00390625, z = 0;
  int k = 0;
  for (; k < 60 && fabs(z) <= 2; k++) z = __dadd_rn(__dmul_rn(z, z), c);
  out[i] = k;
}

int main() {
  const int width = 130, height = 70, n = 700;
  std::vector<int> want(width * height), line(n);
  long long total = 0;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      total += want[y * width + x] = rounds((3ll * x << 24) / width - (2ll << 24), (2ll * y << 24) / height - (1ll << 24), 100);
  for (int i = 0; i < n; i++) {
    volatile double z = 0;
    double c = -2 + i * 0.00390625;
    int k = 0;
    for (; k < 60 && fabs(z) <= 2; k++) {
      volatile double square = z * z;
      z = square + c;
    }
    line[i] = k;
  }
  unsigned char *dout = deviceEmpty<unsigned char>(width * height);
  int *dline = deviceEmpty<int>(n);
  fixedPoint<<<dim3((width + 15) / 16, (height + 7) / 8), dim3(16, 8)>>>(dout, width, height);
  exactDoubles<<<(n + 127) / 128, 128>>>(dline, n);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allSame("rounds", hostCopy(dout, width * height), want);
  verdict.allSame("line", hostCopy(dline, n), line);
  printf("rounds in all %lld\n", total);
  return verdict.finish();
}
