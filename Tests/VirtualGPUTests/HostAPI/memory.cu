// Allocation in all its forms, and the mistakes that can be made with it.
#include <cstdio>
#include <cstring>

#define SHOW(call) printf("%s: %s\n", #call, cudaGetErrorName(call))

static const char *type_of(const void *pointer) {
  static const char *names[] = {"unregistered", "host", "device", "managed"};
  cudaPointerAttributes attributes;
  return cudaPointerGetAttributes(&attributes, pointer) == cudaSuccess ? names[attributes.type] : "error";
}

int main() {
  char *device = nullptr, *pinned = nullptr, *mapped = nullptr, *managed = nullptr, *none = (char *)1;
  static char own[4096];
  SHOW(cudaMalloc(&device, 1000));
  printf("aligned to 256: %d\n", (size_t)device % 256 == 0);
  SHOW(cudaMalloc(&none, 0));
  printf("no bytes, no address: %d\n", none == nullptr);
  SHOW(cudaMalloc((void **)nullptr, 16));
  SHOW(cudaMalloc(&none, (size_t)1 << 50));
  printf("address after a failure: %d\n", none == nullptr);
  printf("last error: %s\n", cudaGetErrorName(cudaGetLastError()));
  SHOW(cudaMallocHost(&pinned, 100));
  SHOW(cudaHostAlloc(&mapped, 100, cudaHostAllocMapped | cudaHostAllocPortable));
  SHOW(cudaMallocManaged(&managed, 100));
  strcpy(pinned, "pinned");
  strcpy(managed, "managed");
  printf("%s %s\n", pinned, managed);
  printf("%s %s %s %s %s\n", type_of(device), type_of(device + 999), type_of(pinned), type_of(managed), type_of(own));
  void *view = nullptr;
  SHOW(cudaHostGetDevicePointer(&view, mapped, 0));
  printf("one address space: %d\n", view == mapped);
  SHOW(cudaHostGetDevicePointer(&view, own, 0));
  SHOW(cudaHostRegister(own, sizeof own, cudaHostRegisterDefault));
  SHOW(cudaHostRegister(own + 16, 16, cudaHostRegisterDefault));
  SHOW(cudaHostGetDevicePointer(&view, own + 8, 0));
  printf("%s\n", type_of(own + 8));
  SHOW(cudaHostUnregister(own));
  SHOW(cudaHostUnregister(own));
  printf("%s\n", type_of(own));
  size_t pitch = 0;
  char *rows = nullptr;
  SHOW(cudaMallocPitch(&rows, &pitch, 100, 7));
  printf("pitch: %d %d\n", pitch >= 100, pitch % 32 == 0);
  cudaPitchedPtr box;
  SHOW(cudaMalloc3D(&box, make_cudaExtent(100, 5, 3)));
  printf("box: %zu %zu %d\n", box.xsize, box.ysize, box.pitch >= 100);
  SHOW(cudaFree(device + 16));
  SHOW(cudaFree(own));
  SHOW(cudaFree(nullptr));
  SHOW(cudaFree(device));
  SHOW(cudaFree(device));
  SHOW(cudaFreeHost(pinned));
  SHOW(cudaFreeHost(pinned));
  SHOW(cudaFreeHost(mapped));
  SHOW(cudaFree(managed));
  SHOW(cudaFree(rows));
  SHOW(cudaFree(box.ptr));
  size_t before, during, after, total;
  cudaMemGetInfo(&before, &total);
  cudaMalloc(&device, 64 << 20);
  cudaMemGetInfo(&during, &total);
  cudaFree(device);
  cudaMemGetInfo(&after, &total);
  printf("accounted: %d %d %d\n", before - during >= (64 << 20), before == after, after <= total);
  SHOW(cudaMemPrefetchAsync(own, 16, cudaMemLocation{cudaMemLocationTypeDevice, {0}}, 0));
  cudaMallocManaged(&managed, 1 << 20);
  SHOW(cudaMemPrefetchAsync(managed, 1 << 20, cudaMemLocation{cudaMemLocationTypeDevice, {0}}, 0));
  SHOW(cudaMemAdvise(managed, 1 << 20, cudaMemAdviseSetReadMostly, cudaMemLocation{cudaMemLocationTypeDevice, {0}}));
  SHOW(cudaFree(managed));
  return 0;
}
