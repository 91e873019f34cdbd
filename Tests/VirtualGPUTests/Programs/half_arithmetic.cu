// half and half2: arithmetic, fused multiply-add, comparison, conversions with every rounding, subnormals and overflow.
#include "check.h"

#include <cuda_fp16.h>

#include <cstring>

constexpr int kinds = 12;

__device__ int bits(__half h) { return __half_as_ushort(h); }

__global__ void arithmetic(const float *x, const float *y, int *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  __half a = __float2half(x[i]), b = __float2half(y[i]);
  int *o = out + i * kinds;
  o[0] = bits(__hadd(a, b));
  o[1] = bits(__hsub(a, b));
  o[2] = bits(__hmul(a, b));
  o[3] = bits(__hfma(a, b, a));
  o[4] = bits(__hdiv(a, b));
  o[5] = __hlt(a, b) + 2 * __hge(a, b) + 4 * __heq(a, a) + 8 * __hne(a, b);
  o[6] = bits(__hmax(a, b)) ^ bits(__hneg(__hmin(a, b))) ^ bits(__habs(b));
  __half2 p = __halves2half2(a, b), q = __floats2half2_rn(y[i], 0.5f);
  __half2 r = __hfma2(p, q, p);
  o[7] = bits(__low2half(r));
  o[8] = bits(__high2half(r));
  __half2 s = __hadd2(__lowhigh2highlow(p), q);
  o[9] = bits(__low2half(s)) ^ bits(__high2half(s)) << 16;
  o[10] = __half2int_rn(a) * 1000 + __half2int_rz(b) * 10 + __half2int_ru(a) - __half2int_rd(b);
  o[11] = bits(__int2half_rn(i * 37));
}

__global__ void convert(const float *x, int *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  out[i * 5] = bits(__float2half_rn(x[i]));
  out[i * 5 + 1] = bits(__float2half_rz(x[i]));
  out[i * 5 + 2] = bits(__float2half_ru(x[i]));
  out[i * 5 + 3] = bits(__float2half_rd(x[i]));
  out[i * 5 + 4] = __float_as_int(__half2float(__ushort_as_half((unsigned short)i)));
}

// A dot product in half2, its sum in float.
__global__ void dot(const __half2 *a, const __half2 *b, float *sum, int n) {
  float total = 0;
  for (int i = threadIdx.x; i < n; i += 32) {
    float2 v = __half22float2(__hmul2(a[i], b[i]));
    total += v.x + v.y;
  }
  for (int d = 16; d > 0; d >>= 1) total += __shfl_xor_sync(~0u, total, d);
  if (threadIdx.x == 0) *sum = total;
}

// The nearest half of an exact value, in one of four directions ('n', 'z', 'u', 'd'); finite inputs.
static int halfOf(double value, char direction) {
  int sign = std::signbit(value) ? 0x8000 : 0;
  double magnitude = std::fabs(value);
  if (magnitude == 0) return sign;
  int exponent;
  std::frexp(magnitude, &exponent);
  int unit = exponent - 11 < -24 ? -24 : exponent - 11;
  double scaled = std::ldexp(magnitude, -unit), below = std::floor(scaled), rest = scaled - below;
  bool up = false;
  if (direction == 'n') up = rest > 0.5 || (rest == 0.5 && std::fmod(below, 2) == 1);
  if (direction == 'u') up = rest > 0 && !sign;
  if (direction == 'd') up = rest > 0 && sign;
  double result = std::ldexp(below + up, unit);
  if (result > 65504) {
    bool infinite = direction == 'n' || (direction == 'u' && !sign) || (direction == 'd' && sign);
    return sign | (infinite ? 0x7c00 : 0x7bff);
  }
  if (result < std::ldexp(1, -14)) return sign | (int)std::ldexp(result, 24);
  std::frexp(result, &exponent);
  return sign | (exponent + 14) << 10 | ((int)std::ldexp(result, 11 - exponent) & 0x3ff);
}

