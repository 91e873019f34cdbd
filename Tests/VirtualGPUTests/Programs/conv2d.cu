// Two-dimensional convolution: a 5 by 5 filter over a shared tile with its halo, and a depthwise 3 by 3 one with
// stride 2 over several channels and images.
#include "check.h"

constexpr int tile = 16, radius = 2, wide = tile + 2 * radius;
__constant__ float filter[5][5];

__global__ void conv(const float *x, float *y, int height, int width) {
  __shared__ float s[wide][wide];
  int x0 = blockIdx.x * tile - radius, y0 = blockIdx.y * tile - radius;
  for (int j = threadIdx.y * tile + threadIdx.x; j < wide * wide; j += tile * tile) {
    int r = y0 + j / wide, c = x0 + j % wide;
    s[j / wide][j % wide] = r >= 0 && r < height && c >= 0 && c < width ? x[r * width + c] : 0;
  }
  __syncthreads();
  int r = blockIdx.y * tile + threadIdx.y, c = blockIdx.x * tile + threadIdx.x;
  if (r >= height || c >= width) return;
  float sum = 0;
  for (int i = 0; i < 5; i++)
    for (int j = 0; j < 5; j++) sum = fmaf(filter[i][j], s[threadIdx.y + i][threadIdx.x + j], sum);
  y[r * width + c] = sum;
}

__global__ void depthwise(const float *x, const float *w, float *y, int channels, int height, int width, int outHeight, int outWidth) {
  int c = blockIdx.x * blockDim.x + threadIdx.x, r = blockIdx.y * blockDim.y + threadIdx.y, plane = blockIdx.z;
  if (c >= outWidth || r >= outHeight) return;
  const float *in = x + (size_t)plane * height * width, *k = w + plane % channels * 9;
  float sum = 0;
#pragma unroll
  for (int i = 0; i < 3; i++)
#pragma unroll
    for (int j = 0; j < 3; j++) {
      int yy = r * 2 - 1 + i, xx = c * 2 - 1 + j;
      if ((unsigned)yy < (unsigned)height && (unsigned)xx < (unsigned)width) sum += k[i * 3 + j] * in[yy * width + xx];
    }
  y[((size_t)plane * outHeight + r) * outWidth + c] = sum;
}

int main() {
  const int height = 75, width = 101;
  Random random(26);
  std::vector<float> x(height * width), f(25), want(height * width);
  for (auto &v : x) v = random.uniform();
  for (auto &v : f) v = random.uniform();
  for (int r = 0; r < height; r++)
    for (int c = 0; c < width; c++) {
      double sum = 0;
      for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++) {
          int yy = r + i - 2, xx = c + j - 2;
          if (yy >= 0 && yy < height && xx >= 0 && xx < width) sum += (double)f[i * 5 + j] * x[yy * width + xx];
        }
      want[r * width + c] = (float)sum;
    }
  CHECK(cudaMemcpyToSymbol(filter, f.data(), 25 * sizeof(float)));
  float *dx = deviceCopy(x), *dy = deviceEmpty<float>(height * width);
  conv<<<dim3((width + 15) / 16, (height + 15) / 16), dim3(16, 16)>>>(dx, dy, height, width);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allNear("conv", hostCopy(dy, height * width), want, 1e-5);

  const int images = 2, channels = 3, h = 30, w = 41, oh = (h + 1) / 2, ow = (w + 1) / 2;
  std::vector<float> k(channels * 9), depth(images * channels * oh * ow);
  for (auto &v : k) v = random.uniform();
  for (int p = 0; p < images * channels; p++)
    for (int r = 0; r < oh; r++)
      for (int c = 0; c < ow; c++) {
        double sum = 0;
        for (int i = 0; i < 3; i++)
          for (int j = 0; j < 3; j++) {
            int yy = r * 2 - 1 + i, xx = c * 2 - 1 + j;
            if (yy >= 0 && yy < h && xx >= 0 && xx < w) sum += (double)k[p % channels * 9 + i * 3 + j] * x[(p * h + yy) * w + xx];
          }
        depth[(p * oh + r) * ow + c] = (float)sum;
      }
  float *dk = deviceCopy(k);
  depthwise<<<dim3((ow + 7) / 8, (oh + 3) / 4, images * channels), dim3(8, 4)>>>(dx, dk, dy, channels, h, w, oh, ow);
  CHECK_KERNEL();
  verdict.allNear("depthwise", hostCopy(dy, depth.size()), depth, 1e-5);
  return verdict.finish();
}
