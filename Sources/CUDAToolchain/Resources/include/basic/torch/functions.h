// torch::… and at::…: the functions that make tensors and compute with them.
#pragma once
#include <basic/torch/device_guard.h>
#include <basic/torch/irange.h>
#include <basic/torch/library.h>
#include <basic/torch/tensor.h>

namespace at {

#define BASIC_FUNCTION(name)         \
    template <typename... A>         \
    Tensor name(const A&...);        \
    template <typename... A>         \
    Tensor name(IntArrayRef, const A&...);
// The operators that take a tensor first, and perhaps a list in braces second.
#define BASIC_OPERATOR_FUNCTION(name)         \
    template <typename... A>                  \
    Tensor name(const Tensor&, const A&...);  \
    template <typename... A>                  \
    Tensor name(const Tensor&, IntArrayRef, const A&...);
BASIC_TENSOR_FUNCTIONS(BASIC_FUNCTION)
BASIC_TENSOR_OPERATORS(BASIC_OPERATOR_FUNCTION)
#undef BASIC_FUNCTION
#undef BASIC_OPERATOR_FUNCTION

// A list of tensors in braces, and the few whose first argument is something else.
Tensor cat(std::initializer_list<Tensor>, int64_t dim = 0);
Tensor stack(std::initializer_list<Tensor>, int64_t dim = 0);
Tensor pad(const Tensor&, IntArrayRef, std::string_view mode = "constant", std::optional<double> value = {});
Tensor constant_pad_nd(const Tensor&, IntArrayRef, const Scalar& value = 0);
Tensor from_blob(void*, IntArrayRef, const TensorOptions& = {});
Tensor from_blob(void*, IntArrayRef, IntArrayRef strides, const TensorOptions& = {});
Tensor einsum(std::string_view, std::initializer_list<Tensor>);
Tensor where(const Tensor&, const Tensor&, const Tensor&);
Tensor pow(const Scalar&, const Tensor&);
template <typename T>
Tensor tensor(std::initializer_list<T>, const TensorOptions& = {});
Tensor randint(int64_t high, IntArrayRef, const TensorOptions& = {});
Tensor randint(int64_t low, int64_t high, IntArrayRef, const TensorOptions& = {});
Tensor conv1d(
    const Tensor&, const Tensor&, const std::optional<Tensor>& bias = {}, IntArrayRef stride = 1, IntArrayRef padding = 0,
    IntArrayRef dilation = 1, int64_t groups = 1);
Tensor conv2d(
    const Tensor&, const Tensor&, const std::optional<Tensor>& bias = {}, IntArrayRef stride = 1, IntArrayRef padding = 0,
    IntArrayRef dilation = 1, int64_t groups = 1);
Tensor conv3d(
    const Tensor&, const Tensor&, const std::optional<Tensor>& bias = {}, IntArrayRef stride = 1, IntArrayRef padding = 0,
    IntArrayRef dilation = 1, int64_t groups = 1);
#define BASIC_TRANSPOSED(name)                                                                                        \
    Tensor name(                                                                                                      \
        const Tensor&, const Tensor&, const std::optional<Tensor>& bias = {}, IntArrayRef stride = 1,                  \
        IntArrayRef padding = 0, IntArrayRef output_padding = 0, int64_t groups = 1, IntArrayRef dilation = 1);
BASIC_TRANSPOSED(conv_transpose1d)
BASIC_TRANSPOSED(conv_transpose2d)
BASIC_TRANSPOSED(conv_transpose3d)
#undef BASIC_TRANSPOSED
#define BASIC_POOL(name)                                                                                              \
    Tensor name(                                                                                                      \
        const Tensor&, IntArrayRef kernel, IntArrayRef stride = {}, IntArrayRef padding = 0, IntArrayRef dilation = 1, \
        bool ceil = false);
BASIC_POOL(max_pool1d)
BASIC_POOL(max_pool2d)
BASIC_POOL(max_pool3d)
#undef BASIC_POOL
#define BASIC_POOL(name)                                                                                              \
    Tensor name(                                                                                                      \
        const Tensor&, IntArrayRef kernel, IntArrayRef stride = {}, IntArrayRef padding = 0, bool ceil = false,        \
        bool count_include_pad = true, std::optional<int64_t> divisor = {});
BASIC_POOL(avg_pool1d)
BASIC_POOL(avg_pool2d)
BASIC_POOL(avg_pool3d)
#undef BASIC_POOL
Tensor adaptive_avg_pool2d(const Tensor&, IntArrayRef);
Tensor layer_norm(
    const Tensor&, IntArrayRef shape, const std::optional<Tensor>& weight = {}, const std::optional<Tensor>& bias = {},
    double eps = 1e-5, bool cudnn = true);
Tensor tensordot(const Tensor&, const Tensor&, IntArrayRef, IntArrayRef);

Tensor max(const Tensor&);
Tensor max(const Tensor&, const Tensor&);
std::tuple<Tensor, Tensor> max(const Tensor&, int64_t dim, bool keepdim = false);
Tensor min(const Tensor&);
Tensor min(const Tensor&, const Tensor&);
std::tuple<Tensor, Tensor> min(const Tensor&, int64_t dim, bool keepdim = false);
std::tuple<Tensor, Tensor> sort(const Tensor&, int64_t dim = -1, bool descending = false);
std::tuple<Tensor, Tensor> topk(const Tensor&, int64_t k, int64_t dim = -1, bool largest = true, bool sorted = true);
template <typename... A>
std::tuple<Tensor, Tensor> var_mean(const Tensor&, const A&...);
std::tuple<Tensor, Tensor> var_mean(const Tensor&, IntArrayRef, bool unbiased = true, bool keepdim = false);
template <typename... A>
std::tuple<Tensor, Tensor> std_mean(const Tensor&, const A&...);
template <typename... A>
Tensor var(const Tensor&, const A&...);
Tensor var(const Tensor&, IntArrayRef, bool unbiased = true, bool keepdim = false);
template <typename... A>
Tensor std(const Tensor&, const A&...);
template <typename... A>
std::tuple<Tensor, Tensor> max_pool2d_with_indices(const A&...);
template <typename... A>
std::tuple<Tensor, Tensor, Tensor> native_layer_norm(const A&...);
template <typename... A>
std::tuple<Tensor, Tensor, Tensor> native_batch_norm(const A&...);
template <typename... A>
std::tuple<Tensor, Tensor, Tensor> native_group_norm(const A&...);
std::vector<Tensor> chunk(const Tensor&, int64_t chunks, int64_t dim = 0);
std::vector<Tensor> split(const Tensor&, int64_t size, int64_t dim = 0);
std::vector<Tensor> unbind(const Tensor&, int64_t dim = 0);
std::vector<Tensor> meshgrid(c10::ArrayRef<Tensor>);
std::vector<Tensor> broadcast_tensors(c10::ArrayRef<Tensor>);
bool equal(const Tensor&, const Tensor&);
bool allclose(const Tensor&, const Tensor&, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false);
bool is_floating_point(const Tensor&);
std::vector<int64_t> infer_size(IntArrayRef, IntArrayRef);
ScalarType result_type(const Tensor&, const Tensor&);

int64_t get_num_threads();
void manual_seed(uint64_t);
bool hasCUDA();
template <typename F>
void parallel_for(int64_t begin, int64_t end, int64_t grain, const F& body);

struct NoGradGuard {
    NoGradGuard();
    ~NoGradGuard();
};
struct AutoGradMode {
    explicit AutoGradMode(bool);
    ~AutoGradMode();
};
struct AutoDispatchBelowADInplaceOrView {
    AutoDispatchBelowADInplaceOrView();
    ~AutoDispatchBelowADInplaceOrView();
};
struct TensorArg {
    TensorArg(const Tensor&, const char* name, int position);
};

}  // namespace at

namespace torch {
using namespace at;
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
