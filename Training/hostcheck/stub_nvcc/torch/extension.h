// Declarations only: enough of PyTorch's C++ interface for nvcc to turn the generated sources into PTX.
#pragma once
#include <cstdint>
#include <vector>

namespace torch {
enum ScalarType { kFloat32, kLong };
struct IntArrayRef {
    IntArrayRef();
    IntArrayRef(const std::vector<int64_t> &);
    IntArrayRef(std::initializer_list<int64_t>);
    std::vector<int64_t> vec() const;
};
struct TensorOptions { TensorOptions dtype(ScalarType) const; };
struct Tensor {
    Tensor contiguous() const;
    int64_t numel() const;
    int64_t dim() const;
    int64_t size(int64_t) const;
    IntArrayRef sizes() const;
    TensorOptions options() const;
    template <typename T> T *data_ptr() const;
};
Tensor empty(IntArrayRef, TensorOptions);
Tensor zeros(IntArrayRef, TensorOptions);
Tensor empty_like(const Tensor &);
} // namespace torch
