// Operators that the device has of its own: memory, copies, and those that PyTorch would send to cuDNN or to a kernel of CUDA.
#include <ATen/EmptyTensor.h>
#include <ATen/native/transformers/attention.h>
#include <ATen/ops/copy.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <torch/library.h>

#include "aliases.h"
#include "fallback.h"
#include "memory.h"
#include "runtime.h"

namespace virtual_cuda {
namespace {

constexpr c10::DispatchKeySet keys(c10::DispatchKey::CUDA);

c10::ScalarType type_or_default(std::optional<c10::ScalarType> type) {
  return type.value_or(c10::typeMetaToScalarType(c10::get_default_dtype()));
}

at::Tensor empty(at::IntArrayRef size, std::optional<c10::ScalarType> type, std::optional<c10::Layout> layout,
                 std::optional<c10::Device>, std::optional<bool> pins, std::optional<c10::MemoryFormat> format) {
  if (layout && *layout != c10::kStrided) unsupported("sparse tensors on the GPU");
  TORCH_CHECK(!pins.value_or(false), "Only dense CPU tensors can be pinned");
  return at::detail::empty_generic(size, device_allocator(), keys, type_or_default(type), format);
}

at::Tensor empty_strided(at::IntArrayRef size, at::IntArrayRef stride, std::optional<c10::ScalarType> type,
                         std::optional<c10::Layout>, std::optional<c10::Device>, std::optional<bool>) {
  return at::detail::empty_strided_generic(size, stride, device_allocator(), keys, type_or_default(type));
}

const at::Tensor &resize(const at::Tensor &self, at::IntArrayRef size, std::optional<c10::MemoryFormat> format) {
  Aliases aliases;
  {
    at::AutoDispatchBelowADInplaceOrView below_autograd;
    DeviceMemoryScope scope;
    aliases.of(self).resize_(size, format);
  }
  aliases.wrote(self, /*marks=*/false);
  return self;
}

// Bytes that nobody wrote stay so in a copy that keeps the layout.
bool copies_plainly(const at::Tensor &to, const at::Tensor &from) {
  return to.is_cuda() && from.is_cuda() && to.scalar_type() == from.scalar_type() && to.sizes() == from.sizes() &&
         to.strides() == from.strides() && to.is_non_overlapping_and_dense() && to.is_conj() == from.is_conj() &&
         to.is_neg() == from.is_neg();
}

at::Tensor &copy(at::Tensor &self, const at::Tensor &source, bool) {
  check(self.is_cuda() && source.is_cuda() ? cudaGetLastError() : cudaDeviceSynchronize());
  Aliases aliases;
  {
    at::AutoDispatchBelowADInplaceOrView below_autograd;
    DeviceMemoryScope scope;
    at::Tensor to = aliases.of(self);
    to.copy_(aliases.of(source));
  }
  if (!self.is_cuda()) return self;
  if (copies_plainly(self, source))
    vgpu_tensor_copied(self.data_ptr(), source.const_data_ptr(), self.numel() * self.itemsize());
  else
    aliases.wrote(self);
  return self;
}

at::Tensor &set_storage(at::Tensor &self, c10::Storage source, int64_t offset, at::IntArrayRef size, at::IntArrayRef stride) {
  TORCH_CHECK(source.device().is_cuda(), "Attempted to set the storage of a tensor on device \"cuda:0\" to a storage on different device \"",
              source.device(), "\".");
  auto *impl = self.unsafeGetTensorImpl();
  impl->set_storage_keep_dtype(std::move(source));
  if (stride.data()) {
    impl->set_sizes_and_strides(size, stride, offset);
  } else {
    impl->set_storage_offset(offset);
    impl->set_sizes_contiguous(size);
  }
  return self;
}

at::Tensor &set_whole_storage(at::Tensor &self, c10::Storage source) {
  int64_t count = static_cast<int64_t>(source.nbytes() / self.itemsize());
  return set_storage(self, std::move(source), 0, {count}, {});
}

at::Tensor &set_tensor(at::Tensor &self, const at::Tensor &source) {
  if (!self.is_same(source)) set_storage(self, source.storage(), source.storage_offset(), source.sizes(), source.strides());
  return self;
}

at::Tensor &set_nothing(at::Tensor &self) {
  return set_storage(self, at::detail::empty_generic({0}, device_allocator(), keys, self.scalar_type(), std::nullopt).storage(), 0, {0}, {});
}

void record_stream(at::Tensor &, c10::Stream) {}

int64_t attention_by_products(const at::Tensor &, const at::Tensor &, const at::Tensor &, const std::optional<at::Tensor> &, double, bool,
                              std::optional<double>, bool) {
  return 0;
}

struct Installation {
  Installation() { at::native::_fused_sdp_choice_stub.set_cuda_dispatch_ptr(&attention_by_products); }
} installation;

}  // namespace
}  // namespace virtual_cuda

TORCH_LIBRARY_IMPL(aten, CUDA, m) {
  using namespace virtual_cuda;
  m.impl("empty.memory_format", TORCH_FN(empty));
  m.impl("empty_strided", TORCH_FN(empty_strided));
  m.impl("resize_", TORCH_FN(resize));
  m.impl("copy_", TORCH_FN(copy));
  m.impl("set_.source_Storage_storage_offset", TORCH_FN(set_storage));
  m.impl("set_.source_Storage", TORCH_FN(set_whole_storage));
  m.impl("set_.source_Tensor", TORCH_FN(set_tensor));
  m.impl("set_", TORCH_FN(set_nothing));
  m.impl("record_stream", TORCH_FN(record_stream));
}

namespace virtual_cuda {

// PyTorch prefers an operator's general recipe to a fallback. Where the CPU has a kernel of its own that one is to be taken:
// results are then the CPU's, bit for bit.
void register_operators() {
  static auto *library = new torch::Library(torch::Library::IMPL, "aten", c10::DispatchKey::CUDA, __FILE__, __LINE__);
  auto &dispatcher = c10::Dispatcher::singleton();
  auto add = [&](const c10::OperatorName &name) {
    std::string text = c10::toString(name);
    library->impl(text.c_str(), torch::CppFunction::makeFromBoxedFunction<&fallback>());
  };
  for (const c10::OperatorName &name : dispatcher.getAllOpNames()) {
    auto op = dispatcher.findOp(name);
    if (!op || name.getNamespace() != "aten" || op->hasKernelForDispatchKey(c10::DispatchKey::CUDA)) continue;
    if (op->hasKernelForDispatchKey(c10::DispatchKey::CPU)) add(name);
  }
  // General recipes that look at the device to choose a library or a kernel.
  for (const char *name : {"aten::convolution", "aten::convolution_backward", "aten::convolution_overrideable", "aten::conj_physical_"}) add({name, ""});
}

}  // namespace virtual_cuda

extern "C" __attribute__((visibility("default"))) void virtual_cuda_register_operators(void) { virtual_cuda::register_operators(); }
