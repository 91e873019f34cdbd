// Constant memory and device globals: initialised ones, structures, pointers to other globals, copies to and from
// symbols, addresses and sizes of symbols.
#include "check.h"

#include <cstring>

struct Settings {
  float scale;
  int table[5];
  double offset;
};

__constant__ float coefficients[4] = {1.5f, -2.0f, 0.25f, 3.0f};
__constant__ Settings settings = {2.0f, {1, 2, 3, 4, 5}, 0.5};
__constant__ int bumped;
__device__ int counter = 17;
__device__ short series[6] = {1, 1, 2, 3, 5, 8};
__device__ int *pointerToCounter = &counter;
__device__ const char *words[3] = {"one", "three", "fourteen"};
__device__ float scratch[64];
static __device__ unsigned char flags[3];

__global__ void use(float *out) {
  int i = threadIdx.x;
  float x = i * 0.5f;
  float y = ((coefficients[3] * x + coefficients[2]) * x + coefficients[1]) * x + coefficients[0];
  y += coefficients[i % 4];  // lanes read different elements
  y = y * settings.scale + settings.table[i % 5] + (float)settings.offset + bumped;
  out[i] = y;
  scratch[i] = y + series[i % 6];
  if (i < 3) {
    int length = 0;
    while (words[i][length]) length++;
    flags[i] = (unsigned char)length;
  }
  if (i == 0) *pointerToCounter += 5;
}

static float expected(int i, const float *c, const Settings &s, int bump) {
  float x = i * 0.5f;
  return (((c[3] * x + c[2]) * x + c[1]) * x + c[0] + c[i % 4]) * s.scale + s.table[i % 5] + (float)s.offset + bump;
}

int main() {
  float c[4] = {1.5f, -2.0f, 0.25f, 3.0f};
  Settings s = {2.0f, {1, 2, 3, 4, 5}, 0.5};
  short fibonacci[6] = {1, 1, 2, 3, 5, 8};
  float *dout = deviceEmpty<float>(64), back[64];
  Verdict verdict;
  use<<<1, 64>>>(dout);
  CHECK_KERNEL();
  std::vector<float> out = hostCopy(dout, 64);
  CHECK(cudaMemcpyFromSymbol(back, scratch, sizeof back));
  for (int i = 0; i < 64; i++) {
    verdict.near("out", i, out[i], expected(i, c, s, 0), 1e-6);
    verdict.near("scratch", i, back[i], expected(i, c, s, 0) + fibonacci[i % 6], 1e-6);
  }
  unsigned char lengths[3];
  CHECK(cudaMemcpyFromSymbol(lengths, flags, 3));
  verdict.same("one", 0, lengths[0], 3);
  verdict.same("three", 0, lengths[1], 5);
  verdict.same("fourteen", 0, lengths[2], 8);
  int count = 0;
  CHECK(cudaMemcpyFromSymbol(&count, counter, sizeof count));
  verdict.same("counter", 0, count, 22);

  // Only one element of a symbol, at an offset, and a whole structure.
  c[2] = -7;
  CHECK(cudaMemcpyToSymbol(coefficients, &c[2], sizeof(float), 2 * sizeof(float)));
  s.scale = 0.5f;
  s.table[4] = 100;
  CHECK(cudaMemcpyToSymbol(settings, &s, sizeof s));
  int bump = 9;
  CHECK(cudaMemcpyToSymbol(bumped, &bump, sizeof bump));
  fibonacci[5] = 80;
  short *address = nullptr;
  CHECK(cudaGetSymbolAddress((void **)&address, series));
  CHECK(cudaMemcpy(address + 5, &fibonacci[5], sizeof(short), cudaMemcpyHostToDevice));
  size_t size = 0;
  CHECK(cudaGetSymbolSize(&size, series));
  verdict.same("size", 0, (long long)size, 12);
  use<<<1, 64>>>(dout);
  CHECK_KERNEL();
  out = hostCopy(dout, 64);
  CHECK(cudaMemcpyFromSymbol(back, scratch, 32 * sizeof(float), 32 * sizeof(float)));
  for (int i = 0; i < 64; i++) verdict.near("out again", i, out[i], expected(i, c, s, 9), 1e-6);
  for (int i = 0; i < 32; i++) verdict.near("scratch again", i, back[i], expected(i + 32, c, s, 9) + fibonacci[(i + 32) % 6], 1e-6);
  CHECK(cudaMemcpyFromSymbol(&count, counter, sizeof count));
  verdict.same("counter again", 0, count, 27);
  return verdict.finish();
}
