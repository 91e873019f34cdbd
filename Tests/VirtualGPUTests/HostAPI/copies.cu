// Copies and fills: directions, ranges, rows and boxes.
#include <cstdio>
#include <cstring>

#define SHOW(call) printf("%s: %s\n", #call, cudaGetErrorName(call))

static int sum(const unsigned char *bytes, int count) {
  int total = 0;
  for (int i = 0; i < count; i++) total += bytes[i];
  return total;
}

int main() {
  unsigned char *a, *b, host[256], back[256], *pinned;
  for (int i = 0; i < 256; i++) host[i] = (unsigned char)i;
  cudaMalloc(&a, 256);
  cudaMalloc(&b, 256);
  cudaMallocHost(&pinned, 256);
  SHOW(cudaMemcpy(a, host, 256, cudaMemcpyHostToDevice));
  SHOW(cudaMemcpy(b, a, 256, cudaMemcpyDeviceToDevice));
  SHOW(cudaMemcpy(back, b, 256, cudaMemcpyDeviceToHost));
  printf("there and back: %d\n", memcmp(host, back, 256) == 0);
  SHOW(cudaMemcpy(back, host + 1, 255, cudaMemcpyHostToHost));
  printf("%d\n", back[0]);
  SHOW(cudaMemcpy(pinned, a, 256, cudaMemcpyDefault));
  SHOW(cudaMemcpy(b, pinned, 256, cudaMemcpyHostToDevice));
  printf("%d\n", sum(pinned, 256));
  SHOW(cudaMemcpyAsync(back, a, 256, cudaMemcpyDeviceToHost));
  SHOW(cudaStreamSynchronize(0));
  printf("%d\n", sum(back, 256));
  SHOW(cudaMemcpy(a, host, 0, cudaMemcpyHostToDevice));
  SHOW(cudaMemcpy(a, host, 16, cudaMemcpyDeviceToHost));
  SHOW(cudaMemcpy(host, a, 16, cudaMemcpyHostToDevice));
  SHOW(cudaMemcpy(back, a, 257, cudaMemcpyDeviceToHost));
  SHOW(cudaMemcpy(a + 200, host, 100, cudaMemcpyHostToDevice));
  SHOW(cudaMemcpy(a, host, 16, (cudaMemcpyKind)9));
  printf("last: %s\n", cudaGetErrorName(cudaGetLastError()));
  SHOW(cudaMemset(a, 7, 256));
  SHOW(cudaMemset(a + 250, 7, 7));
  SHOW(cudaMemset(host, 7, 16));
  cudaMemcpy(back, a, 256, cudaMemcpyDeviceToHost);
  printf("%d\n", sum(back, 256));
  SHOW(cudaMemset2D(a, 16, 1, 4, 16));
  cudaMemcpy(back, a, 256, cudaMemcpyDeviceToHost);
  printf("%d\n", sum(back, 256));
  SHOW(cudaMemset2D(a, 16, 1, 17, 2));
  unsigned char *rows;
  size_t pitch;
  cudaMallocPitch(&rows, &pitch, 10, 20);
  SHOW(cudaMemcpy2D(rows, pitch, host, 10, 10, 20, cudaMemcpyHostToDevice));
  memset(back, 0, sizeof back);
  SHOW(cudaMemcpy2D(back, 12, rows, pitch, 10, 20, cudaMemcpyDeviceToHost));
  printf("%d %d %d %d\n", back[0], back[9], back[10], back[12 * 19 + 9]);
  SHOW(cudaMemcpy2D(back, 9, rows, pitch, 10, 20, cudaMemcpyDeviceToHost));
  SHOW(cudaMemcpy2DAsync(back, 10, rows, pitch, 10, 20, cudaMemcpyDeviceToHost, 0));
  printf("%d\n", sum(back, 200) == sum(host, 200));
  cudaPitchedPtr box;
  cudaExtent extent = make_cudaExtent(4, 5, 6);
  cudaMalloc3D(&box, extent);
  SHOW(cudaMemset3D(box, 9, extent));
  cudaMemcpy3DParms in = {};
  in.srcPtr = make_cudaPitchedPtr(host, 4, 4, 5);
  in.dstPtr = box;
  in.extent = extent;
  in.kind = cudaMemcpyHostToDevice;
  SHOW(cudaMemcpy3D(&in));
  cudaMemcpy3DParms out = {};
  memset(back, 0, sizeof back);
  out.srcPtr = box;
  out.srcPos = make_cudaPos(1, 2, 3);
  out.dstPtr = make_cudaPitchedPtr(back, 2, 2, 2);
  out.extent = make_cudaExtent(2, 2, 2);
  out.kind = cudaMemcpyDeviceToHost;
  SHOW(cudaMemcpy3D(&out));
  for (int i = 0; i < 9; i++) printf("%d ", back[i]);
  printf("\n");
  cudaFree(a);
  SHOW(cudaMemcpy(back, a, 16, cudaMemcpyDeviceToHost));
  cudaFree(b), cudaFree(rows), cudaFree(box.ptr), cudaFreeHost(pinned);
  return 0;
}
