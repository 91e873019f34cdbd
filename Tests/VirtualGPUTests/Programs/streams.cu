// Several streams, events between them, asynchronous copies from pinned memory, host functions, queries.
#include "check.h"

__global__ void fill(int *x, int n, int value) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) x[i] = value + i;
}

__global__ void addTo(int *x, const int *y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) x[i] += y[i];
}

static void CUDART_CB called(void *data) { *(int *)data += 1; }

int main() {
  const int n = 2000, count = 3;
  Verdict verdict;
  cudaStream_t streams[count];
  cudaEvent_t done[count], start, stop;
  int *x[count], *pinned[count];
  for (int s = 0; s < count; s++) {
    CHECK(s == 0 ? cudaStreamCreate(&streams[s]) : cudaStreamCreateWithFlags(&streams[s], cudaStreamNonBlocking));
    CHECK(cudaEventCreateWithFlags(&done[s], cudaEventDisableTiming));
    CHECK(cudaMallocHost((void **)&pinned[s], n * sizeof(int)));
    x[s] = deviceEmpty<int>(n);
  }
  CHECK(cudaEventCreate(&start));
  CHECK(cudaEventCreate(&stop));
  CHECK(cudaEventRecord(start, streams[0]));
  for (int s = 0; s < count; s++) {
    fill<<<(n + 127) / 128, 128, 0, streams[s]>>>(x[s], n, s * 1000);
    CHECK(cudaGetLastError());
    CHECK(cudaEventRecord(done[s], streams[s]));
  }
  for (int s = 1; s < count; s++) {
    CHECK(cudaStreamWaitEvent(streams[0], done[s], 0));
    addTo<<<(n + 63) / 64, 64, 0, streams[0]>>>(x[0], x[s], n);
    CHECK(cudaGetLastError());
  }
  CHECK(cudaMemcpyAsync(pinned[0], x[0], n * sizeof(int), cudaMemcpyDeviceToHost, streams[0]));
  int calls = 0;
  CHECK(cudaLaunchHostFunc(streams[0], called, &calls));
  CHECK(cudaEventRecord(stop, streams[0]));
  CHECK(cudaEventSynchronize(stop));
  verdict.same("calls", 0, calls, 1);
  for (int i = 0; i < n; i++) verdict.same("sum", i, pinned[0][i], 3000 + 3 * i);
  float milliseconds = -1;
  CHECK(cudaEventElapsedTime(&milliseconds, start, stop));
  verdict.same("elapsed is not negative", 0, milliseconds >= 0, 1);
  verdict.same("query event", 0, cudaEventQuery(stop), cudaSuccess);

  // To the device and back again on one stream, in order.
  for (int i = 0; i < n; i++) pinned[1][i] = i * 5;
  CHECK(cudaMemsetAsync(x[1], 0, n * sizeof(int), streams[1]));
  CHECK(cudaMemcpyAsync(x[1], pinned[1], n / 2 * sizeof(int), cudaMemcpyHostToDevice, streams[1]));
  CHECK(cudaMemcpyAsync(x[2], x[1], n * sizeof(int), cudaMemcpyDeviceToDevice, streams[1]));
  CHECK(cudaMemcpyAsync(pinned[2], x[2], n * sizeof(int), cudaMemcpyDeviceToHost, streams[1]));
  CHECK(cudaStreamSynchronize(streams[1]));
  verdict.same("query stream", 0, cudaStreamQuery(streams[1]), cudaSuccess);
  for (int i = 0; i < n; i++) verdict.same("copied", i, pinned[2][i], i < n / 2 ? i * 5 : 0);

  // A pitched copy: a part of a matrix.
  CHECK(cudaMemcpy2D(pinned[0], 10 * sizeof(int), x[2] + 3, 40 * sizeof(int), 7 * sizeof(int), 4, cudaMemcpyDeviceToHost));
  for (int r = 0; r < 4; r++)
    for (int c = 0; c < 7; c++) verdict.same("pitched", r * 7 + c, pinned[0][r * 10 + c], (r * 40 + 3 + c) * 5);

  for (int s = 0; s < count; s++) {
    CHECK(cudaStreamDestroy(streams[s]));
    CHECK(cudaEventDestroy(done[s]));
    CHECK(cudaFreeHost(pinned[s]));
    deviceFree(x[s]);
  }
  CHECK(cudaEventDestroy(start));
  CHECK(cudaEventDestroy(stop));
  return verdict.finish();
}
