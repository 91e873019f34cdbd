// Activations of neural networks, with the accurate functions and with the fast intrinsics.
#include "check.h"

constexpr int kinds = 14;

__device__ float fastTanh(float x) {
  float y;
  asm("tanh.approx.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

__global__ void activate(const float *x, float *y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float v = x[i];
  y[i] = 0.5f * v * (1 + erff(v * 0.70710678f));                                // GELU
  y[n + i] = 0.5f * v * (1 + tanhf(0.79788456f * (v + 0.044715f * v * v * v)));  // GELU by tanh
  y[2 * n + i] = 1 / (1 + expf(-v));                                           // sigmoid
  y[3 * n + i] = v / (1 + __expf(-v));                                         // SiLU
  y[4 * n + i] = __fdividef(1, 1 + __expf(-v));
  y[5 * n + i] = log1pf(expf(-fabsf(v))) + fmaxf(v, 0);  // softplus
  y[6 * n + i] = v > 0 ? v : expm1f(v);                  // ELU
  y[7 * n + i] = v / (1 + fabsf(v));                     // softsign
  y[8 * n + i] = fminf(fmaxf(v + 3, 0), 6) * v / 6;      // hard swish
  y[9 * n + i] = fastTanh(v);
  y[10 * n + i] = rsqrtf(v * v + 1);
  y[11 * n + i] = __saturatef(v * 0.2f + 0.5f);
  y[12 * n + i] = __logf(v * v + 1) + __log2f(v * v + 2) + exp2f(v * 0.5f) + __sinf(v) + __cosf(v) + __powf(v * v + 1, 0.3f);
  y[13 * n + i] = v * __frcp_rn(1 + v * v) + __fsqrt_rn(v * v) + __fdiv_rn(v, 3) + __fmaf_rn(v, v, 1) + __frsqrt_rn(v * v + 2);
}

int main() {
  const int n = 4001;
  std::vector<float> x(n);
  for (int i = 0; i < n; i++) x[i] = (i - 2000) * 0.004f;
  float *dx = deviceCopy(x), *dy = deviceEmpty<float>(kinds * n);
  activate<<<(n + 127) / 128, 128>>>(dx, dy, n);
  CHECK_KERNEL();
  std::vector<float> y = hostCopy(dy, kinds * n);
  Verdict verdict;
  for (int i = 0; i < n; i++) {
    double v = x[i], sigmoid = 1 / (1 + exp(-v));
    double want[kinds] = {
        0.5 * v * (1 + erf(v * sqrt(0.5))),
        0.5 * v * (1 + tanh(0.79788456 * (v + 0.044715 * v * v * v))),
        sigmoid,
        v * sigmoid,
        sigmoid,
        log1p(exp(-fabs(v))) + fmax(v, 0),
        v > 0 ? v : expm1(v),
        v / (1 + fabs(v)),
        fmin(fmax(v + 3, 0), 6) * v / 6,
        tanh(v),
        1 / sqrt(v * v + 1),
        fmin(fmax(v * 0.2 + 0.5, 0), 1),
        log(v * v + 1) + log2(v * v + 2) + exp2(v * 0.5) + sin(v) + cos(v) + pow(v * v + 1, 0.3),
        v / (1 + v * v) + fabs(v) + v / 3 + v * v + 1 + 1 / sqrt(v * v + 2),
    };
    for (int k = 0; k < kinds; k++)
      verdict.near("activation", k * n + i, y[k * n + i], want[k], k == 9 ? 1e-3 : k == 12 ? 2e-5 : 2e-6);
  }
  return verdict.finish();
}
