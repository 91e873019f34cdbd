// Arrays of a thread with indices known only at run time: sorting, a stack, structures, bytes, pointers into them.
#include "check.h"

struct Item {
  short key;
  unsigned char tag;
  int value;
};

__host__ __device__ inline long long work(const int *x, int i) {
  int a[24];
  unsigned char seen[64];
  Item items[10];
  double sums[8];
  for (int k = 0; k < 24; k++) a[k] = x[(i * 5 + k * 11) % 500];
  for (int k = 0; k < 64; k++) seen[k] = 0;
  for (int k = 0; k < 8; k++) sums[k] = k;
  // insertion sort
  for (int k = 1; k < 24; k++) {
    int v = a[k], j = k - 1;
    while (j >= 0 && a[j] > v) {
      a[j + 1] = a[j];
      j--;
    }
    a[j + 1] = v;
  }
  for (int k = 0; k < 24; k++) {
    seen[a[k] & 63]++;
    sums[a[k] & 7] += a[k] * 0.5;
  }
  for (int k = 0; k < 10; k++) items[(k * 7 + i) % 10] = {(short)(k - i), (unsigned char)k, a[k * 2]};
  // a stack
  int stack[16], top = 0;
  long long r = 0;
  stack[top++] = i % 97 + 3;
  while (top > 0) {
    int v = stack[--top];
    r = r * 31 + v;
    if (v > 4 && top < 14) {
      stack[top++] = v / 2;
      stack[top++] = v / 3;
    }
  }
  int *p = &a[i % 20];
  p[2] += p[1];
  for (int k = 0; k < 24; k++) r = r * 7 + a[k];
  for (int k = 0; k < 64; k++) r = r * 3 + seen[k];
  for (int k = 0; k < 10; k++) r = r * 5 + items[k].key + items[k].tag * 3 + items[k].value;
  for (int k = 0; k < 8; k++) r += (long long)(sums[k] * 2);
  return r;
}

__global__ void run(const int *x, long long *y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = work(x, i);
}

int main() {
  const int n = 1500;
  Random random(52);
  std::vector<int> x(500);
  for (auto &v : x) v = random.below(1000);
  std::vector<long long> want(n);
  for (int i = 0; i < n; i++) want[i] = work(x.data(), i);
  int *dx = deviceCopy(x);
  long long *dy = deviceEmpty<long long>(n);
  run<<<(n + 99) / 100, 100>>>(dx, dy, n);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allSame("work", hostCopy(dy, n), want);
  return verdict.finish();
}
