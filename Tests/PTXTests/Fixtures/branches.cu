// Loops, a dense switch, and calls that are inlined several deep.
template <int N>
struct Step {
  static __device__ float apply(float x) {
    return Step<N - 1>::apply(x * N) + 1;
  }
};
template <>
struct Step<0> {
  static __device__ float apply(float x) { return x * x; }
};

__global__ void choose(int *out, int n, float *values) {
  switch (n) {
    case 0: out[0] = 3; break;
    case 1: out[1] = n * out[7]; break;
    case 2: out[5] = out[3]; __syncthreads(); break;
    case 3: __syncthreads(); out[2] = 4; break;
    case 4: out[4]++; __threadfence(); break;
    case 5: out[9] = out[1] / 3; break;
    case 6: out[7]--; break;
    case 7: out[17] = __popc(out[2]); break;
    case 8: out[18] = out[20] * out[21]; break;
    case 9: out[2] = out[3] ^ out[4]; break;
    case 10: out[12] = __clz(out[13]); break;
    case 11: out[13] <<= out[14]; break;
    case 12: out[14] = out[15] % 7; break;
    case 13: atomicAdd(out + 15, 1); break;
    case 14: out[16] = out[n]; break;
    default: out[8] = 1;
  }
#pragma unroll 1
  for (int i = 0; i < n; i++) values[i] = Step<2>::apply(values[i]);
}
