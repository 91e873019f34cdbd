#include "fallback.h"

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/List.h>
#include <ATen/core/ivalue.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/library.h>

#include <string>
#include <unordered_set>

#include "aliases.h"
#include "generator.h"
#include "memory.h"
#include "runtime.h"

namespace virtual_cuda {
namespace {

using c10::IValue;

bool is_cuda(const at::Tensor &tensor) { return tensor.defined() && tensor.is_cuda(); }

template <class F>
void for_each_tensor(const IValue &value, F visit) {
  if (value.isTensor()) {
    visit(value.toTensor());
  } else if (value.isTensorList()) {
    for (const at::Tensor &tensor : value.toTensorVector()) visit(tensor);
  } else if (value.isOptionalTensorList()) {
    for (const auto &tensor : value.toOptionalTensorVector())
      if (tensor) visit(*tensor);
  } else if (value.isList()) {
    for (const IValue &item : value.toListRef())
      if (item.isTensor()) visit(item.toTensor());
  }
}

// The value with other tensors in it.
template <class F>
IValue with_tensors(const IValue &value, F replaced) {
  if (value.isTensor()) return replaced(value.toTensor());
  if (value.isTensorList()) {
    c10::List<at::Tensor> list;
    for (const at::Tensor &tensor : value.toTensorVector()) list.push_back(replaced(tensor));
    return list;
  }
  if (value.isOptionalTensorList()) {
    c10::List<std::optional<at::Tensor>> list;
    for (const auto &tensor : value.toOptionalTensorVector())
      list.push_back(tensor ? std::optional<at::Tensor>(replaced(*tensor)) : std::nullopt);
    return list;
  }
  return value;
}

// Operators whose arguments may lie on both sides.
bool mixes_devices(const std::string &name) {
  static const std::unordered_set<std::string> names = {
      "aten::copy_", "aten::_copy_from", "aten::index", "aten::index_put_", "aten::_index_put_impl_", "aten::_unsafe_index",
      "aten::index_put", "aten::set_", "aten::_pack_padded_sequence", "aten::_pack_padded_sequence_backward",
      "aten::_ctc_loss", "aten::_ctc_loss_backward", "aten::_foreach_copy_", "aten::_efficientzerotensor"};
  return names.count(name) != 0;
}

void check_devices(const c10::OperatorHandle &op, const torch::jit::Stack &arguments) {
  bool any_cuda = false, any_cpu = false;
  for (const IValue &value : arguments)
    for_each_tensor(value, [&](const at::Tensor &tensor) {
      if (!tensor.defined()) return;
      any_cuda |= tensor.is_cuda();
      any_cpu |= tensor.is_cpu() && tensor.dim() > 0;
    });
  if (any_cuda && any_cpu && !mixes_devices(op.operator_name().name))
    TORCH_CHECK(false, "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu! (when calling ",
                op.operator_name().name, ")");
}

// The arguments as the CPU's operator is to see them.
torch::jit::Stack converted(const c10::FunctionSchema &schema, const torch::jit::Stack &arguments, Aliases &aliases) {
  torch::jit::Stack result;
  result.reserve(arguments.size());
  for (size_t i = 0; i < arguments.size(); i++) {
    const IValue &value = arguments[i];
    if (value.isDevice() && value.toDevice().is_cuda()) {
      result.emplace_back(c10::Device(c10::kCPU));
    } else if (value.isGenerator()) {
      result.emplace_back(host_generator(value.toGenerator()));
    } else if (value.isNone() && schema.arguments()[i].real_type()->str() == "Generator?") {
      result.emplace_back(host_generator(at::Generator()));
    } else if (schema.arguments()[i].name() == "pin_memory") {
      result.emplace_back(IValue());
    } else {
      result.push_back(with_tensors(value, [&](const at::Tensor &tensor) { return aliases.of(tensor); }));
    }
  }
  return result;
}

bool is_narrow(c10::ScalarType type) { return type == c10::kHalf || type == c10::kBFloat16; }

// Some of the CPU's operators know no half precision, which the device has: they are run in single precision.
torch::jit::Stack in_single_precision(const c10::OperatorHandle &op, const torch::jit::Stack &arguments) {
  c10::ScalarType narrow = c10::kFloat;
  torch::jit::Stack stack;
  std::vector<std::pair<at::Tensor, at::Tensor>> widened;
  auto widen = [&](const at::Tensor &tensor) {
    if (!tensor.defined() || !is_narrow(tensor.scalar_type())) return tensor;
    for (auto &pair : widened)
      if (pair.first.is_same(tensor)) return pair.second;
    narrow = tensor.scalar_type();
    widened.emplace_back(tensor, tensor.to(c10::kFloat));
    return widened.back().second;
  };
  for (const IValue &value : arguments) stack.push_back(with_tensors(value, widen));
  op.callBoxed(&stack);
  const auto &schema = op.schema();
  for (size_t i = 0; i < arguments.size(); i++) {
    const auto *alias = schema.arguments()[i].alias_info();
    if (!alias || !alias->isWrite()) continue;
    for_each_tensor(arguments[i], [&](const at::Tensor &tensor) {
      for (auto &pair : widened)
        if (pair.first.is_same(tensor)) {
          if (!tensor.sizes().equals(pair.second.sizes())) tensor.resize_(pair.second.sizes());
          tensor.copy_(pair.second);
        }
    });
  }
  for (IValue &value : stack)
    value = with_tensors(value, [&](const at::Tensor &tensor) {
      for (auto &pair : widened)
        if (pair.second.is_same(tensor)) return pair.first;
      return tensor.defined() && tensor.scalar_type() == c10::kFloat ? tensor.to(narrow) : tensor;
    });
  return stack;
}

// Whether all tensors have the same type: where not, the operator itself is to say what is wrong with that.
bool have_one_type(const torch::jit::Stack &arguments) {
  std::optional<c10::ScalarType> type;
  bool is_one = true;
  for (const IValue &value : arguments)
    for_each_tensor(value, [&](const at::Tensor &tensor) {
      if (!tensor.defined()) return;
      is_one &= !type || *type == tensor.scalar_type();
      type = tensor.scalar_type();
    });
  return is_one;
}

// Products that most processors compute slowly in half precision. A GPU, too, adds them up in single precision.
bool is_product(const std::string &name) {
  static const std::unordered_set<std::string> names = {
      "aten::convolution", "aten::convolution_overrideable", "aten::convolution_backward", "aten::mm", "aten::bmm", "aten::addmm",
      "aten::baddbmm", "aten::addbmm", "aten::mv", "aten::addmv", "aten::dot"};
  return names.count(name) != 0;
}

void call_on_host(const c10::OperatorHandle &op, const torch::jit::Stack &arguments, torch::jit::Stack &stack) {
  at::AutoDispatchBelowADInplaceOrView below_autograd;
  c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  DeviceMemoryScope scope;
  stack = arguments;
  bool has_narrow = false, has_half = false;
  for (const IValue &value : arguments)
    for_each_tensor(value, [&](const at::Tensor &tensor) {
      has_narrow |= tensor.defined() && is_narrow(tensor.scalar_type());
      has_half |= tensor.defined() && tensor.scalar_type() == c10::kHalf;
    });
  if (!has_narrow) return op.callBoxed(&stack);
  if (has_half && is_product(op.operator_name().name) && have_one_type(arguments)) {
    stack = in_single_precision(op, arguments);
    return;
  }
  try {
    op.callBoxed(&stack);
  } catch (const c10::Error &error) {
    std::string message = error.what_without_backtrace();
    bool is_missing = message.find("not implemented for 'Half'") != std::string::npos ||
                      message.find("not implemented for 'BFloat16'") != std::string::npos;
    if (!is_missing) throw;
    stack = in_single_precision(op, arguments);
  }
}

// Results that the device's operators leave on the host.
bool stays_on_host(const c10::OperatorHandle &op, size_t index) {
  return op.operator_name().name == "aten::_pack_padded_sequence" && index == 1;
}

void refuse(const c10::OperatorHandle &, torch::jit::Stack *) { unsupported("sparse, quantized and nested tensors on the GPU"); }

}  // namespace

void fallback(const c10::OperatorHandle &op, torch::jit::Stack *stack) {
  const auto &schema = op.schema();
  size_t count = schema.arguments().size();
  torch::jit::Stack arguments(stack->end() - static_cast<ptrdiff_t>(count), stack->end());
  check(cudaGetLastError());
  check_devices(op, arguments);
  if (!op.hasKernelForDispatchKey(c10::DispatchKey::CPU) &&
      !op.hasKernelForDispatchKey(c10::DispatchKey::CompositeExplicitAutograd) &&
      !op.hasKernelForDispatchKey(c10::DispatchKey::CompositeExplicitAutogradNonFunctional) &&
      !op.hasKernelForDispatchKey(c10::DispatchKey::CompositeImplicitAutograd))
    unsupported(("the operator " + op.operator_name().name).c_str());
  Aliases aliases;
  torch::jit::Stack hosted = converted(schema, arguments, aliases), results;
  call_on_host(op, hosted, results);
  for (size_t i = 0; i < count; i++) {
    const auto *alias = schema.arguments()[i].alias_info();
    if (alias && alias->isWrite())
      for_each_tensor(arguments[i], [&](const at::Tensor &tensor) {
        if (is_cuda(tensor)) aliases.wrote(tensor);
      });
  }
  stack->erase(stack->end() - static_cast<ptrdiff_t>(count), stack->end());
  for (size_t i = 0; i < results.size(); i++)
    stack->push_back(stays_on_host(op, i) ? results[i] : with_tensors(results[i], [&](const at::Tensor &tensor) {
      return aliases.original(tensor);
    }));
}

}  // namespace virtual_cuda

TORCH_LIBRARY_IMPL(_, CUDA, m) { m.fallback(torch::CppFunction::makeFromBoxedFunction<&virtual_cuda::fallback>()); }
TORCH_LIBRARY_IMPL(_, SparseCUDA, m) { m.fallback(torch::CppFunction::makeFromBoxedFunction<&virtual_cuda::refuse>()); }
TORCH_LIBRARY_IMPL(_, SparseCsrCUDA, m) { m.fallback(torch::CppFunction::makeFromBoxedFunction<&virtual_cuda::refuse>()); }
TORCH_LIBRARY_IMPL(_, QuantizedCUDA, m) { m.fallback(torch::CppFunction::makeFromBoxedFunction<&virtual_cuda::refuse>()); }
TORCH_LIBRARY_IMPL(_, NestedTensorCUDA, m) { m.fallback(torch::CppFunction::makeFromBoxedFunction<&virtual_cuda::refuse>()); }
