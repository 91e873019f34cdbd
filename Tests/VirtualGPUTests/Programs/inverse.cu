// The inverses of many small matrices: 4 by 4 in registers and local memory by one thread (with pivoting), 8 by 8 by a
// block of 64 threads in shared memory.
#include "check.h"

__global__ void invert4(const float *a, float *out, int count) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= count) return;
  float m[4][8];
  for (int r = 0; r < 4; r++)
    for (int c = 0; c < 4; c++) {
      m[r][c] = a[i * 16 + r * 4 + c];
      m[r][c + 4] = r == c;
    }
  for (int p = 0; p < 4; p++) {
    int best = p;
    for (int r = p + 1; r < 4; r++)
      if (fabsf(m[r][p]) > fabsf(m[best][p])) best = r;
    for (int c = 0; c < 8; c++) {
      float keep = m[p][c];
      m[p][c] = m[best][c];
      m[best][c] = keep;
    }
    float scale = 1 / m[p][p];
    for (int c = 0; c < 8; c++) m[p][c] *= scale;
    for (int r = 0; r < 4; r++) {
      if (r == p) continue;
      float factor = m[r][p];
      for (int c = 0; c < 8; c++) m[r][c] -= factor * m[p][c];
    }
  }
  for (int r = 0; r < 4; r++)
    for (int c = 0; c < 4; c++) out[i * 16 + r * 4 + c] = m[r][c + 4];
}

__global__ void invert8(const double *a, double *out) {
  __shared__ double m[8][17];
  int r = threadIdx.y, c = threadIdx.x;
  m[r][c] = a[blockIdx.x * 64 + r * 8 + c];
  m[r][c + 8] = r == c;
  for (int p = 0; p < 8; p++) {
    __syncthreads();
    double pivot = m[p][p], factor = m[r][p], left = m[p][c], right = m[p][c + 8];
    __syncthreads();
    if (r == p) {
      m[r][c] = left / pivot;
      m[r][c + 8] = right / pivot;
    } else {
      m[r][c] -= factor * left / pivot;
      m[r][c + 8] -= factor * right / pivot;
    }
  }
  __syncthreads();
  out[blockIdx.x * 64 + r * 8 + c] = m[r][c + 8];
}

template <class T>
static void check(Verdict &verdict, const std::vector<T> &a, const std::vector<T> &b, int n, double tolerance) {
  for (size_t m = 0; m < a.size(); m += n * n)
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int k = 0; k < n; k++) sum += (double)a[m + i * n + k] * b[m + k * n + j];
        verdict.near("identity", m + i * n + j, sum, i == j, tolerance);
      }
}

int main() {
  const int count = 300, groups = 50;
  Random random(71);
  std::vector<float> a(count * 16);
  std::vector<double> b(groups * 64);
  for (int i = 0; i < count * 16; i++) a[i] = random.uniform() + ((i % 16 / 4 + 1) % 4 == i % 4 ? 5 : 0);  // pivots are off the diagonal
  for (int i = 0; i < groups * 64; i++) b[i] = random.uniform() + (i % 64 % 9 == 0 ? 10 : 0);
  float *da = deviceCopy(a), *dai = deviceEmpty<float>(count * 16);
  double *db = deviceCopy(b), *dbi = deviceEmpty<double>(groups * 64);
  invert4<<<(count + 63) / 64, 64>>>(da, dai, count);
  invert8<<<groups, dim3(8, 8)>>>(db, dbi);
  CHECK_KERNEL();
  Verdict verdict;
  check(verdict, a, hostCopy(dai, count * 16), 4, 1e-5);
  check(verdict, b, hostCopy(dbi, groups * 64), 8, 1e-13);
  return verdict.finish();
}
