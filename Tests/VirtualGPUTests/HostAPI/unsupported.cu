// What the virtual GPU does not have says so.
#include <cstdio>

#define SHOW(call) printf("%s: %s\n", #call, cudaGetErrorName(call))

int main() {
  cudaGraph_t graph = nullptr;
  cudaStream_t stream;
  cudaStreamCreate(&stream);
  SHOW(cudaGraphCreate(&graph, 0));
  SHOW(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal));
  cudaArray_t array = nullptr;
  cudaChannelFormatDesc description = cudaCreateChannelDesc<float2>();
  printf("%d %d %d %d %d\n", description.x, description.y, description.z, description.w, description.f);
  SHOW(cudaMallocArray(&array, &description, 16, 16));
  void *function = (void *)1;
  SHOW(cudaGetDriverEntryPointByVersion("cuCtxGetCurrent", &function, 12000, cudaEnableDefault));
  printf("%d\n", function == nullptr);
  cudaIpcMemHandle_t handle;
  void *memory;
  cudaMalloc(&memory, 16);
  SHOW(cudaIpcGetMemHandle(&handle, memory));
  printf("%s\n", cudaGetErrorName(cudaGetLastError()));
  SHOW(cudaFree(memory));
  SHOW(cudaStreamDestroy(stream));
  return 0;
}
