// A one-dimensional convolution with stride, dilation and padding; the filter in constant memory, the input in a shared
// strip with its halo.
#include "check.h"

constexpr int taps = 7, span = 128, dilation = 2, reach = (taps - 1) * dilation;
__constant__ float filter[taps];

__global__ void conv(const float *x, float *y, int n) {
  __shared__ float strip[span + reach];
  int base = blockIdx.x * span - reach / 2;
  for (int j = threadIdx.x; j < span + reach; j += blockDim.x) {
    int i = base + j;
    strip[j] = i >= 0 && i < n ? x[i] : 0;
  }
  __syncthreads();
  int i = blockIdx.x * span + threadIdx.x;
  if (i >= n) return;
  float sum = 0;
#pragma unroll
  for (int k = 0; k < taps; k++) sum += filter[k] * strip[threadIdx.x + k * dilation];
  y[i] = sum;
}

// Channels in, channels out, stride 3, no shared memory.
__global__ void convChannels(const float *x, const float *w, const float *bias, float *y, int channelsIn, int length, int lengthOut, int width) {
  int o = blockIdx.x * blockDim.x + threadIdx.x, channel = blockIdx.y;
  if (o >= lengthOut) return;
  float sum = bias[channel];
  for (int c = 0; c < channelsIn; c++)
    for (int k = 0; k < width; k++) sum += x[c * length + o * 3 + k] * w[(channel * channelsIn + c) * width + k];
  y[channel * lengthOut + o] = sum;
}

int main() {
  const int n = 5000;
  Random random(25);
  std::vector<float> x(n), f(taps), want(n);
  for (auto &v : x) v = random.uniform();
  for (auto &v : f) v = random.uniform();
  for (int i = 0; i < n; i++) {
    double sum = 0;
    for (int k = 0; k < taps; k++) {
      int j = i - reach / 2 + k * dilation;
      if (j >= 0 && j < n) sum += (double)f[k] * x[j];
    }
    want[i] = (float)sum;
  }
  CHECK(cudaMemcpyToSymbol(filter, f.data(), sizeof(float) * taps));
  float *dx = deviceCopy(x), *dy = deviceEmpty<float>(n);
  conv<<<(n + span - 1) / span, span>>>(dx, dy, n);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allNear("dilated", hostCopy(dy, n), want, 1e-5);

  const int in = 5, out = 6, length = 400, width = 4, lengthOut = (length - width) / 3 + 1;
  std::vector<float> w(out * in * width), bias(out), channels(out * lengthOut);
  for (auto &v : w) v = random.uniform();
  for (auto &v : bias) v = random.uniform();
  for (int o = 0; o < out; o++)
    for (int i = 0; i < lengthOut; i++) {
      double sum = bias[o];
      for (int c = 0; c < in; c++)
        for (int k = 0; k < width; k++) sum += (double)x[c * length + i * 3 + k] * w[(o * in + c) * width + k];
      channels[o * lengthOut + i] = (float)sum;
    }
  float *dw = deviceCopy(w), *dbias = deviceCopy(bias);
  convChannels<<<dim3((lengthOut + 63) / 64, out), 64>>>(dx, dw, dbias, dy, in, length, lengthOut, width);
  CHECK_KERNEL();
  verdict.allNear("channels", hostCopy(dy, out * lengthOut), channels, 1e-5);
  return verdict.finish();
}
