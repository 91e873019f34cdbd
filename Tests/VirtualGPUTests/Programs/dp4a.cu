// Dot products of bytes: dp4a signed, unsigned and mixed, dp2a, and a quantised matrix-vector product.
#include "check.h"

__global__ void dots(const int *a, const int *b, int *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  out[i * 5] = __dp4a(a[i], b[i], i);
  out[i * 5 + 1] = (int)__dp4a((unsigned)a[i], (unsigned)b[i], (unsigned)i);
  int mixed;
  asm("dp4a.s32.u32 %0, %1, %2, %3;" : "=r"(mixed) : "r"(a[i]), "r"(b[i]), "r"(-i));
  out[i * 5 + 2] = mixed;
  out[i * 5 + 3] = __dp2a_lo(a[i], b[i], i);
  out[i * 5 + 4] = __dp2a_hi(a[i], b[i], i);
}

__global__ void matVec(const int *w, const int *x, const float *scale, float *y, int words) {
  int row = blockIdx.x, sum = 0;
  for (int j = threadIdx.x; j < words; j += 32) sum = __dp4a(w[row * words + j], x[j], sum);
  sum = __reduce_add_sync(~0u, sum);
  if (threadIdx.x == 0) y[row] = sum * scale[row];
}

static int byteOf(int word, int k, bool isSigned) {
  int b = word >> (8 * k) & 255;
  return isSigned && b > 127 ? b - 256 : b;
}

int main() {
  const int n = 2000;
  Random random(46);
  std::vector<int> a(n), b(n), want(n * 5);
  for (int i = 0; i < n; i++) {
    a[i] = (int)random.next();
    b[i] = (int)random.next();
    int *o = &want[i * 5];
    o[0] = o[1] = o[3] = o[4] = i;
    o[2] = -i;
    for (int k = 0; k < 4; k++) {
      o[0] += byteOf(a[i], k, true) * byteOf(b[i], k, true);
      o[1] += byteOf(a[i], k, false) * byteOf(b[i], k, false);
      o[2] += byteOf(a[i], k, true) * byteOf(b[i], k, false);
    }
    for (int k = 0; k < 2; k++) {
      int half = (short)(a[i] >> (16 * k));
      o[3] += half * byteOf(b[i], k, true);
      o[4] += half * byteOf(b[i], k + 2, true);
    }
  }
  int *da = deviceCopy(a), *db = deviceCopy(b), *dout = deviceEmpty<int>(n * 5);
  dots<<<(n + 127) / 128, 128>>>(da, db, dout, n);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allSame("dot", hostCopy(dout, n * 5), want);

  const int rows = 25, words = 80;  // the weights are a's words
  std::vector<float> scale(rows), y(rows);
  for (int r = 0; r < rows; r++) {
    scale[r] = (r + 1) * 0.125f;
    int sum = 0;
    for (int j = 0; j < words; j++)
      for (int k = 0; k < 4; k++) sum += byteOf(a[r * words + j], k, true) * byteOf(b[j], k, true);
    y[r] = sum * scale[r];
  }
  float *dscale = deviceCopy(scale), *dy = deviceEmpty<float>(rows);
  matVec<<<rows, 32>>>(da, db, dscale, dy, words);
  CHECK_KERNEL();
  verdict.allNear("row", hostCopy(dy, rows), y, 1e-6);
  return verdict.finish();
}
