// torch::… and at::…: the functions that make tensors and compute with them.
#pragma once
#include <basic/torch/device_guard.h>
#include <basic/torch/irange.h>
#include <basic/torch/library.h>
#include <basic/torch/tensor.h>

namespace at {

#define BASIC_FUNCTION(name)                                                                                    \
    template <typename... A>                                                                                    \
    Tensor name(const A&... a) { return basic::callForTensor(basic::message('f', #name, a...)); }               \
    template <typename... A>                                                                                    \
    Tensor name(IntArrayRef first, const A&... a) {                                                             \
        return basic::callForTensor(basic::message('f', #name, first, a...));                                   \
    }
// The operators that take a tensor first, and perhaps a list in braces second.
#define BASIC_OPERATOR_FUNCTION(name)                                                                           \
    template <typename... A>                                                                                    \
    Tensor name(const Tensor& self, const A&... a) {                                                            \
        return basic::callForTensor(basic::message('f', #name, self, a...));                                    \
    }                                                                                                           \
    template <typename... A>                                                                                    \
    Tensor name(const Tensor& self, IntArrayRef second, const A&... a) {                                        \
        return basic::callForTensor(basic::message('f', #name, self, second, a...));                            \
    }
BASIC_TENSOR_FUNCTIONS(BASIC_FUNCTION)
BASIC_TENSOR_OPERATORS(BASIC_OPERATOR_FUNCTION)
#undef BASIC_FUNCTION
#undef BASIC_OPERATOR_FUNCTION

using TensorInitList = std::initializer_list<Tensor>;
#define BASIC_CALL(sort, ...) return basic::callFor##sort(basic::message('f', __VA_ARGS__))
// A list of tensors in braces, and the few whose first argument is something else.
inline Tensor cat(TensorInitList all, int64_t dim = 0) { BASIC_CALL(Tensor, "cat", TensorList(all), dim); }
inline Tensor stack(TensorInitList all, int64_t dim = 0) { BASIC_CALL(Tensor, "stack", TensorList(all), dim); }
inline Tensor pad(const Tensor& x, IntArrayRef by, std::string_view mode = "constant", std::optional<double> value = {}) {
    BASIC_CALL(Tensor, "pad", x, by, mode, value);
}
inline Tensor constant_pad_nd(const Tensor& x, IntArrayRef by, const Scalar& value = 0) {
    BASIC_CALL(Tensor, "constant_pad_nd", x, by, value);
}
Tensor from_blob(void*, IntArrayRef, const TensorOptions& = {});
Tensor from_blob(void*, IntArrayRef, IntArrayRef strides, const TensorOptions& = {});
inline Tensor einsum(std::string_view equation, TensorInitList all) { BASIC_CALL(Tensor, "einsum", equation, TensorList(all)); }
inline Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) { BASIC_CALL(Tensor, "where", condition, a, b); }
inline Tensor pow(const Scalar& base, const Tensor& exponent) { BASIC_CALL(Tensor, "pow", base, exponent); }
template <typename T>
Tensor tensor(std::initializer_list<T> values, const TensorOptions& options = {}) {
    return basic::callForTensor(basic::message('q', "tensor", ArrayRef<T>(values), CppTypeToScalarType<T>::value, options));
}
inline Tensor randint(int64_t high, IntArrayRef size, const TensorOptions& options = {}) {
    BASIC_CALL(Tensor, "randint", high, size, options);
}
inline Tensor randint(int64_t low, int64_t high, IntArrayRef size, const TensorOptions& options = {}) {
    BASIC_CALL(Tensor, "randint", low, high, size, options);
}
#define BASIC_CONVOLUTION(name)                                                                                       \
    inline Tensor name(                                                                                               \
        const Tensor& x, const Tensor& weight, const std::optional<Tensor>& bias = {}, IntArrayRef stride = 1,        \
        IntArrayRef padding = 0, IntArrayRef dilation = 1, int64_t groups = 1) {                                      \
        BASIC_CALL(Tensor, #name, x, weight, bias, stride, padding, dilation, groups);                                \
    }
BASIC_CONVOLUTION(conv1d)
BASIC_CONVOLUTION(conv2d)
BASIC_CONVOLUTION(conv3d)
#undef BASIC_CONVOLUTION
#define BASIC_TRANSPOSED(name)                                                                                        \
    inline Tensor name(                                                                                               \
        const Tensor& x, const Tensor& weight, const std::optional<Tensor>& bias = {}, IntArrayRef stride = 1,        \
        IntArrayRef padding = 0, IntArrayRef output_padding = 0, int64_t groups = 1, IntArrayRef dilation = 1) {      \
        BASIC_CALL(Tensor, #name, x, weight, bias, stride, padding, output_padding, groups, dilation);                \
    }
BASIC_TRANSPOSED(conv_transpose1d)
BASIC_TRANSPOSED(conv_transpose2d)
BASIC_TRANSPOSED(conv_transpose3d)
#undef BASIC_TRANSPOSED
#define BASIC_POOL(name)                                                                                              \
    inline Tensor name(                                                                                               \
        const Tensor& x, IntArrayRef kernel, IntArrayRef stride = {}, IntArrayRef padding = 0,                        \
        IntArrayRef dilation = 1, bool ceil = false) {                                                                \
        BASIC_CALL(Tensor, #name, x, kernel, stride, padding, dilation, ceil);                                        \
    }
BASIC_POOL(max_pool1d)
BASIC_POOL(max_pool2d)
BASIC_POOL(max_pool3d)
#undef BASIC_POOL
inline Tensor avg_pool1d(
    const Tensor& x, IntArrayRef kernel, IntArrayRef stride = {}, IntArrayRef padding = 0, bool ceil = false,
    bool count_include_pad = true) {
    BASIC_CALL(Tensor, "avg_pool1d", x, kernel, stride, padding, ceil, count_include_pad);
}
#define BASIC_POOL(name)                                                                                              \
    inline Tensor name(                                                                                               \
        const Tensor& x, IntArrayRef kernel, IntArrayRef stride = {}, IntArrayRef padding = 0, bool ceil = false,     \
        bool count_include_pad = true, std::optional<int64_t> divisor = {}) {                                         \
        BASIC_CALL(Tensor, #name, x, kernel, stride, padding, ceil, count_include_pad, divisor);                      \
    }
BASIC_POOL(avg_pool2d)
BASIC_POOL(avg_pool3d)
#undef BASIC_POOL
inline Tensor adaptive_avg_pool2d(const Tensor& x, IntArrayRef size) { BASIC_CALL(Tensor, "adaptive_avg_pool2d", x, size); }
inline Tensor layer_norm(
    const Tensor& x, IntArrayRef shape, const std::optional<Tensor>& weight = {}, const std::optional<Tensor>& bias = {},
    double eps = 1e-5, bool cudnn = true) {
    BASIC_CALL(Tensor, "layer_norm", x, shape, weight, bias, eps, cudnn);
}
inline Tensor tensordot(const Tensor& a, const Tensor& b, IntArrayRef of_a, IntArrayRef of_b) {
    BASIC_CALL(Tensor, "tensordot", a, b, of_a, of_b);
}

#define BASIC_EXTREME(name)                                                                                           \
    inline Tensor name(const Tensor& x) { BASIC_CALL(Tensor, #name, x); }                                             \
    inline Tensor name(const Tensor& x, const Tensor& other) { BASIC_CALL(Tensor, #name, x, other); }                 \
    inline std::tuple<Tensor, Tensor> name(const Tensor& x, int64_t dim, bool keepdim = false) {                      \
        BASIC_CALL(Pair, #name, x, dim, keepdim);                                                                     \
    }
BASIC_EXTREME(max)
BASIC_EXTREME(min)
#undef BASIC_EXTREME
inline std::tuple<Tensor, Tensor> sort(const Tensor& x, int64_t dim = -1, bool descending = false) {
    BASIC_CALL(Pair, "sort", x, dim, descending);
}
inline std::tuple<Tensor, Tensor> topk(
    const Tensor& x, int64_t k, int64_t dim = -1, bool largest = true, bool sorted = true) {
    BASIC_CALL(Pair, "topk", x, k, dim, largest, sorted);
}
#define BASIC_MOMENTS(Result, Sort, name)                                                                             \
    template <typename... A>                                                                                          \
    Result name(const Tensor& x, const A&... a) { BASIC_CALL(Sort, #name, x, a...); }                                 \
    inline Result name(const Tensor& x, IntArrayRef dims, bool unbiased = true, bool keepdim = false) {               \
        BASIC_CALL(Sort, #name, x, dims, unbiased, keepdim);                                                          \
    }
using TensorPair = std::tuple<Tensor, Tensor>;
BASIC_MOMENTS(TensorPair, Pair, var_mean)
BASIC_MOMENTS(TensorPair, Pair, std_mean)
BASIC_MOMENTS(Tensor, Tensor, var)
BASIC_MOMENTS(Tensor, Tensor, std)
#undef BASIC_MOMENTS
#define BASIC_SEVERAL(Sort, Result, name)                                                                             \
    template <typename... A>                                                                                          \
    Result name(const A&... a) { BASIC_CALL(Sort, #name, a...); }
using TensorTriple = std::tuple<Tensor, Tensor, Tensor>;
BASIC_SEVERAL(Pair, TensorPair, max_pool2d_with_indices)
inline Tensor median(const Tensor& x) { BASIC_CALL(Tensor, "median", x); }
BASIC_SEVERAL(Pair, TensorPair, median)
BASIC_SEVERAL(Pair, TensorPair, mode)
BASIC_SEVERAL(Pair, TensorPair, kthvalue)
BASIC_SEVERAL(Pair, TensorPair, cummax)
BASIC_SEVERAL(Pair, TensorPair, cummin)
BASIC_SEVERAL(Triple, TensorTriple, native_layer_norm)
BASIC_SEVERAL(Triple, TensorTriple, native_batch_norm)
BASIC_SEVERAL(Triple, TensorTriple, native_group_norm)
#undef BASIC_SEVERAL
using TensorVector = std::vector<Tensor>;
inline TensorVector chunk(const Tensor& x, int64_t chunks, int64_t dim = 0) { BASIC_CALL(List, "chunk", x, chunks, dim); }
inline TensorVector split(const Tensor& x, int64_t size, int64_t dim = 0) { BASIC_CALL(List, "split", x, size, dim); }
inline TensorVector unbind(const Tensor& x, int64_t dim = 0) { BASIC_CALL(List, "unbind", x, dim); }
inline TensorVector meshgrid(TensorList all) { BASIC_CALL(List, "meshgrid", all); }
inline TensorVector meshgrid(TensorList all, std::string_view indexing) { BASIC_CALL(List, "meshgrid", all, indexing); }
inline TensorVector broadcast_tensors(TensorList all) { BASIC_CALL(List, "broadcast_tensors", all); }
inline bool equal(const Tensor& a, const Tensor& b) { return a.equal(b); }
inline bool allclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false) {
    return a.allclose(b, rtol, atol, equal_nan);
}
inline bool is_floating_point(const Tensor& x) { return x.is_floating_point(); }
std::vector<int64_t> infer_size(IntArrayRef, IntArrayRef);
ScalarType result_type(const Tensor&, const Tensor&);
#undef BASIC_CALL

inline int64_t get_num_threads() { return 1; }
void manual_seed(uint64_t);
bool hasCUDA();
template <typename F>
void parallel_for(int64_t begin, int64_t end, int64_t, const F& body) {
    if (begin < end) body(begin, end);
}

// Automatic differentiation switched on or off while it lives.
struct AutoGradMode {
    explicit AutoGradMode(bool);
    ~AutoGradMode();
    AutoGradMode(const AutoGradMode&) = delete;

private:
    bool before_;
};
struct NoGradGuard : AutoGradMode {
    NoGradGuard() : AutoGradMode(false) {}
};
struct InferenceMode : AutoGradMode {
    explicit InferenceMode(bool on = true) : AutoGradMode(!on) {}
};
// What an operator of TORCH_LIBRARY says before it calls others: the loader does it for every implementation.
struct AutoDispatchBelowADInplaceOrView : AutoGradMode {
    AutoDispatchBelowADInplaceOrView() : AutoGradMode(false) {}
};
using AutoDispatchBelowAutograd = AutoDispatchBelowADInplaceOrView;
struct TensorArg {
    TensorArg(const Tensor& tensor, const char* name, int position) : tensor(tensor), name(name), position(position) {}
    Tensor tensor;
    const char* name;
    int position;
};

}  // namespace at

namespace torch {
using namespace at;
using at::AutoGradMode;
using at::InferenceMode;
using at::NoGradGuard;
using at::Tensor;
using at::TensorList;
using c10::Device;
using c10::DeviceType;
using c10::IntArrayRef;
using c10::MemoryFormat;
using c10::Scalar;
using c10::ScalarType;
using c10::TensorOptions;
using Dtype = c10::ScalarType;
using std::nullopt;
template <typename T>
using optional = std::optional<T>;
template <typename T>
using ArrayRef = c10::ArrayRef<T>;
namespace indexing {
using namespace at::indexing;
}
// PyTorch's own short names, after Python's.
constexpr auto kUInt8 = at::kByte;
constexpr auto kInt8 = at::kChar;
constexpr auto kInt16 = at::kShort;
constexpr auto kInt32 = at::kInt;
constexpr auto kInt64 = at::kLong;
constexpr auto kFloat16 = at::kHalf;
constexpr auto kFloat32 = at::kFloat;
constexpr auto kFloat64 = at::kDouble;
constexpr auto kF16 = at::kHalf;
constexpr auto kF32 = at::kFloat;
constexpr auto kF64 = at::kDouble;
constexpr auto kI32 = at::kInt;
constexpr auto kI64 = at::kLong;
constexpr auto kU8 = at::kByte;
namespace autograd {
using Variable = at::Tensor;
using variable_list = std::vector<at::Tensor>;
}  // namespace autograd
}  // namespace torch
