// Device functions that are really called: not inlined, recursive, through pointers and a table, virtual functions,
// structures by value, many arguments.
#include "check.h"

struct Triple {
  float x;
  double y;
  int z;
};

__host__ __device__ __noinline__ int fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

__host__ __device__ __noinline__ int ackermann(int m, int n) {
  if (m == 0) return n + 1;
  if (n == 0) return ackermann(m - 1, 1);
  return ackermann(m - 1, ackermann(m, n - 1));
}

__host__ __device__ __noinline__ bool isOdd(int n);
__host__ __device__ __noinline__ bool isEven(int n) { return n == 0 ? true : isOdd(n - 1); }
__host__ __device__ __noinline__ bool isOdd(int n) { return n == 0 ? false : isEven(n - 1); }

__host__ __device__ __noinline__ Triple twist(Triple t, int k) {
  if (k % 2) return {t.x + k, t.y * 2, t.z - k};
  return {t.x * 2, t.y - k, t.z + 1};
}

__host__ __device__ __noinline__ long long many(int a, long long b, float c, double d, short e, char f, unsigned g, const int *h) {
  return a + b + (long long)c + (long long)d + e + f + g + h[a & 3];
}

__host__ __device__ __noinline__ int add(int a, int b) { return a + b; }
__host__ __device__ __noinline__ int subtract(int a, int b) { return a - b; }
__host__ __device__ __noinline__ int multiply(int a, int b) { return a * b; }

typedef int (*Operation)(int, int);
__device__ Operation table[3] = {add, subtract, multiply};

struct Shape {
  __device__ virtual int area() const { return 0; }
};
struct Square : Shape {
  int side;
  __device__ explicit Square(int s) : side(s) {}
  __device__ int area() const override { return side * side; }
};
struct Box : Shape {
  int width, height;
  __device__ Box(int w, int h) : width(w), height(h) {}
  __device__ int area() const override { return width * height; }
};

__global__ void call(long long *y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  long long *o = y + i * 6;
  o[0] = fibonacci(i % 11);
  o[1] = ackermann(i % 3, i % 5) * 2 + isEven(i % 17);
  Triple t = twist(twist({i * 0.5f, i * 0.25, i}, i), i + 1);
  o[2] = (long long)(t.x * 2) + (long long)(t.y * 4) + t.z;
  int list[4] = {i, 2 * i, 3 * i, 4 * i};
  o[3] = many(i, 1ll << 40, i * 0.5f, i * 2.0, (short)-i, (char)(i % 100), i * 3u, list);
  o[4] = table[i % 3](i, 7);
  Square square(i % 10);
  Box box(i % 6, 3);
  const Shape *shape = i % 4 == 0 ? (const Shape *)&square : &box;
  o[5] = shape->area();
}

int main() {
  const int n = 500;
  std::vector<long long> want(n * 6);
  Operation operations[] = {add, subtract, multiply};
  for (int i = 0; i < n; i++) {
    long long *o = &want[i * 6];
    o[0] = fibonacci(i % 11);
    o[1] = ackermann(i % 3, i % 5) * 2 + isEven(i % 17);
    Triple t = twist(twist({i * 0.5f, i * 0.25, i}, i), i + 1);
    o[2] = (long long)(t.x * 2) + (long long)(t.y * 4) + t.z;
    int list[4] = {i, 2 * i, 3 * i, 4 * i};
    o[3] = many(i, 1ll << 40, i * 0.5f, i * 2.0, (short)-i, (char)(i % 100), i * 3u, list);
    o[4] = operations[i % 3](i, 7);
    o[5] = i % 4 == 0 ? (i % 10) * (i % 10) : (i % 6) * 3;
  }
  CHECK(cudaDeviceSetLimit(cudaLimitStackSize, 8192));
  long long *dy = deviceEmpty<long long>(n * 6);
  call<<<(n + 63) / 64, 64>>>(dy, n);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allSame("call", hostCopy(dy, n * 6), want);
  return verdict.finish();
}
