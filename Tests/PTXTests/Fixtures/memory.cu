// Variables of every space.
__constant__ float table[4] = {1.f, 2.5f, -3.f, 1e-30f};
__constant__ float weights[64];
__device__ float buffer[100];
__device__ __managed__ int managed = 7;
struct Entry {
  char tag;
  int count;
  double scale;
  const char *name;
  float *place;
};
__device__ Entry entries[2] = {{'x', 4, 2.0, "hello", buffer + 7}, {}};
__device__ unsigned long long limits[2] = {0xFFFFFFFFFFFFFFFFull, 1};
extern __shared__ float dynamic[];

__global__ void spaces(float4 *out, const int *__restrict__ in, int n, short2 pair, double d) {
  __shared__ int cells[64];
  __shared__ float rows[8][9];
  int local[20];
  for (int i = 0; i < 20; i++) local[i] = in[i + threadIdx.x];
  cells[threadIdx.x & 63] = local[n];
  rows[n & 7][n % 9] = local[(n + 1) % 20];
  dynamic[threadIdx.x] = n;
  __syncthreads();
  out[threadIdx.x] = make_float4(
      cells[n & 63] + pair.x, rows[n & 3][3] * pair.y, dynamic[n] + table[n & 3] + weights[n], d + entries[n].scale);
  managed = limits[n & 1] + (long long)entries[0].place;
}
