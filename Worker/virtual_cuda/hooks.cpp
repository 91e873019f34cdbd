// What PyTorch's CPU library asks about CUDA.
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/DeviceGuard.h>

#include <atomic>
#include <new>

#include "generator.h"
#include "memory.h"
#include "runtime.h"

namespace {
// The first generator that Python makes is to be the default one's: it has no other way to ask for it.
std::atomic<bool> is_default_wanted{false};
}  // namespace

namespace at {

struct CUDAHooks final : CUDAHooksInterface {
  explicit CUDAHooks(CUDAHooksArgs) {}
  void init() const override {}
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasCUDA() const override { return true; }
  bool hasCUDART() const override { return true; }
  bool hasPrimaryContext(DeviceIndex index) const override { return index <= 0; }
  const Generator &getDefaultGenerator(DeviceIndex) const override { return virtual_cuda::default_generator(); }
  Generator getNewGenerator(DeviceIndex) const override {
    return is_default_wanted.exchange(false) ? virtual_cuda::default_generator() : virtual_cuda::new_generator();
  }
  Device getDeviceFromPtr(void *data) const override {
    return vgpu_tensor_is_device(data) ? Device(kCUDA, 0) : Device(kCPU);
  }
  bool isPinnedPtr(const void *data) const override { return vgpu_tensor_is_pinned(data); }
  Allocator *getPinnedMemoryAllocator() const override { return virtual_cuda::pinned_allocator(); }
  Allocator *getCUDADeviceAllocator() const override { return virtual_cuda::device_allocator(); }
  DeviceIndex current_device() const override { return 0; }
  DeviceIndex getCurrentDevice() const override { return 0; }
  DeviceIndex deviceCount() const override { return 1; }
  int getNumGPUs() const override { return 1; }
  void setCurrentDevice(DeviceIndex device) const override {
    if (device > 0) virtual_cuda::raise_error(101);
  }
  DeviceIndex exchangeDevice(DeviceIndex device) const override {
    setCurrentDevice(device);
    return 0;
  }
  DeviceIndex maybeExchangeDevice(DeviceIndex device) const override { return exchangeDevice(device); }
  void deviceSynchronize(DeviceIndex) const override { virtual_cuda::check(cudaDeviceSynchronize()); }
  std::string showConfig() const override { return "virtual GPU"; }
};

REGISTER_CUDA_HOOKS(CUDAHooks)

namespace {

// PyTorch asks the registry once, and it may have asked before this library was loaded. The object that it keeps then is
// one without data: ours takes its place.
struct Installation {
  Installation() {
    static_assert(sizeof(CUDAHooks) == sizeof(CUDAHooksInterface), "an object without data");
    auto *kept = const_cast<CUDAHooksInterface *>(&detail::getCUDAHooks());
    if (!dynamic_cast<CUDAHooks *>(kept)) new (kept) CUDAHooks(CUDAHooksArgs{});
  }
} installation;

}  // namespace

}  // namespace at

extern "C" __attribute__((visibility("default"))) void virtual_cuda_next_generator_is_default(void) {
  is_default_wanted = true;
}
