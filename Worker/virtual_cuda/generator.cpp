#include "generator.h"

#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/DispatchKeySet.h>

namespace virtual_cuda {
namespace {

// A generator of the device is one of the CPU inside: the same seed gives the same numbers on both.
struct DeviceGenerator final : c10::GeneratorImpl {
  explicit DeviceGenerator(at::Generator inner)
      : GeneratorImpl(c10::Device(c10::kCUDA, 0), c10::DispatchKeySet(c10::DispatchKey::CUDA)), inner(std::move(inner)) {}
  void set_current_seed(uint64_t seed) override {
    inner.set_current_seed(seed);
    offset_ = 0;
  }
  void set_offset(uint64_t offset) override { offset_ = offset; }
  uint64_t get_offset() const override { return offset_; }
  uint64_t current_seed() const override { return inner.current_seed(); }
  uint64_t seed() override { return inner.seed(); }
  void set_state(const c10::TensorImpl &state) override { inner.unsafeGetGeneratorImpl()->set_state(state); }
  c10::intrusive_ptr<c10::TensorImpl> get_state() const override { return inner.unsafeGetGeneratorImpl()->get_state(); }
  DeviceGenerator *clone_impl() const override { return new DeviceGenerator(inner.clone()); }

  at::Generator inner;

 private:
  uint64_t offset_ = 0;
};

}  // namespace

at::Generator new_generator() {
  return at::make_generator<DeviceGenerator>(at::detail::createCPUGenerator());
}

const at::Generator &default_generator() {
  static auto *generator = new at::Generator(new_generator());
  return *generator;
}

at::Generator host_generator(const at::Generator &generator) {
  const at::Generator &asked = generator.defined() ? generator : default_generator();
  auto *ours = dynamic_cast<DeviceGenerator *>(asked.unsafeGetGeneratorImpl());
  TORCH_CHECK(ours, "Expected a 'cuda' device type for generator but found '", asked.device().type(), "'");
  return ours->inner;
}

}  // namespace virtual_cuda
