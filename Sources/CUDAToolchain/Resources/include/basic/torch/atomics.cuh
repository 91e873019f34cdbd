// Atomic addition for every element type, after ATen/cuda/Atomic.cuh.
#pragma once
#include <basic/torch/scalar_type.h>

#if defined(__CUDACC__)
namespace basic {
// Neither exists below some architecture for its type, so the half types go through a loop on the word around them.
template <typename T>
inline __device__ T addToHalfWord(T* address, T value) {
    auto where = reinterpret_cast<size_t>(address);
    auto* word = reinterpret_cast<unsigned int*>(where & ~size_t(2));
    bool high = where & 2;
    unsigned int seen = *word, assumed;
    T before;
    do {
        assumed = seen;
        before = T(static_cast<unsigned short>(high ? assumed >> 16 : assumed & 0xffff), T::from_bits());
        unsigned int sum = T(float(before) + float(value)).x;
        seen = atomicCAS(word, assumed, high ? (assumed & 0xffff) | (sum << 16) : (assumed & 0xffff0000) | sum);
    } while (assumed != seen);
    return before;
}
}  // namespace basic

inline __device__ c10::Half atomicAdd(c10::Half* address, c10::Half value) { return basic::addToHalfWord(address, value); }
inline __device__ c10::BFloat16 atomicAdd(c10::BFloat16* address, c10::BFloat16 value) {
    return basic::addToHalfWord(address, value);
}
template <typename T>
inline __device__ T gpuAtomicAdd(T* address, T value) { return atomicAdd(address, value); }
template <typename T>
inline __device__ void gpuAtomicAddNoReturn(T* address, T value) { atomicAdd(address, value); }
namespace at::native {
template <typename T, typename I>
__device__ void fastAtomicAdd(T* tensor, I index, const I, T value, bool) { atomicAdd(tensor + index, value); }
}  // namespace at::native
#endif
