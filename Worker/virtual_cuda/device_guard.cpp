// The one device: which is current, its streams and events.
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <c10/util/Exception.h>

#include "runtime.h"

namespace virtual_cuda {

void raise_error(int code) {
  throw c10::AcceleratorError({__func__, __FILE__, static_cast<uint32_t>(__LINE__)}, code,
                              std::string("CUDA error: ") + cudaGetErrorString(code));
}

void unsupported(const char *feature) {
  TORCH_CHECK_NOT_IMPLEMENTED(false, "UnsupportedOnVirtualGPU: ", feature);
}

namespace {

// A stream's number is its handle; the default stream is nought.
thread_local c10::StreamId current_stream = 0;

void *handle(const c10::Stream &stream) { return reinterpret_cast<void *>(stream.id()); }

struct DeviceGuard final : c10::impl::DeviceGuardImplInterface {
  c10::DeviceType type() const override { return c10::kCUDA; }
  c10::Device exchangeDevice(c10::Device device) const override {
    setDevice(device);
    return getDevice();
  }
  c10::Device getDevice() const override { return c10::Device(c10::kCUDA, 0); }
  void setDevice(c10::Device device) const override {
    if (device.index() > 0) raise_error(101);  // cudaErrorInvalidDevice
  }
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
  c10::DeviceCapability getDeviceCapability(c10::Device) const override { return {}; }

  c10::Stream stream(c10::StreamId id) const { return c10::Stream(c10::Stream::UNSAFE, getDevice(), id); }
  c10::Stream getStream(c10::Device) const override { return stream(current_stream); }
  c10::Stream getDefaultStream(c10::Device) const override { return stream(0); }
  c10::Stream getStreamFromGlobalPool(c10::Device device, bool is_high) const override {
    return getNewStream(device, is_high ? -1 : 0);
  }
  c10::Stream getNewStream(c10::Device, int priority) const override {
    void *made = nullptr;
    check(cudaStreamCreateWithPriority(&made, 1, priority));
    return stream(reinterpret_cast<c10::StreamId>(made));
  }
  c10::Stream exchangeStream(c10::Stream next) const override {
    c10::StreamId before = current_stream;
    current_stream = next.id();
    return stream(before);
  }
  void *getStreamNativeHandle(const c10::Stream next) const override { return handle(next); }
  bool queryStream(const c10::Stream &asked) const override {
    check(cudaStreamQuery(handle(asked)));
    return true;
  }
  void synchronizeStream(const c10::Stream &) const override { check(cudaDeviceSynchronize()); }
  void synchronizeDevice(c10::DeviceIndex) const override { check(cudaDeviceSynchronize()); }

  void destroyEvent(void *event, c10::DeviceIndex) const noexcept override {
    if (event) cudaEventDestroy(event);
  }
  void record(void **event, const c10::Stream &asked, c10::DeviceIndex, c10::EventFlag flag) const override {
    enum { DISABLE_TIMING = 2 };
    if (!*event) check(cudaEventCreateWithFlags(event, flag == c10::EventFlag::BACKEND_DEFAULT ? 0 : DISABLE_TIMING));
    check(cudaEventRecord(*event, handle(asked)));
  }
  void block(void *, const c10::Stream &) const override {}  // everything has been done
  bool queryEvent(void *) const override { return true; }
  void synchronizeEvent(void *) const override { check(cudaDeviceSynchronize()); }
  double elapsedTime(void *start, void *end, c10::DeviceIndex) const override {
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, start, end));
    return milliseconds;
  }
};

C10_REGISTER_GUARD_IMPL(CUDA, DeviceGuard)

}  // namespace
}  // namespace virtual_cuda

extern "C" {
__attribute__((visibility("default"))) void virtual_cuda_set_stream(int64_t id) { virtual_cuda::current_stream = id; }
__attribute__((visibility("default"))) int64_t virtual_cuda_stream(void) { return virtual_cuda::current_stream; }
}
