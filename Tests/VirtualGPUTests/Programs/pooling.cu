// Max-pooling with indices and average pooling; unsigned and signed comparison, a three-dimensional grid, NaN passes on.
#include "check.h"

__global__ void maxPool(const float *x, float *y, int *index, int height, int width, int outHeight, int outWidth) {
  int c = blockIdx.x * blockDim.x + threadIdx.x, r = blockIdx.y * blockDim.y + threadIdx.y, p = blockIdx.z;
  if (c >= outWidth || r >= outHeight) return;
  float best = -INFINITY;
  int at = -1;
  for (int i = r * 2; i < min(r * 2 + 3, height); i++)
    for (int j = c * 2; j < min(c * 2 + 3, width); j++) {
      float v = x[(p * height + i) * width + j];
      if (v > best || isnan(v)) {
        best = v;
        at = i * width + j;
      }
    }
  y[(p * outHeight + r) * outWidth + c] = best;
  index[(p * outHeight + r) * outWidth + c] = at;
}

__global__ void averagePool(const unsigned char *x, unsigned char *y, int width, int outWidth) {
  int c = threadIdx.x, r = blockIdx.x;
  if (c >= outWidth) return;
  const unsigned char *p = x + r * 2 * width + c * 2;
  y[r * outWidth + c] = (unsigned char)((p[0] + p[1] + p[width] + p[width + 1] + 2) / 4);
}

int main() {
  const int planes = 4, h = 37, w = 50, oh = (h - 1) / 2, ow = (w - 1) / 2;
  Random random(27);
  std::vector<float> x(planes * h * w), y(planes * oh * ow);
  std::vector<int> index(planes * oh * ow);
  for (auto &v : x) v = random.uniform();
  x[300] = NAN;
  for (int p = 0; p < planes; p++)
    for (int r = 0; r < oh; r++)
      for (int c = 0; c < ow; c++) {
        float best = -INFINITY;
        int at = -1;
        for (int i = r * 2; i < r * 2 + 3 && i < h; i++)
          for (int j = c * 2; j < c * 2 + 3 && j < w; j++) {
            float v = x[(p * h + i) * w + j];
            if (v > best || std::isnan(v)) best = v, at = i * w + j;
          }
        y[(p * oh + r) * ow + c] = best;
        index[(p * oh + r) * ow + c] = at;
      }
  float *dx = deviceCopy(x), *dy = deviceEmpty<float>(y.size());
  int *dindex = deviceEmpty<int>(y.size());
  maxPool<<<dim3((ow + 15) / 16, (oh + 3) / 4, planes), dim3(16, 4)>>>(dx, dy, dindex, h, w, oh, ow);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allNear("max", hostCopy(dy, y.size()), y, 0);
  verdict.allSame("index", hostCopy(dindex, y.size()), index);

  const int bw = 62, bh = 40;
  std::vector<unsigned char> b(bw * bh), pooled(bw * bh / 4);
  for (auto &v : b) v = (unsigned char)random.below(256);
  for (int r = 0; r < bh / 2; r++)
    for (int c = 0; c < bw / 2; c++) {
      const unsigned char *p = &b[r * 2 * bw + c * 2];
      pooled[r * (bw / 2) + c] = (unsigned char)((p[0] + p[1] + p[bw] + p[bw + 1] + 2) / 4);
    }
  unsigned char *db = deviceCopy(b), *dpooled = deviceEmpty<unsigned char>(pooled.size());
  averagePool<<<bh / 2, 32>>>(db, dpooled, bw, bw / 2);
  CHECK_KERNEL();
  verdict.allSame("average", hostCopy(dpooled, pooled.size()), pooled);
  return verdict.finish();
}
