#include "memory.h"

#include <c10/util/Exception.h>

#include <atomic>
#include <cstring>
#include <mutex>
#include <unordered_map>

#include "runtime.h"

namespace virtual_cuda {
namespace {

// What is allocated: torch.cuda.memory_allocated and its kin. Sizes are kept, since a deleter knows the address only.
// Both outlive the library's destructors, since tensors do.
std::mutex &lock = *new std::mutex();
std::unordered_map<void *, size_t> &sizes = *new std::unordered_map<void *, size_t>();
uint64_t allocated, peak, allocations;

void count(void *address, size_t bytes) {
  std::lock_guard<std::mutex> guard(lock);
  sizes[address] = bytes;
  allocated += bytes;
  allocations++;
  if (allocated > peak) peak = allocated;
}

void release(void *address) {
  if (!address) return;
  {
    std::lock_guard<std::mutex> guard(lock);
    auto found = sizes.find(address);
    if (found != sizes.end()) {
      allocated -= found->second;
      sizes.erase(found);
    }
  }
  vgpu_tensor_free(address);
}

void *allocate(size_t bytes) {
  if (!bytes) return nullptr;
  void *address = vgpu_tensor_allocate(bytes);
  if (!address) {
    TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory. Tried to allocate ", bytes, " bytes. GPU 0 has ",
                     vgpu_tensor_memory_free(), " bytes free of ", vgpu_tensor_memory_total(), ".");
  }
  count(address, bytes);
  return address;
}

struct MemoryOf final : c10::Allocator {
  explicit MemoryOf(c10::Device device) : device_(device) {}
  c10::DataPtr allocate(size_t bytes) override {
    void *address = virtual_cuda::allocate(bytes);
    return {address, address, &release, device_};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void *to, const void *from, size_t bytes) const override { default_copy_data(to, from, bytes); }
  c10::Device device_;
};

void release_pinned(void *address) {
  if (address) vgpu_tensor_free(address);
}

struct PinnedMemory final : c10::Allocator {
  c10::DataPtr allocate(size_t bytes) override {
    void *address = bytes ? vgpu_tensor_allocate_pinned(bytes) : nullptr;
    TORCH_CHECK(address || !bytes, "CUDA error: out of memory (pinned memory, ", bytes, " bytes)");
    return {address, address, &release_pinned, c10::Device(c10::kCPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &release_pinned; }
  void copy_data(void *to, const void *from, size_t bytes) const override { default_copy_data(to, from, bytes); }
};

thread_local bool in_device_memory = false;

// The CPU's allocator: PyTorch's own, but for what an operator allocates that runs in place of the device.
struct SwitchingMemory final : c10::Allocator {
  explicit SwitchingMemory(c10::Allocator *usual) : usual_(usual) {}
  c10::DataPtr allocate(size_t bytes) override {
    return in_device_memory ? host_view_allocator()->allocate(bytes) : usual_->allocate(bytes);
  }
  static void release_either(void *address);
  c10::DeleterFnPtr raw_deleter() const override { return &release_either; }
  void copy_data(void *to, const void *from, size_t bytes) const override { default_copy_data(to, from, bytes); }
  c10::Allocator *usual_;
};

SwitchingMemory *switching;

void SwitchingMemory::release_either(void *address) {
  if (vgpu_tensor_is_device(address)) release(address);
  else switching->usual_->raw_deleter()(address);
}

struct Installation {
  Installation() {
    switching = new SwitchingMemory(c10::GetAllocator(c10::kCPU));
    c10::SetAllocator(c10::kCPU, switching, 1);
    c10::SetAllocator(c10::kCUDA, device_allocator(), 1);
  }
} installation;

}  // namespace

c10::Allocator *device_allocator() {
  static auto *allocator = new MemoryOf(c10::Device(c10::kCUDA, 0));
  return allocator;
}

c10::Allocator *pinned_allocator() {
  static auto *allocator = new PinnedMemory();
  return allocator;
}

c10::Allocator *host_view_allocator() {
  static auto *allocator = new MemoryOf(c10::Device(c10::kCPU));
  return allocator;
}

bool is_device_memory(const c10::DataPtr &data) { return data.get_deleter() == &release; }

c10::DataPtr as_device(c10::DataPtr &&data, c10::Device device) {
  void *address = data.get();
  c10::DeleterFnPtr deleter = data.get_deleter();
  void *context = data.release_context();
  return {address, context, deleter, device};
}

DeviceMemoryScope::DeviceMemoryScope() : outer_(in_device_memory) { in_device_memory = true; }
DeviceMemoryScope::~DeviceMemoryScope() { in_device_memory = outer_; }

}  // namespace virtual_cuda

extern "C" {
__attribute__((visibility("default"))) void virtual_cuda_memory(uint64_t *out) {
  std::lock_guard<std::mutex> guard(virtual_cuda::lock);
  out[0] = virtual_cuda::allocated;
  out[1] = virtual_cuda::peak;
  out[2] = virtual_cuda::allocations;
  out[3] = virtual_cuda::sizes.size();
}

__attribute__((visibility("default"))) void virtual_cuda_reset_peak(void) {
  std::lock_guard<std::mutex> guard(virtual_cuda::lock);
  virtual_cuda::peak = virtual_cuda::allocated;
}
}
