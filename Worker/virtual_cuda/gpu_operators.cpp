// Operators that PyTorch's CPU has no kernel for: those that only GPUs have, as far as they are more than a library's name.
#include <ATen/EmptyTensor.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/_log_softmax.h>
#include <ATen/ops/_log_softmax_backward_data.h>
#include <ATen/ops/_softmax.h>
#include <ATen/ops/_softmax_backward_data.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/baddbmm.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/mm.h>
#include <torch/library.h>

#include "aliases.h"
#include "memory.h"

namespace virtual_cuda {
namespace {

using at::Tensor;

// Products of narrow numbers with wide results: every product is exact in the wide type.
Tensor mm(const Tensor &self, const Tensor &other, c10::ScalarType type) { return at::mm(self.to(type), other.to(type)); }

Tensor bmm(const Tensor &self, const Tensor &other, c10::ScalarType type) { return at::bmm(self.to(type), other.to(type)); }

Tensor addmm(const Tensor &self, const Tensor &first, const Tensor &second, c10::ScalarType type, const at::Scalar &beta,
             const at::Scalar &alpha) {
  return at::addmm(self.to(type), first.to(type), second.to(type), beta, alpha);
}

Tensor baddbmm(const Tensor &self, const Tensor &first, const Tensor &second, c10::ScalarType type, const at::Scalar &beta,
               const at::Scalar &alpha) {
  return at::baddbmm(self.to(type), first.to(type), second.to(type), beta, alpha);
}

template <class F>
Tensor on_host(const Tensor &self, F function) {
  Aliases aliases;
  at::AutoDispatchBelowADInplaceOrView below_autograd;
  DeviceMemoryScope scope;
  return aliases.original(function(aliases.of(self)));
}

template <auto operation, class... Arguments>
Tensor &write(Tensor &out, const Arguments &...arguments) {
  Tensor result = operation(arguments...);
  out.resize_(result.sizes());
  return out.copy_(result);
}

Tensor &mm_out(const Tensor &self, const Tensor &other, c10::ScalarType type, Tensor &out) {
  return write<&mm>(out, self, other, type);
}

Tensor &bmm_out(const Tensor &self, const Tensor &other, c10::ScalarType type, Tensor &out) {
  return write<&bmm>(out, self, other, type);
}

Tensor &addmm_out(const Tensor &self, const Tensor &first, const Tensor &second, c10::ScalarType type, const at::Scalar &beta,
                  const at::Scalar &alpha, Tensor &out) {
  return write<&addmm>(out, self, first, second, type, beta, alpha);
}

Tensor &baddbmm_out(const Tensor &self, const Tensor &first, const Tensor &second, c10::ScalarType type, const at::Scalar &beta,
                    const at::Scalar &alpha, Tensor &out) {
  return write<&baddbmm>(out, self, first, second, type, beta, alpha);
}

// A GPU's softmax may read half precision and answer in single precision, and its derivative the other way round.
template <auto plain>
Tensor softmax(const Tensor &self, int64_t dimension, bool widens) {
  return on_host(widens ? self.to(c10::kFloat) : self, [&](const Tensor &host) { return plain(host, dimension, false); });
}

template <auto plain>
Tensor softmax_backward(const Tensor &grad, const Tensor &output, int64_t dimension, c10::ScalarType type) {
  Aliases aliases;
  at::AutoDispatchBelowADInplaceOrView below_autograd;
  DeviceMemoryScope scope;
  return aliases.original(plain(aliases.of(grad), aliases.of(output), dimension, grad.scalar_type()).to(type));
}

Tensor cudnn_convolution(const Tensor &self, const Tensor &weight, at::IntArrayRef padding, at::IntArrayRef stride,
                         at::IntArrayRef dilation, int64_t groups, bool, bool, bool) {
  return at::convolution(self, weight, {}, stride, padding, dilation, false, at::IntArrayRef({0, 0, 0}).slice(0, stride.size()), groups);
}

Tensor cudnn_convolution_relu(const Tensor &self, const Tensor &weight, const std::optional<Tensor> &bias, at::IntArrayRef stride,
                              at::IntArrayRef padding, at::IntArrayRef dilation, int64_t groups) {
  return at::convolution(self, weight, bias, stride, padding, dilation, false, at::IntArrayRef({0, 0, 0}).slice(0, stride.size()), groups)
      .relu();
}

// The loss of sequences is the general one, not cuDNN's.
bool use_cudnn_ctc_loss(const Tensor &, const Tensor &, at::IntArrayRef, at::IntArrayRef, int64_t) { return false; }
bool use_cudnn_ctc_loss_of_tensors(const Tensor &, const Tensor &, const Tensor &, const Tensor &, int64_t) { return false; }

// A tensor of noughts that has no memory; PyTorch makes a real one of it where one is needed.
struct NoMemory final : c10::Allocator {
  c10::DataPtr allocate(size_t) override { return {nullptr, c10::Device(c10::kCUDA, 0)}; }
  void copy_data(void *, const void *, size_t) const override {}
};

Tensor zeros_without_memory(at::IntArrayRef size, std::optional<c10::ScalarType> type, std::optional<c10::Layout>,
                            std::optional<c10::Device>, std::optional<bool>) {
  static auto *allocator = new NoMemory();
  constexpr c10::DispatchKeySet keys{c10::DispatchKey::CUDA, c10::DispatchKey::ZeroTensor};
  return at::detail::empty_generic(size, allocator, keys, type.value_or(c10::typeMetaToScalarType(c10::get_default_dtype())),
                                   std::nullopt);
}

}  // namespace
}  // namespace virtual_cuda

TORCH_LIBRARY_IMPL(aten, CUDA, m) {
  using namespace virtual_cuda;
  m.impl("mm.dtype", TORCH_FN(mm));
  m.impl("mm.dtype_out", TORCH_FN(mm_out));
  m.impl("bmm.dtype", TORCH_FN(bmm));
  m.impl("bmm.dtype_out", TORCH_FN(bmm_out));
  m.impl("addmm.dtype", TORCH_FN(addmm));
  m.impl("addmm.dtype_out", TORCH_FN(addmm_out));
  m.impl("baddbmm.dtype", TORCH_FN(baddbmm));
  m.impl("baddbmm.dtype_out", TORCH_FN(baddbmm_out));
  m.impl("_softmax", TORCH_FN(softmax<&at::_softmax>));
  m.impl("_log_softmax", TORCH_FN(softmax<&at::_log_softmax>));
  m.impl("_softmax_backward_data", TORCH_FN(softmax_backward<&at::_softmax_backward_data>));
  m.impl("_log_softmax_backward_data", TORCH_FN(softmax_backward<&at::_log_softmax_backward_data>));
  m.impl("cudnn_convolution", TORCH_FN(cudnn_convolution));
  m.impl("cudnn_convolution_relu", TORCH_FN(cudnn_convolution_relu));
  m.impl("_use_cudnn_ctc_loss", TORCH_FN(use_cudnn_ctc_loss));
  m.impl("_use_cudnn_ctc_loss.Tensor", TORCH_FN(use_cudnn_ctc_loss_of_tensors));
  m.impl("_use_miopen_ctc_loss", TORCH_FN(use_cudnn_ctc_loss));
  m.impl("_use_miopen_ctc_loss.Tensor", TORCH_FN(use_cudnn_ctc_loss_of_tensors));
  m.impl("_efficientzerotensor", TORCH_FN(zeros_without_memory));
}
