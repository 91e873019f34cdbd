// y = a x + y with 16-byte loads and stores, and a scalar tail.
#include "check.h"

#include <cstring>

__global__ void saxpy(float a, const float4 *x, float4 *y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  int vectors = n / 4;
  if (i < vectors) {
    float4 u = x[i], v = y[i];
    v.x = fmaf(a, u.x, v.x);
    v.y = fmaf(a, u.y, v.y);
    v.z = fmaf(a, u.z, v.z);
    v.w = fmaf(a, u.w, v.w);
    y[i] = v;
  }
  int tail = vectors * 4 + i;
  if (i < n % 4) {
    const float *xs = reinterpret_cast<const float *>(x);
    float *ys = reinterpret_cast<float *>(y);
    ys[tail] = fmaf(a, xs[tail], ys[tail]);
  }
}

__global__ void interleave(const float *x, const float *y, float2 *pairs, int2 *swapped, double2 *wide, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  pairs[i] = make_float2(x[i], y[i]);
  swapped[i] = make_int2(__float_as_int(y[i]), __float_as_int(x[i]));
  wide[i] = make_double2(x[i], (double)x[i] * y[i]);
}

int main() {
  const int n = 20479;
  Random random(2);
  std::vector<float> x(n), y(n), want(n);
  for (int i = 0; i < n; i++) {
    x[i] = random.uniform();
    y[i] = random.uniform();
    want[i] = fmaf(1.5f, x[i], y[i]);
  }
  float *dx = deviceCopy(x), *dy = deviceCopy(y);
  saxpy<<<(n / 4 + 127) / 128, 128>>>(1.5f, (const float4 *)dx, (float4 *)dy, n);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allNear("y", hostCopy(dy, n), want, 0);

  float2 *dpairs = deviceEmpty<float2>(n);
  int2 *dswapped = deviceEmpty<int2>(n);
  double2 *dwide = deviceEmpty<double2>(n);
  interleave<<<(n + 255) / 256, 256>>>(dx, dy, dpairs, dswapped, dwide, n);
  CHECK_KERNEL();
  std::vector<float2> pairs = hostCopy(dpairs, n);
  std::vector<int2> swapped = hostCopy(dswapped, n);
  std::vector<double2> wide = hostCopy(dwide, n);
  for (int i = 0; i < n; i++) {
    float back;
    memcpy(&back, &swapped[i].y, 4);
    verdict.near("pair.x", i, pairs[i].x, x[i], 0);
    verdict.near("pair.y", i, pairs[i].y, want[i], 0);
    verdict.near("swapped.y", i, back, x[i], 0);
    verdict.near("wide.y", i, wide[i].y, (double)x[i] * want[i], 0);
  }
  deviceFree(dx);
  deviceFree(dy);
  deviceFree(dpairs);
  deviceFree(dswapped);
  deviceFree(dwide);
  return verdict.finish();
}
