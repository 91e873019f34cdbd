// The cells of recurrent networks that PyTorch computes by one kernel on a GPU, out of its plain operators.
#include <ATen/TensorOperators.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros_like.h>
#include <torch/library.h>

#include <tuple>

#include "aliases.h"
#include "memory.h"

namespace virtual_cuda {
namespace {

using at::Tensor;
using OptionalTensor = std::optional<Tensor>;

Tensor with_bias(const Tensor &gates, const OptionalTensor &bias) {
  return bias && bias->defined() ? gates + *bias : gates;
}

// Runs a function of tensors on the CPU, over the memory of the device's tensors.
template <class Results, class F, class... Arguments>
Results on_host(F function, const Arguments &...arguments) {
  Aliases aliases;
  at::AutoDispatchBelowADInplaceOrView below_autograd;
  DeviceMemoryScope scope;
  auto host = [&](const auto &argument) {
    using Argument = std::decay_t<decltype(argument)>;
    if constexpr (std::is_same_v<Argument, Tensor>) return aliases.of(argument);
    else if constexpr (std::is_same_v<Argument, OptionalTensor>) return argument ? OptionalTensor(aliases.of(*argument)) : argument;
    else return argument;
  };
  Results results = function(host(arguments)...);
  return std::apply([&](const auto &...result) { return Results(aliases.original(result)...); }, results);
}

// The workspace of both cells is what their backward passes read: PyTorch hands it on and looks at nothing in it.
std::tuple<Tensor, Tensor, Tensor> lstm_cell(const Tensor &input_gates, const Tensor &hidden_gates, const Tensor &cx,
                                             const OptionalTensor &input_bias, const OptionalTensor &hidden_bias) {
  auto gates = (with_bias(input_gates, input_bias) + with_bias(hidden_gates, hidden_bias)).chunk(4, 1);
  Tensor in = gates[0].sigmoid(), forget = gates[1].sigmoid(), cell = gates[2].tanh(), out = gates[3].sigmoid();
  Tensor cy = forget * cx + in * cell;
  return {out * cy.tanh(), cy, at::cat({in, forget, cell, out}, 1)};
}

std::tuple<Tensor, Tensor, Tensor> lstm_cell_backward(const OptionalTensor &grad_hy, const OptionalTensor &grad_cy, const Tensor &cx,
                                                      const Tensor &cy, const Tensor &workspace, bool has_bias) {
  bool has_hy = grad_hy && grad_hy->defined(), has_cy = grad_cy && grad_cy->defined();
  if (!has_hy && !has_cy) return {};
  auto gates = workspace.chunk(4, 1);
  const Tensor &in = gates[0], &forget = gates[1], &cell = gates[2], &out = gates[3];
  Tensor bent = cy.tanh();
  Tensor to_hy = has_hy ? *grad_hy : at::zeros_like(cy);
  Tensor to_cy = to_hy * out * (1 - bent * bent);
  if (has_cy) to_cy = to_cy + *grad_cy;
  Tensor to_gates = at::cat({to_cy * cell * in * (1 - in), to_cy * cx * forget * (1 - forget), to_cy * in * (1 - cell * cell),
                             to_hy * bent * out * (1 - out)},
                            1);
  return {to_gates, to_cy * forget, has_bias ? to_gates.sum(0) : Tensor()};
}

std::tuple<Tensor, Tensor> gru_cell(const Tensor &input_gates, const Tensor &hidden_gates, const Tensor &hx,
                                    const OptionalTensor &input_bias, const OptionalTensor &hidden_bias) {
  auto in = with_bias(input_gates, input_bias).chunk(3, 1), hidden = with_bias(hidden_gates, hidden_bias).chunk(3, 1);
  Tensor reset = (in[0] + hidden[0]).sigmoid(), update = (in[1] + hidden[1]).sigmoid();
  Tensor next = (in[2] + reset * hidden[2]).tanh();
  return {next + update * (hx - next), at::cat({reset, update, next, hx, hidden[2]}, 1)};
}

std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor> gru_cell_backward(const Tensor &grad_hy, const Tensor &workspace, bool has_bias) {
  auto kept = workspace.chunk(5, 1);
  const Tensor &reset = kept[0], &update = kept[1], &next = kept[2], &hx = kept[3], &hidden = kept[4];
  Tensor to_update = grad_hy * (hx - next) * (1 - update) * update;
  Tensor to_next = grad_hy * (1 - update) * (1 - next * next);
  Tensor to_reset = to_next * hidden * (1 - reset) * reset;
  Tensor to_input = at::cat({to_reset, to_update, to_next}, 1), to_hidden = at::cat({to_reset, to_update, to_next * reset}, 1);
  return {to_input, to_hidden, grad_hy * update, has_bias ? to_input.sum(0) : Tensor(), has_bias ? to_hidden.sum(0) : Tensor()};
}

template <auto function>
struct OnHost;

template <class Results, class... Arguments, Results (*function)(Arguments...)>
struct OnHost<function> {
  static Results call(Arguments... arguments) { return on_host<Results>(function, arguments...); }
};

}  // namespace
}  // namespace virtual_cuda

TORCH_LIBRARY_IMPL(aten, CUDA, m) {
  using namespace virtual_cuda;
  m.impl("_thnn_fused_lstm_cell", TORCH_FN(OnHost<&lstm_cell>::call));
  m.impl("_thnn_fused_lstm_cell_backward_impl", TORCH_FN(OnHost<&lstm_cell_backward>::call));
  m.impl("_thnn_fused_gru_cell", TORCH_FN(OnHost<&gru_cell>::call));
  m.impl("_thnn_fused_gru_cell_backward", TORCH_FN(OnHost<&gru_cell_backward>::call));
}
