// Launch configurations: what is accepted and what is refused, and with which code.
#include <cstdio>

__global__ void record(int *out, int a, short b, double c) {
  if (threadIdx.x == 0 && blockIdx.x == 0) out[0] = a, out[1] = b, out[2] = (int)c, out[3] = gridDim.x * 1000 + blockDim.x;
}
__global__ void __launch_bounds__(128) bounded(int *out) { out[threadIdx.x] = 1; }
__global__ void shared_fixed(int *out) {
  __shared__ int words[256];
  words[threadIdx.x] = threadIdx.x;
  __syncthreads();
  out[threadIdx.x] = words[31 - threadIdx.x];
}
__global__ void shared_dynamic(int *out) {
  extern __shared__ int words[];
  words[threadIdx.x] = threadIdx.x;
  __syncthreads();
  out[threadIdx.x] = words[31 - threadIdx.x];
}
static void not_a_kernel() {}

static const char *last() { return cudaGetErrorName(cudaGetLastError()); }

int main() {
  int *out, host[4];
  cudaMalloc(&out, 4096);
  record<<<3, 64>>>(out, 7, -8, 9.5);
  printf("%s\n", last());
  cudaMemcpy(host, out, 16, cudaMemcpyDeviceToHost);
  printf("%d %d %d %d\n", host[0], host[1], host[2], host[3]);
  int a = 1;
  short b = 2;
  double c = 3;
  void *arguments[] = {&out, &a, &b, &c};
  printf("%s\n", cudaGetErrorName(cudaLaunchKernel((const void *)record, dim3(2), dim3(32), arguments, 0, 0)));
  cudaMemcpy(host, out, 16, cudaMemcpyDeviceToHost);
  printf("%d %d %d %d\n", host[0], host[1], host[2], host[3]);
  cudaLaunchConfig_t configuration = {};
  configuration.gridDim = dim3(4);
  configuration.blockDim = dim3(16);
  printf("%s\n", cudaGetErrorName(cudaLaunchKernelEx(&configuration, record, out, 4, (short)5, 6.0)));
  cudaMemcpy(host, out, 16, cudaMemcpyDeviceToHost);
  printf("%d %d %d %d\n", host[0], host[1], host[2], host[3]);
  printf("cooperative: %s\n", cudaGetErrorName(cudaLaunchCooperativeKernel((const void *)record, 8, 32, arguments)));
  printf("too large: %s\n", cudaGetErrorName(cudaLaunchCooperativeKernel((const void *)record, 100000, 1024, arguments)));
  cudaGetLastError();
  record<<<0, 32>>>(out, 0, 0, 0);
  printf("no block: %s\n", last());
  record<<<1, 0>>>(out, 0, 0, 0);
  printf("no thread: %s\n", last());
  record<<<1, 1025>>>(out, 0, 0, 0);
  printf("1025 threads: %s\n", last());
  record<<<1, dim3(1, 1, 65)>>>(out, 0, 0, 0);
  printf("z of 65: %s\n", last());
  record<<<1, dim3(32, 33)>>>(out, 0, 0, 0);
  printf("32 x 33: %s\n", last());
  record<<<dim3(1, 65536), 1>>>(out, 0, 0, 0);
  printf("grid y of 65536: %s\n", last());
  bounded<<<1, 128>>>(out);
  printf("128 of 128: %s\n", last());
  bounded<<<1, 129>>>(out);
  printf("129 of 128: %s\n", last());
  shared_dynamic<<<1, 32, 48 * 1024>>>(out);
  printf("48 KiB: %s\n", last());
  shared_dynamic<<<1, 32, 48 * 1024 + 4>>>(out);
  printf("more than 48 KiB: %s\n", last());
  shared_fixed<<<1, 32, 48 * 1024>>>(out);
  printf("48 KiB and 1 KiB: %s\n", last());
  printf("%s\n", cudaGetErrorName(cudaFuncSetAttribute(shared_dynamic, cudaFuncAttributeMaxDynamicSharedMemorySize, 64 * 1024)));
  shared_dynamic<<<1, 32, 64 * 1024>>>(out);
  printf("64 KiB after opting in: %s\n", last());
  shared_dynamic<<<1, 32, 65 * 1024>>>(out);
  printf("65 KiB: %s\n", last());
  printf("opting in to too much: %s\n",
         cudaGetErrorName(cudaFuncSetAttribute(shared_dynamic, cudaFuncAttributeMaxDynamicSharedMemorySize, 1 << 20)));
  cudaGetLastError();
  printf("no kernel: %s\n", cudaGetErrorName(cudaLaunchKernel((const void *)not_a_kernel, dim3(1), dim3(1), arguments, 0, 0)));
  printf("%s\n", last());
  printf("%s\n", cudaGetErrorName(cudaDeviceSynchronize()));
  return 0;
}
