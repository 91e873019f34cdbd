// What torch/torch.h has beyond tensors: devices, modules' functional forms, automatic differentiation.
#pragma once
#include <basic/torch/functions.h>

namespace torch {
namespace cuda {
bool is_available();
size_t device_count();
void synchronize(int64_t device = -1);
void manual_seed(uint64_t);
}  // namespace cuda

namespace nn {
namespace functional {
#define BASIC_FUNCTIONAL(name) \
    template <typename... A>   \
    at::Tensor name(const A&... a) { return basic::callForTensor(basic::message('n', #name, a...)); }
#define BASIC_FUNCTIONAL_NAMES(_)                                                                                     \
    _(adaptive_avg_pool2d) _(avg_pool1d) _(avg_pool2d) _(avg_pool3d) _(batch_norm) _(conv1d) _(conv2d) _(conv3d)      \
    _(conv_transpose1d) _(conv_transpose2d) _(conv_transpose3d) _(cross_entropy) _(dropout) _(elu) _(embedding)       \
    _(gelu) _(group_norm) _(hardtanh) _(instance_norm) _(interpolate) _(layer_norm) _(leaky_relu) _(linear)           \
    _(log_softmax) _(max_pool1d) _(max_pool2d) _(max_pool3d) _(mish) _(mse_loss) _(normalize) _(pad) _(relu)          \
    _(selu) _(sigmoid) _(silu) _(smooth_l1_loss) _(softmax) _(softplus) _(tanh) _(unfold) _(fold)
BASIC_FUNCTIONAL_NAMES(BASIC_FUNCTIONAL)
#undef BASIC_FUNCTIONAL

// Options are built by chained calls, each of which takes a value: arguments by name.
struct FunctionalOptions {
    basic::Packer packed;
    int64_t count = 0;
    template <typename T>
    void set(const char* name, const T& value) {
        packed.kind(basic::Kind::Keyword);
        packed.text(name);
        put(packed, value);
        count++;
    }
};
inline void put(basic::Packer& to, const FunctionalOptions& options) {
    to.kind(basic::Kind::Options), to.word(options.count);
    to.words.insert(to.words.end(), options.packed.words.begin(), options.packed.words.end());
}
#define BASIC_OPTION(Name, option)              \
    template <typename T>                       \
    Name& option(const T& value) {              \
        set(#option, value);                    \
        return *this;                           \
    }                                           \
    Name& option(at::IntArrayRef value) {       \
        set(#option, value);                    \
        return *this;                           \
    }
// The first option is what the constructor takes.
#define BASIC_OPTIONS(Name, first, second, third, fourth, fifth, sixth)                  \
    struct Name : FunctionalOptions {                                                    \
        Name() {}                                                                        \
        template <typename T, typename = std::enable_if_t<std::is_arithmetic_v<T>>>      \
        Name(T value) { set(#first, value); }                                            \
        Name(at::IntArrayRef value) { set(#first, value); }                              \
        Name(std::initializer_list<int64_t> value) { set(#first, at::IntArrayRef(value)); } \
        BASIC_OPTION(Name, first)                                                        \
        BASIC_OPTION(Name, second)                                                       \
        BASIC_OPTION(Name, third)                                                        \
        BASIC_OPTION(Name, fourth)                                                       \
        BASIC_OPTION(Name, fifth)                                                        \
        BASIC_OPTION(Name, sixth)                                                        \
    };
BASIC_OPTIONS(Conv1dFuncOptions, stride, padding, dilation, groups, bias, padding_mode)
BASIC_OPTIONS(Conv2dFuncOptions, stride, padding, dilation, groups, bias, padding_mode)
BASIC_OPTIONS(Conv3dFuncOptions, stride, padding, dilation, groups, bias, padding_mode)
BASIC_OPTIONS(ConvTranspose2dFuncOptions, stride, padding, dilation, groups, bias, output_padding)
BASIC_OPTIONS(ConvTranspose3dFuncOptions, stride, padding, dilation, groups, bias, output_padding)
BASIC_OPTIONS(MaxPool1dFuncOptions, kernel_size, stride, padding, dilation, ceil_mode, return_indices)
BASIC_OPTIONS(MaxPool2dFuncOptions, kernel_size, stride, padding, dilation, ceil_mode, return_indices)
BASIC_OPTIONS(MaxPool3dFuncOptions, kernel_size, stride, padding, dilation, ceil_mode, return_indices)
BASIC_OPTIONS(AvgPool2dFuncOptions, kernel_size, stride, padding, divisor_override, ceil_mode, count_include_pad)
BASIC_OPTIONS(AvgPool3dFuncOptions, kernel_size, stride, padding, divisor_override, ceil_mode, count_include_pad)
BASIC_OPTIONS(PadFuncOptions, pad, mode, value, unused1, unused2, unused3)
BASIC_OPTIONS(SoftmaxFuncOptions, dim, dtype, unused1, unused2, unused3, unused4)
BASIC_OPTIONS(LayerNormFuncOptions, normalized_shape, weight, bias, eps, unused1, unused2)
BASIC_OPTIONS(GroupNormFuncOptions, num_groups, weight, bias, eps, unused1, unused2)
BASIC_OPTIONS(LeakyReLUFuncOptions, negative_slope, inplace, unused1, unused2, unused3, unused4)
#undef BASIC_OPTION
#undef BASIC_OPTIONS
}  // namespace functional
}  // namespace nn

namespace autograd {
struct AutogradContext {
    void save_for_backward(variable_list);
    variable_list get_saved_variables() const;
};
template <typename T>
struct Function {
    template <typename... A>
    static auto apply(A&&... arguments) -> decltype(T::forward(nullptr, arguments...));
};
}  // namespace autograd

}  // namespace torch
