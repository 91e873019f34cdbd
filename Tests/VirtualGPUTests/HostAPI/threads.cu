// Several host threads: allocations, launches and last errors of their own.
#include <cstdio>
#include <thread>
#include <vector>

__global__ void add(int *values, int amount) { values[threadIdx.x] += amount; }

int main() {
  const int threads = 4, turns = 50;
  int wrong[threads] = {}, errors[threads] = {};
  std::vector<std::thread> all;
  for (int t = 0; t < threads; t++)
    all.emplace_back([=, &wrong, &errors] {
      cudaStream_t stream;
      cudaStreamCreate(&stream);
      for (int turn = 0; turn < turns; turn++) {
        int *values, host[64];
        cudaMallocAsync(&values, sizeof host, stream);
        cudaMemsetAsync(values, 0, sizeof host, stream);
        for (int i = 0; i < 3; i++) add<<<1, 64, 0, stream>>>(values, t + 1);
        cudaMemcpyAsync(host, values, sizeof host, cudaMemcpyDeviceToHost, stream);
        cudaStreamSynchronize(stream);
        for (int value : host) wrong[t] += value != 3 * (t + 1);
        cudaFreeAsync(values, stream);
        if (t % 2) add<<<1, 5000, 0, stream>>>(values, 1);
        errors[t] += cudaGetLastError() == cudaErrorInvalidValue;
      }
      cudaStreamDestroy(stream);
    });
  for (std::thread &each : all) each.join();
  for (int t = 0; t < threads; t++) printf("thread %d: %d wrong, %d refused\n", t, wrong[t], errors[t]);
  printf("%s\n", cudaGetErrorName(cudaGetLastError()));
  return 0;
}
