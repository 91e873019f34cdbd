// Streams: order, callbacks, handles.
#include <cstdio>

__global__ void append(int *list, int value) { list[atomicAdd(&list[0], 1) + 1] = value; }

#define SHOW(call) printf("%s: %s\n", #call, cudaGetErrorName(call))

static int *list;
static void callback(cudaStream_t, cudaError_t status, void *data) {
  printf("callback %s %s\n", (const char *)data, cudaGetErrorName(status));
}
static void function(void *data) { printf("function %s, %d entries\n", (const char *)data, list[0]); }

int main() {
  cudaMallocManaged(&list, 64 * sizeof(int));
  list[0] = 0;
  cudaStream_t a, b, c;
  SHOW(cudaStreamCreate(&a));
  SHOW(cudaStreamCreateWithFlags(&b, cudaStreamNonBlocking));
  int least, greatest;
  SHOW(cudaDeviceGetStreamPriorityRange(&least, &greatest));
  printf("%d %d\n", least, greatest);
  SHOW(cudaStreamCreateWithPriority(&c, cudaStreamNonBlocking, greatest));
  SHOW(cudaStreamCreateWithFlags(&c, 99));
  unsigned flags;
  int priority;
  SHOW(cudaStreamGetFlags(b, &flags));
  SHOW(cudaStreamGetPriority(c, &priority));
  printf("%u %d\n", flags, priority);
  cudaGetLastError();
  append<<<1, 1, 0, a>>>(list, 1);
  append<<<1, 1, 0, a>>>(list, 2);
  cudaEvent_t event;
  cudaEventCreateWithFlags(&event, cudaEventDisableTiming);
  SHOW(cudaEventRecord(event, a));
  SHOW(cudaStreamWaitEvent(b, event, 0));
  append<<<1, 1, 0, b>>>(list, 3);
  SHOW(cudaLaunchHostFunc(b, function, (void *)"of b"));
  SHOW(cudaStreamAddCallback(b, callback, (void *)"of b", 0));
  SHOW(cudaStreamSynchronize(b));
  SHOW(cudaStreamQuery(a));
  SHOW(cudaStreamSynchronize(cudaStreamPerThread));
  SHOW(cudaStreamSynchronize(cudaStreamLegacy));
  printf("%d: %d %d %d\n", list[0], list[1], list[2], list[3]);
  cudaStreamCaptureStatus status;
  SHOW(cudaStreamIsCapturing(a, &status));
  printf("%d\n", status);
  unsigned long long first, second;
  cudaStreamGetId(a, &first);
  cudaStreamGetId(b, &second);
  printf("ids differ: %d\n", first != second);
  SHOW(cudaStreamDestroy(a));
  SHOW(cudaStreamDestroy(b));
  SHOW(cudaStreamDestroy(c));
  SHOW(cudaEventDestroy(event));
  SHOW(cudaFree(list));
  return 0;
}
