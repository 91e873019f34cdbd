// What the programs with a planted bug share: they run to their end, they do not judge themselves.
#pragma once
#include "check.h"

// Says how the kernel ended and leaves with 0: what is wrong is for the observer to find.
inline int finishPlanted() {
  cudaError_t launch = cudaGetLastError(), run = cudaDeviceSynchronize();
  for (void *buffer : deviceBuffers) cudaFree(buffer);
  printf("done: %s\n", cudaGetErrorName(launch != cudaSuccess ? launch : run));
  return 0;
}
