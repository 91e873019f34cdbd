// Compiled without optimisation and with everything a debugger wants.
__device__ int twice(int x) { return x + x; }

__global__ void debug(int *out, int n) {
  for (int i = 0; i < n; i++) out[i] = twice(i);
}
