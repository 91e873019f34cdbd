// Guards of any device's, which tensors' header brings without CUDA's.
#pragma once
#include <basic/torch/options.h>

namespace basic {
// Another device than the current one for a while.
class DeviceSwitch {
public:
    DeviceSwitch() = default;
    DeviceSwitch(const DeviceSwitch&) = delete;
    ~DeviceSwitch();
    void change(c10::Device);
    c10::Device current() const;
    c10::Device original() const;

private:
    int before_ = -1, now_ = -1;
};
}  // namespace basic

namespace c10 {
struct DeviceGuard {
    explicit DeviceGuard(Device device) { switch_.change(device); }
    DeviceGuard(const DeviceGuard&) = delete;
    void set_index(DeviceIndex index) { switch_.change(Device(DeviceType::CUDA, index)); }
    void reset_device(Device device) { switch_.change(device); }
    Device current_device() const { return switch_.current(); }
    Device original_device() const { return switch_.original(); }

private:
    basic::DeviceSwitch switch_;
};
struct OptionalDeviceGuard {
    OptionalDeviceGuard() {}
    explicit OptionalDeviceGuard(Device device) { switch_.change(device); }
    explicit OptionalDeviceGuard(std::optional<Device> device) {
        if (device) switch_.change(*device);
    }
    OptionalDeviceGuard(const OptionalDeviceGuard&) = delete;
    void reset_device(Device device) { switch_.change(device); }

private:
    basic::DeviceSwitch switch_;
};
}  // namespace c10

namespace at {
using c10::DeviceGuard;
using c10::OptionalDeviceGuard;
template <typename T>
std::optional<c10::Device> device_of(const T& tensor) {
    if (!tensor.defined()) return std::nullopt;
    return tensor.device();
}
}  // namespace at
