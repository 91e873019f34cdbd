// The functions of single precision against the host's double precision; special values and rounding modes.
#include "check.h"

constexpr int kinds = 32;

__global__ void evaluate(const float *x, float *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float v = x[i], *o = out + i * kinds;
  o[0] = expf(v), o[1] = exp2f(v), o[2] = exp10f(v * 0.2f), o[3] = expm1f(v * 0.01f);
  o[4] = logf(fabsf(v) + 0.1f), o[5] = log2f(fabsf(v) + 0.1f), o[6] = log10f(fabsf(v) + 0.1f), o[7] = log1pf(fabsf(v));
  o[8] = sinf(v), o[9] = cosf(v), o[10] = tanf(v * 0.1f), o[11] = sinf(v * 65536 * 1024);
  o[12] = asinf(v / 32), o[13] = acosf(v / 32), o[14] = atanf(v), o[15] = atan2f(v, 1.5f - v);
  o[16] = sinhf(v * 0.25f), o[17] = coshf(v * 0.25f), o[18] = tanhf(v), o[19] = asinhf(v);
  o[20] = powf(fabsf(v), 1.5f), o[21] = powf(v, 3), o[22] = cbrtf(v), o[23] = sqrtf(fabsf(v));
  o[24] = hypotf(v, 2.5f), o[25] = erff(v * 0.25f), o[26] = erfcf(v * 0.25f), o[27] = tgammaf(fabsf(v) * 0.5f + 0.25f);
  o[28] = lgammaf(fabsf(v) + 0.25f), o[29] = fmodf(v * 8, 3.25f), o[30] = rsqrtf(fabsf(v) + 1);
  o[31] = floorf(v) + 2 * ceilf(v) + 4 * truncf(v) + 8 * rintf(v) + 16 * roundf(v);
}

static void wanted(double v, double *o) {
  o[0] = exp(v), o[1] = exp2(v), o[2] = pow(10, (float)v * 0.2f), o[3] = expm1((float)v * 0.01f);
  o[4] = log((float)fabs(v) + 0.1f), o[5] = log2((float)fabs(v) + 0.1f), o[6] = log10((float)fabs(v) + 0.1f), o[7] = log1p(fabs(v));
  o[8] = sin(v), o[9] = cos(v), o[10] = tan((float)v * 0.1f), o[11] = sin(v * 65536 * 1024);
  o[12] = asin(v / 32), o[13] = acos(v / 32), o[14] = atan(v), o[15] = atan2(v, 1.5 - v);
  o[16] = sinh(v * 0.25), o[17] = cosh(v * 0.25), o[18] = tanh(v), o[19] = asinh(v);
  o[20] = pow(fabs(v), 1.5), o[21] = v * v * v, o[22] = cbrt(v), o[23] = sqrt(fabs(v));
  o[24] = hypot(v, 2.5), o[25] = erf(v * 0.25), o[26] = erfc(v * 0.25), o[27] = tgamma(fabs(v) * 0.5 + 0.25);
  o[28] = lgamma(fabs(v) + 0.25), o[29] = fmod(v * 8, 3.25), o[30] = 1 / sqrt(fabs(v) + 1);
  o[31] = floor(v) + 2 * ceil(v) + 4 * trunc(v) + 8 * nearbyint(v) + 16 * round(v);
}

__global__ void specials(float zero, float *o) {
  float infinity = 1 / zero, nan = zero / zero;
  o[0] = infinity;
  o[1] = -1 / zero;
  o[2] = isnan(nan);
  o[3] = fmaxf(nan, 3) + fminf(-4, nan);
  o[4] = expf(-200) + expf(200);
  o[5] = logf(zero);
  o[6] = isnan(logf(-1 - zero)) + 2 * isnan(sqrtf(-1 - zero)) + 4 * isnan(sinf(infinity)) + 8 * isinf(infinity) + 16 * isfinite(nan);
  o[7] = powf(zero, zero) + powf(infinity, -1) + powf(-2, 3 + zero);
  o[8] = signbit(-zero) ? 1 : 0;
  o[9] = (1e-40f + zero) * 1e20f * 1e20f;  // a subnormal number is kept
  o[10] = (nan < 1) + 2 * (nan >= 1) + 4 * (nan != nan) + 8 * !(nan == nan);
  o[11] = (float)__float2int_rz(3e10f + zero) - (float)__float2int_rn(-3e10f + zero) + __float2uint_rz(-5 - zero);
  o[12] = __float2int_rn(2.5f + zero) * 1000 + __float2int_ru(2.5f + zero) * 100 + __float2int_rd(-2.5f + zero) * 10 + __float2int_rz(-2.5f + zero);
  o[13] = __fadd_ru(1 + zero, 1e-10f) - __fadd_rd(1 + zero, -1e-10f);
  o[14] = __fmul_rz(1.0000001f + zero, 1.0000001f) - __fmul_ru(1.0000001f + zero, 1.0000001f);
  o[15] = copysignf(2 + zero, -3) + fdimf(5 + zero, 3) + fmaf(3 + zero, 4, 5) + ldexpf(3 + zero, 4) + nextafterf(1 + zero, 2);
  int exponent;
  o[16] = frexpf(40 + zero, &exponent) * 1000;
  o[16] += exponent;
  float whole;
  o[17] = modff(3.75f + zero, &whole);
  o[17] += whole * 10;
  o[18] = __int_as_float(__float_as_int(5.5f + zero) ^ 0x80000000);
  o[19] = __uint2float_rn(4294967295u - (unsigned)zero) + (float)(-(long long)1 << 40) + __ll2float_rz((1ll << 40) + 1);
}

int main() {
  const int n = 1601;
  std::vector<float> x(n);
  for (int i = 0; i < n; i++) x[i] = (i - 800) * 0.03125f + 0.0078125f;
  float *dx = deviceCopy(x), *dout = deviceEmpty<float>(n * kinds);
  evaluate<<<(n + 127) / 128, 128>>>(dx, dout, n);
  CHECK_KERNEL();
  std::vector<float> out = hostCopy(dout, n * kinds);
  Verdict verdict;
  for (int i = 0; i < n; i++) {
    double o[kinds];
    wanted(x[i], o);
    for (int k = 0; k < kinds; k++) verdict.near("function", i * kinds + k, out[i * kinds + k], o[k], 2e-6);
  }
  specials<<<1, 1>>>(0, dout);
  CHECK_KERNEL();
  out = hostCopy(dout, 20);
  float ulp = std::ldexp(1.0f, -23);
  double want[20] = {INFINITY, -INFINITY, 1, -1, INFINITY, -INFINITY, 15, 1 + 0 - 8, 1, 1,
                     12, (double)2147483648.0f + 2147483648.0f + 0, 2000 + 300 - 30 - 2, ulp + ulp / 2, -ulp,
                     -2 + 2 + 17 + 48 + 1 + (double)ulp, 625 + 6, 30.75, -5.5, 4294967296.0 - 1099511627776.0 + 1099511627776.0};
  for (int k = 0; k < 20; k++) verdict.near("special", k, out[k], want[k], k == 9 ? 1e-4 : k == 15 ? 1e-7 : 0);
  return verdict.finish();
}
