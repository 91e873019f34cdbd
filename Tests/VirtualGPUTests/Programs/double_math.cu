// The functions of double precision against the host's library.
#include "check.h"

constexpr int kinds = 34;

// The same text on both sides.
#define EVALUATE(o, v)                                                       \
  o[0] = exp(v), o[1] = exp2(v), o[2] = expm1(v * 0.01), o[3] = log(fabs(v) + 0.1); \
  o[4] = log2(fabs(v) + 0.1), o[5] = log10(fabs(v) + 0.1), o[6] = log1p(fabs(v));   \
  o[7] = sin(v), o[8] = cos(v), o[9] = tan(v * 0.1), o[10] = sin(v * 1e7);          \
  o[11] = asin(v / 20), o[12] = acos(v / 20), o[13] = atan(v), o[14] = atan2(v, 1.5 - v); \
  o[15] = sinh(v * 0.3), o[16] = cosh(v * 0.3), o[17] = tanh(v), o[18] = asinh(v);   \
  o[19] = acosh(fabs(v) + 1), o[20] = atanh(v / 20), o[21] = pow(fabs(v), 1.7);      \
  o[22] = pow(v, 3.0), o[23] = cbrt(v), o[24] = sqrt(fabs(v)), o[25] = hypot(v, 2.5); \
  o[26] = erf(v * 0.2), o[27] = erfc(v * 0.2), o[28] = tgamma(fabs(v) * 0.5 + 0.3);  \
  o[29] = lgamma(fabs(v) + 0.3), o[30] = fmod(v * 10, 3.3), o[31] = floor(v) + 2 * ceil(v) + 4 * trunc(v) + 8 * rint(v) + 16 * round(v); \
  o[32] = remainder(v * 10, 3.3) + copysign(1.5, v) + fmax(v, 0.5) + fmin(v, 0.25) + fdim(v, 1.0); \
  o[33] = ldexp(v, 3) + scalbn(v, -2) + (double)ilogb(fabs(v) + 1) + logb(fabs(v) + 1) + fma(v, v, -v) + nearbyint(v * 2);

__global__ void evaluate(const double *x, double *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  double v = x[i], *o = out + i * kinds;
  EVALUATE(o, v)
}

// Functions that only the device has, conversions and rounding modes.
__global__ void special(const double *x, double *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  double v = x[i], *o = out + i * 10;
  o[0] = rsqrt(fabs(v) + 1);
  o[1] = sinpi(v) + cospi(v);
  double s, c;
  sincos(v, &s, &c);
  o[2] = s * 3 + c;
  o[3] = normcdf(v * 0.3);
  o[4] = exp10(v * 0.2);
  o[5] = __dadd_ru(v, 1e-30) - __dadd_rd(v, 1e-30);
  o[6] = (double)__double2int_rn(v * 3) + __double2int_rz(v * 3) * 2 + (double)__double2ll_ru(v * 3) * 4 + (double)__double2ll_rd(v * 3) * 8;
  o[7] = (double)__double2float_rz(v) + (double)__double2float_ru(v);
  o[8] = __hiloint2double(__double2hiint(v), __double2loint(v)) + __longlong_as_double(__double_as_longlong(v) ^ (1ll << 63));
  o[9] = erfinv(v / 20) + rcbrt(fabs(v) + 1);
}

int main() {
  const int n = 1201;
  std::vector<double> x(n);
  for (int i = 0; i < n; i++) x[i] = (i - 600) * 0.0321;
  double *dx = deviceCopy(x), *dout = deviceEmpty<double>(n * kinds);
  evaluate<<<(n + 63) / 64, 64>>>(dx, dout, n);
  CHECK_KERNEL();
  std::vector<double> out = hostCopy(dout, n * kinds);
  Verdict verdict;
  for (int i = 0; i < n; i++) {
    double v = x[i], o[kinds];
    EVALUATE(o, v)
    for (int k = 0; k < kinds; k++) verdict.near("function", i * kinds + k, out[i * kinds + k], o[k], 2e-14);
  }
  special<<<(n + 63) / 64, 64>>>(dx, dout, n);
  CHECK_KERNEL();
  out = hostCopy(dout, n * 10);
  const double pi = 3.14159265358979323846;
  for (int i = 0; i < n; i++) {
    double v = x[i], *o = &out[i * 10];
    double r = v - 2 * std::nearbyint(v / 2);
    verdict.near("rsqrt", i, o[0], 1 / sqrt(fabs(v) + 1), 2e-14);
    verdict.near("sinpi", i, o[1], sin(pi * r) + cos(pi * r), 2e-14);
    verdict.near("sincos", i, o[2], sin(v) * 3 + cos(v), 2e-14);
    verdict.near("normcdf", i, o[3], 0.5 * erfc(-v * 0.3 * sqrt(0.5)), 2e-14);
    verdict.near("exp10", i, o[4], pow(10, v * 0.2), 2e-13);
    double ulp = v > 0 ? std::nextafter(v, INFINITY) - v : v < 0 ? std::nextafter(v, INFINITY) - v : 0;
    verdict.near("directed", i, o[5] * 1e15, ulp * 1e15, 0);
    double t = v * 3;
    verdict.near("to integer", i, o[6], std::nearbyint(t) + 2 * std::trunc(t) + 4 * std::ceil(t) + 8 * std::floor(t), 0);
    float nearest = (float)v;
    float down = std::fabs((double)nearest) > std::fabs(v) ? std::nextafterf(nearest, 0.0f) : nearest;
    float up = nearest < v ? std::nextafterf(nearest, INFINITY) : nearest;
    verdict.near("to float", i, o[7], (double)down + (double)up, 0);
    verdict.near("bits", i, o[8], 0, 0);
    verdict.near("erfinv", i, erf(o[9] - 1 / cbrt(fabs(v) + 1)), v / 20, 1e-13);
  }
  return verdict.finish();
}
