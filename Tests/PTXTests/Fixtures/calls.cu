// Functions that stay functions: recursion, pointers, structures by value, printf and assert.
#include <cassert>
#include <cstdio>

struct Row {
  float values[7];
  char tag;
};

typedef float (*Operation)(float, const int *);

__noinline__ __device__ int factorial(int n) { return n <= 1 ? 1 : n * factorial(n - 1); }
__noinline__ __device__ float scaled(float a, const int *b) { return a * *b; }
__noinline__ __device__ float shifted(float a, const int *b) { return a + *b; }
__noinline__ __device__ Row changed(Row row, int i) {
  row.values[i] += 1;
  return row;
}
__noinline__ __device__ void bump(int *p) { *p += 1; }

__device__ Operation operations[2] = {scaled, shifted};
__constant__ const char *names[] = {"scaled", "shifted"};
__device__ int cells[3][5] = {{1, 2, 3}, {4}};
__device__ int *middle = &cells[1][2];
__device__ double factor = 3.25;

__global__ void __launch_bounds__(256, 2) call(float *out, const int *in, int n, Row row) {
  out[threadIdx.x] = operations[n & 1](in[n], in) + factorial(n) + changed(row, n & 3).values[2] + factor;
  if (n == 77) printf("%d %s\n", n, names[n & 1]);
  assert(n != 5);
  bump(middle);
}