static double valueOf(int h) {
  int exponent = h >> 10 & 31, fraction = h & 0x3ff;
  double magnitude = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  if (exponent == 31) magnitude = fraction ? NAN : INFINITY;
  return h & 0x8000 ? -magnitude : magnitude;
}

int main() {
  const int n = 3000;
  Random random(41);
  std::vector<float> x(n), y(n);
  std::vector<int> want(n * kinds);
  for (int i = 0; i < n; i++) {
    x[i] = random.uniform() * 30;
    y[i] = random.uniform() * (i % 2 ? 30 : 1);
    if (std::fabs(y[i]) < 0.01f) y[i] = 0.25f;
    double a = valueOf(halfOf(x[i], 'n')), b = valueOf(halfOf(y[i], 'n'));
    int *o = &want[i * kinds];
    o[0] = halfOf(a + b, 'n');
    o[1] = halfOf(a - b, 'n');
    o[2] = halfOf(a * b, 'n');
    o[3] = halfOf(a * b + a, 'n');
    o[4] = halfOf(a / b, 'n');
    o[5] = (a < b) + 2 * (a >= b) + 4 + 8 * (a != b);
    o[6] = halfOf(a > b ? a : b, 'n') ^ halfOf(a < b ? -a : -b, 'n') ^ halfOf(std::fabs(b), 'n');
    o[7] = halfOf(a * b + a, 'n');
    o[8] = halfOf(b * 0.5 + b, 'n');
    o[9] = halfOf(b + b, 'n') ^ (int)((unsigned)halfOf(a + 0.5, 'n') << 16);
    o[10] = (int)std::nearbyint(a) * 1000 + (int)std::trunc(b) * 10 + (int)std::ceil(a) - (int)std::floor(b);
    o[11] = i * 37 > 65519 ? 0x7c00 : halfOf(i * 37, 'n');
  }
  float *dx = deviceCopy(x), *dy = deviceCopy(y);
  int *dout = deviceEmpty<int>(65536 * 5);
  arithmetic<<<(n + 127) / 128, 128>>>(dx, dy, dout, n);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allSame("arithmetic", hostCopy(dout, n * kinds), want);

  const int m = 31744;  // every finite positive half comes back
  std::vector<float> z(m);
  std::vector<int> converted(m * 5);
  for (int i = 0; i < m; i++) {
    z[i] = std::ldexp(random.uniform(), random.below(46) - 28);
    if (i % 50 == 0) z[i] = (float)valueOf(random.below(31743)) + (i % 100 ? 0 : std::ldexp(1.0f, -25));
    converted[i * 5] = halfOf(z[i], 'n');
    converted[i * 5 + 1] = halfOf(z[i], 'z');
    converted[i * 5 + 2] = halfOf(z[i], 'u');
    converted[i * 5 + 3] = halfOf(z[i], 'd');
    float back = (float)valueOf(i);
    memcpy(&converted[i * 5 + 4], &back, 4);
  }
  float *dz = deviceCopy(z);
  convert<<<m / 128, 128>>>(dz, dout, m);
  CHECK_KERNEL();
  verdict.allSame("convert", hostCopy(dout, m * 5), converted);

  std::vector<__half2> u(500), v(500);
  double sum = 0;
  for (int i = 0; i < 500; i++) {
    int a = random.below(30) - 15, b = random.below(30), c = random.below(60) - 30, d = random.below(30);
    u[i] = __floats2half2_rn((float)a, (float)b);
    v[i] = __floats2half2_rn((float)c, (float)d);
    sum += a * c + b * d;
  }
  __half2 *du = deviceCopy(u), *dv = deviceCopy(v);
  float *dsum = deviceEmpty<float>(1);
  dot<<<1, 32>>>(du, dv, dsum, 500);
  CHECK_KERNEL();
  verdict.near("dot", 0, hostCopy(dsum, 1)[0], sum, 0);
  return verdict.finish();
}
