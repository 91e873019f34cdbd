// Guards of any device's, which tensors' header brings without CUDA's.
#pragma once
#include <basic/torch/options.h>

namespace c10 {
struct DeviceGuard {
    explicit DeviceGuard(Device);
    ~DeviceGuard();
    DeviceGuard(const DeviceGuard&) = delete;
    void set_index(DeviceIndex);
    Device current_device() const;
};
struct OptionalDeviceGuard {
    OptionalDeviceGuard();
    explicit OptionalDeviceGuard(Device);
    explicit OptionalDeviceGuard(std::optional<Device>);
    ~OptionalDeviceGuard();
    OptionalDeviceGuard(const OptionalDeviceGuard&) = delete;
    void reset_device(Device);
};
}  // namespace c10

namespace at {
using c10::DeviceGuard;
using c10::OptionalDeviceGuard;
template <typename T>
std::optional<c10::Device> device_of(const T& tensor);
}  // namespace at
