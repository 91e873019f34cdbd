// Layer norm (mean and variance by a block reduction, scale and shift) and RMS norm (float4 loads, rsqrtf).
#include "check.h"

__device__ float blockSum(float v) {
  __shared__ float partial[32];
  for (int d = 16; d > 0; d >>= 1) v += __shfl_down_sync(~0u, v, d);
  __syncthreads();  // an earlier call's values have been read
  if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = v;
  __syncthreads();
  v = 0;
  for (int w = 0; w < blockDim.x / 32; w++) v += partial[w];
  return v;
}

__global__ void layerNorm(const float *x, const float *gamma, const float *beta, float *y, int n, float epsilon) {
  const float *row = x + blockIdx.x * n;
  float sum = 0;
  for (int j = threadIdx.x; j < n; j += blockDim.x) sum += row[j];
  float mean = blockSum(sum) / n;
  float squares = 0;
  for (int j = threadIdx.x; j < n; j += blockDim.x) squares += (row[j] - mean) * (row[j] - mean);
  float scale = 1.0f / sqrtf(blockSum(squares) / n + epsilon);
  for (int j = threadIdx.x; j < n; j += blockDim.x) y[blockIdx.x * n + j] = (row[j] - mean) * scale * gamma[j] + beta[j];
}

__global__ void rmsNorm(const float4 *x, const float4 *gamma, float4 *y, int n4, float epsilon) {
  x += blockIdx.x * n4;
  y += blockIdx.x * n4;
  float squares = 0;
  for (int j = threadIdx.x; j < n4; j += blockDim.x) {
    float4 v = x[j];
    squares += v.x * v.x + v.y * v.y + v.z * v.z + v.w * v.w;
  }
  float scale = rsqrtf(blockSum(squares) / (4 * n4) + epsilon);
  for (int j = threadIdx.x; j < n4; j += blockDim.x) {
    float4 v = x[j], g = __ldg(&gamma[j]);
    y[j] = make_float4(v.x * scale * g.x, v.y * scale * g.y, v.z * scale * g.z, v.w * scale * g.w);
  }
}

int main() {
  const int rows = 40, n = 500;
  Random random(24);
  std::vector<float> x(rows * n), gamma(n), beta(n), layer(rows * n), rms(rows * n);
  for (auto &v : x) v = random.uniform() * 3 + 1;
  for (auto &v : gamma) v = random.uniform();
  for (auto &v : beta) v = random.uniform();
  for (int i = 0; i < rows; i++) {
    double mean = 0, variance = 0, squares = 0;
    for (int j = 0; j < n; j++) mean += x[i * n + j];
    mean /= n;
    for (int j = 0; j < n; j++) {
      variance += (x[i * n + j] - mean) * (x[i * n + j] - mean);
      squares += (double)x[i * n + j] * x[i * n + j];
    }
    for (int j = 0; j < n; j++) {
      layer[i * n + j] = (float)((x[i * n + j] - mean) / sqrt(variance / n + 1e-5) * gamma[j] + beta[j]);
      rms[i * n + j] = (float)(x[i * n + j] / sqrt(squares / n + 1e-6) * gamma[j]);
    }
  }
  float *dx = deviceCopy(x), *dgamma = deviceCopy(gamma), *dbeta = deviceCopy(beta), *dy = deviceEmpty<float>(rows * n);
  Verdict verdict;
  layerNorm<<<rows, 128>>>(dx, dgamma, dbeta, dy, n, 1e-5f);
  CHECK_KERNEL();
  verdict.allNear("layer norm", hostCopy(dy, rows * n), layer, 1e-5);
  rmsNorm<<<rows, 96>>>((const float4 *)dx, (const float4 *)dgamma, (float4 *)dy, n / 4, 1e-6f);
  CHECK_KERNEL();
  verdict.allNear("rms norm", hostCopy(dy, rows * n), rms, 1e-5);
  return verdict.finish();
}
