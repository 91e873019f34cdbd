// C = A B through shared tiles of 16 and of 32, sizes that do not fit the tile.
#include "check.h"

template <int T>
__global__ void multiply(const float *a, const float *b, float *c, int m, int n, int k) {
  __shared__ float as[T][T], bs[T][T];
  int row = blockIdx.y * T + threadIdx.y, column = blockIdx.x * T + threadIdx.x;
  float sum = 0;
  for (int k0 = 0; k0 < k; k0 += T) {
    as[threadIdx.y][threadIdx.x] = row < m && k0 + threadIdx.x < k ? a[row * k + k0 + threadIdx.x] : 0;
    bs[threadIdx.y][threadIdx.x] = k0 + threadIdx.y < k && column < n ? b[(k0 + threadIdx.y) * n + column] : 0;
    __syncthreads();
    for (int i = 0; i < T; i++) sum += as[threadIdx.y][i] * bs[i][threadIdx.x];
    __syncthreads();
  }
  if (row < m && column < n) c[row * n + column] = sum;
}

template <int T>
static void check(Verdict &verdict, int m, int n, int k) {
  Random random(m * n + k);
  std::vector<float> a(m * k), b(k * n), want(m * n);
  for (auto &x : a) x = random.uniform();
  for (auto &x : b) x = random.uniform();
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      double sum = 0;
      for (int l = 0; l < k; l++) sum += (double)a[i * k + l] * b[l * n + j];
      want[i * n + j] = (float)sum;
    }
  float *da = deviceCopy(a), *db = deviceCopy(b), *dc = deviceEmpty<float>(m * n);
  multiply<T><<<dim3((n + T - 1) / T, (m + T - 1) / T), dim3(T, T)>>>(da, db, dc, m, n, k);
  CHECK_KERNEL();
  verdict.allNear("c", hostCopy(dc, m * n), want, 2e-5);
  deviceFree(da);
  deviceFree(db);
  deviceFree(dc);
}

int main() {
  Verdict verdict;
  check<16>(verdict, 96, 80, 64);
  check<16>(verdict, 61, 75, 43);
  check<32>(verdict, 96, 64, 128);
  check<32>(verdict, 33, 100, 70);
  check<32>(verdict, 1, 1, 1);
  return verdict.finish();
}
