// bfloat16: arithmetic, fused multiply-add, packed pairs, conversions with rounding.
#include "check.h"

#include <cuda_bf16.h>

#include <cstring>

constexpr int kinds = 9;

__device__ int bits(__nv_bfloat16 h) { return __bfloat16_as_ushort(h); }

__global__ void arithmetic(const float *x, const float *y, int *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  __nv_bfloat16 a = __float2bfloat16(x[i]), b = __float2bfloat16(y[i]);
  int *o = out + i * kinds;
  o[0] = bits(__hadd(a, b));
  o[1] = bits(__hsub(a, b));
  o[2] = bits(__hmul(a, b));
  o[3] = bits(__hfma(a, b, a));
  o[4] = bits(__float2bfloat16_rz(x[i] * 1.7f));
  o[5] = bits(__float2bfloat16_rn(x[i] * 1.7f));
  __nv_bfloat162 p = __floats2bfloat162_rn(x[i], y[i]), r = __hmul2(p, p);
  o[6] = bits(__low2bfloat16(r)) | bits(__high2bfloat16(r)) << 16;
  o[7] = __float_as_int(__bfloat162float(b));
  o[8] = bits(__hmax(a, b)) + (__hgt(a, b) ? 1 << 20 : 0);
}

// Eight values in one 16-byte load, as the kernels of language models read their weights.
__global__ void scale(const uint4 *x, uint4 *y, float factor, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  uint4 v = x[i];
  __nv_bfloat162 *p = reinterpret_cast<__nv_bfloat162 *>(&v);
#pragma unroll
  for (int k = 0; k < 4; k++) {
    float2 f = __bfloat1622float2(p[k]);
    p[k] = __floats2bfloat162_rn(f.x * factor, f.y * factor);
  }
  y[i] = v;
}

static float floatOf(int b) {
  uint32_t u = (uint32_t)b << 16;
  float f;
  memcpy(&f, &u, 4);
  return f;
}

// The nearest bfloat16 of an exact, normal value, ties to even.
static int nearest(double value) {
  if (value == 0) return std::signbit(value) ? 0x8000 : 0;
  int exponent;
  double scaled = std::ldexp(std::frexp(std::fabs(value), &exponent), 8);
  double rounded = std::nearbyint(scaled);  // ties to even
  float f = (float)std::ldexp(std::copysign(rounded, value), exponent - 8);
  uint32_t u;
  memcpy(&u, &f, 4);
  return (int)(u >> 16);
}

int main() {
  const int n = 4000;
  Random random(42);
  std::vector<float> x(n), y(n);
  std::vector<int> want(n * kinds);
  for (int i = 0; i < n; i++) {
    x[i] = random.uniform() * 50;
    y[i] = random.uniform() * (i % 3 ? 50 : 0.5f);
    double a = floatOf(nearest(x[i])), b = floatOf(nearest(y[i]));
    int *o = &want[i * kinds];
    o[0] = nearest(a + b);
    o[1] = nearest(a - b);
    o[2] = nearest(a * b);
    o[3] = nearest(a * b + a);
    float f = x[i] * 1.7f;
    uint32_t u;
    memcpy(&u, &f, 4);
    o[4] = (int)(u >> 16);
    o[5] = nearest(f);
    o[6] = nearest(a * a) | (int)((unsigned)nearest(b * b) << 16);
    float back = (float)b;
    memcpy(&o[7], &back, 4);
    o[8] = nearest(a > b ? a : b) + (a > b ? 1 << 20 : 0);
  }
  float *dx = deviceCopy(x), *dy = deviceCopy(y);
  int *dout = deviceEmpty<int>(n * kinds);
  arithmetic<<<(n + 127) / 128, 128>>>(dx, dy, dout, n);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allSame("arithmetic", hostCopy(dout, n * kinds), want);

  std::vector<unsigned short> values(n), scaled(n);
  for (int i = 0; i < n; i++) {
    values[i] = (unsigned short)nearest(x[i]);
    scaled[i] = (unsigned short)nearest(floatOf(values[i]) * 0.3f);
  }
  unsigned short *dvalues = deviceCopy(values), *dscaled = deviceEmpty<unsigned short>(n);
  scale<<<(n / 8 + 63) / 64, 64>>>((const uint4 *)dvalues, (uint4 *)dscaled, 0.3f, n / 8);
  CHECK_KERNEL();
  verdict.allSame("scaled", hostCopy(dscaled, n), scaled);
  return verdict.finish();
}
