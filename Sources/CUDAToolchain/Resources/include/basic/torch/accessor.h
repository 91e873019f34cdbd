// Accessors: a tensor's memory with its sizes and strides, indexed in device code, so defined and not only declared.
#pragma once
#include <basic/torch/options.h>

namespace at {

template <typename T>
struct DefaultPtrTraits {
    using PtrType = T*;
};
template <typename T>
struct RestrictPtrTraits {
    using PtrType = T* __restrict__;
};

template <typename T, size_t N, template <typename U> class PtrTraits = DefaultPtrTraits, typename index_t = int64_t>
class TensorAccessor {
public:
    using PtrType = typename PtrTraits<T>::PtrType;
    C10_HOST_DEVICE TensorAccessor(PtrType data, const index_t* sizes, const index_t* strides)
        : data_(data), sizes_(sizes), strides_(strides) {}
    C10_HOST_DEVICE index_t size(index_t i) const { return sizes_[i]; }
    C10_HOST_DEVICE index_t stride(index_t i) const { return strides_[i]; }
    C10_HOST_DEVICE PtrType data() const { return data_; }
    c10::IntArrayRef sizes() const { return {sizes_, N}; }
    c10::IntArrayRef strides() const { return {strides_, N}; }
    C10_HOST_DEVICE decltype(auto) operator[](index_t i) const {
        if constexpr (N == 1) {
            return static_cast<T&>(data_[strides_[0] * i]);
        } else {
            return TensorAccessor<T, N - 1, PtrTraits, index_t>(data_ + strides_[0] * i, sizes_ + 1, strides_ + 1);
        }
    }

private:
    PtrType data_;
    const index_t* sizes_;
    const index_t* strides_;
};

template <typename T, size_t N, template <typename U> class PtrTraits = DefaultPtrTraits, typename index_t = int64_t>
class GenericPackedTensorAccessor {
public:
    using PtrType = typename PtrTraits<T>::PtrType;
    GenericPackedTensorAccessor(PtrType data, const int64_t* sizes, const int64_t* strides) : data_(data) {
        for (size_t i = 0; i < N; i++) {
            sizes_[i] = static_cast<index_t>(sizes[i]);
            strides_[i] = static_cast<index_t>(strides[i]);
        }
    }
    C10_HOST_DEVICE index_t size(index_t i) const { return sizes_[i]; }
    C10_HOST_DEVICE index_t stride(index_t i) const { return strides_[i]; }
    C10_HOST_DEVICE PtrType data() const { return data_; }
    C10_HOST_DEVICE decltype(auto) operator[](index_t i) const {
        if constexpr (N == 1) {
            return static_cast<T&>(data_[strides_[0] * i]);
        } else {
            return TensorAccessor<T, N - 1, PtrTraits, index_t>(data_ + strides_[0] * i, sizes_ + 1, strides_ + 1);
        }
    }

private:
    PtrType data_;
    index_t sizes_[N];
    index_t strides_[N];
};

template <typename T, size_t N, template <typename U> class PtrTraits = DefaultPtrTraits>
using PackedTensorAccessor32 = GenericPackedTensorAccessor<T, N, PtrTraits, int32_t>;
template <typename T, size_t N, template <typename U> class PtrTraits = DefaultPtrTraits>
using PackedTensorAccessor64 = GenericPackedTensorAccessor<T, N, PtrTraits, int64_t>;
template <typename T, size_t N, template <typename U> class PtrTraits = DefaultPtrTraits, typename index_t = int64_t>
using PackedTensorAccessor = GenericPackedTensorAccessor<T, N, PtrTraits, index_t>;

}  // namespace at
