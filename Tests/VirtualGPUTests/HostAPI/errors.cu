// The last error of a host thread: who sets it, who resets it.
#include <cstdio>
#include <thread>

__global__ void nothing() {}

int main() {
  printf("%s\n", cudaGetErrorName(cudaGetLastError()));
  nothing<<<0, 32>>>();
  printf("%s\n", cudaGetErrorName(cudaPeekAtLastError()));
  std::thread other([] { printf("other thread: %s\n", cudaGetErrorName(cudaGetLastError())); });
  other.join();
  nothing<<<1, 32>>>();
  printf("%s\n", cudaGetErrorString(cudaPeekAtLastError()));
  printf("%s\n", cudaGetErrorName(cudaDeviceSynchronize()));
  printf("%s\n", cudaGetErrorName(cudaGetLastError()));
  printf("%s\n", cudaGetErrorName(cudaGetLastError()));
  printf("%s\n", cudaGetErrorName(cudaSetDevice(1)));
  printf("%s\n", cudaGetErrorName(cudaFree((void *)16)));
  printf("%s\n", cudaGetErrorName(cudaGetLastError()));
  printf("%s\n", cudaGetErrorName((cudaError_t)12345));
  const cudaError_t codes[] = {cudaSuccess, cudaErrorInvalidValue, cudaErrorMemoryAllocation, cudaErrorInvalidConfiguration,
                               cudaErrorInvalidDeviceFunction, cudaErrorIllegalAddress, cudaErrorLaunchOutOfResources,
                               cudaErrorLaunchTimeout, cudaErrorAssert, cudaErrorMisalignedAddress, cudaErrorLaunchFailure,
                               cudaErrorNotSupported};
  for (cudaError_t code : codes) printf("%d %s: %s\n", code, cudaGetErrorName(code), cudaGetErrorString(code));
  return 0;
}
