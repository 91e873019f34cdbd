// Where tensors live.
#pragma once

#include <c10/core/Allocator.h>

namespace virtual_cuda {

c10::Allocator *device_allocator();
c10::Allocator *pinned_allocator();
// Memory of the device that says of itself that it is the CPU's: for what CPU operators make in place of the device.
c10::Allocator *host_view_allocator();

// Whether a storage's memory is of the device and can be handed on.
bool is_device_memory(const c10::DataPtr &data);
// The same memory, as of another device.
c10::DataPtr as_device(c10::DataPtr &&data, c10::Device device);

// While one lives, what this thread allocates for the CPU lies in the device's memory.
class DeviceMemoryScope {
 public:
  DeviceMemoryScope();
  ~DeviceMemoryScope();
  DeviceMemoryScope(const DeviceMemoryScope &) = delete;
  DeviceMemoryScope &operator=(const DeviceMemoryScope &) = delete;

 private:
  bool outer_;
};

}  // namespace virtual_cuda
