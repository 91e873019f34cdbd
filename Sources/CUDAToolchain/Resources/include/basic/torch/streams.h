// Streams, devices and guards on the CUDA side, and the checks of CUDA calls.
#pragma once
#include <basic/torch/check.h>
#include <basic/torch/device_guard.h>
#include <cuda_runtime_api.h>

namespace c10::cuda {

class CUDAStream {
public:
    CUDAStream(cudaStream_t stream, DeviceIndex device) : stream_(stream), device_(device) {}
    cudaStream_t stream() const { return stream_; }
    operator cudaStream_t() const { return stream_; }
    DeviceIndex device_index() const { return device_; }
    Device device() const { return Device(DeviceType::CUDA, device_); }
    int64_t id() const { return reinterpret_cast<int64_t>(stream_); }
    void synchronize() const;
    bool query() const;
    CUDAStream unwrap() const { return *this; }
    bool operator==(const CUDAStream& other) const noexcept { return stream_ == other.stream_ && device_ == other.device_; }
    bool operator!=(const CUDAStream& other) const noexcept { return !(*this == other); }

private:
    cudaStream_t stream_;
    DeviceIndex device_;
};
CUDAStream getCurrentCUDAStream(DeviceIndex device = -1);
CUDAStream getDefaultCUDAStream(DeviceIndex device = -1);
CUDAStream getStreamFromPool(bool isHighPriority = false, DeviceIndex device = -1);
inline CUDAStream getStreamFromExternal(cudaStream_t stream, DeviceIndex device) { return CUDAStream(stream, device); }
void setCurrentCUDAStream(CUDAStream);
DeviceIndex device_count() noexcept;
DeviceIndex current_device();
void set_device(DeviceIndex);
void device_synchronize();

struct CUDAGuard {
    explicit CUDAGuard(DeviceIndex index) { switch_.change(Device(DeviceType::CUDA, index)); }
    explicit CUDAGuard(Device device) { switch_.change(device); }
    CUDAGuard(const CUDAGuard&) = delete;
    void set_device(Device device) { switch_.change(device); }
    void reset_device(Device device) { switch_.change(device); }
    void set_index(DeviceIndex index) { switch_.change(Device(DeviceType::CUDA, index)); }
    Device current_device() const { return switch_.current(); }
    Device original_device() const { return switch_.original(); }

private:
    basic::DeviceSwitch switch_;
};
struct OptionalCUDAGuard {
    OptionalCUDAGuard() {}
    explicit OptionalCUDAGuard(std::optional<Device> device) {
        if (device) switch_.change(*device);
    }
    explicit OptionalCUDAGuard(Device device) { switch_.change(device); }
    explicit OptionalCUDAGuard(DeviceIndex index) { switch_.change(Device(DeviceType::CUDA, index)); }
    OptionalCUDAGuard(const OptionalCUDAGuard&) = delete;
    void set_device(Device device) { switch_.change(device); }
    void set_index(DeviceIndex index) { switch_.change(Device(DeviceType::CUDA, index)); }

private:
    basic::DeviceSwitch switch_;
};
struct CUDAStreamGuard {
    explicit CUDAStreamGuard(CUDAStream stream) : before_(getCurrentCUDAStream()) { setCurrentCUDAStream(stream); }
    ~CUDAStreamGuard() { setCurrentCUDAStream(before_); }
    CUDAStreamGuard(const CUDAStreamGuard&) = delete;

private:
    CUDAStream before_;
};
namespace detail {
void checkCall(cudaError_t, const char* file, int line);
}

}  // namespace c10::cuda

namespace at {
namespace cuda {
using namespace c10::cuda;
using c10::cuda::CUDAGuard;
using c10::cuda::CUDAStream;
cudaDeviceProp* getCurrentDeviceProperties();
cudaDeviceProp* getDeviceProperties(c10::DeviceIndex);
int warp_size();
bool is_available();
}  // namespace cuda
}  // namespace at

#define C10_CUDA_CHECK(call) ::c10::cuda::detail::checkCall(call, __FILE__, __LINE__)
#define C10_CUDA_CHECK_WARN(call) C10_CUDA_CHECK(call)
#define AT_CUDA_CHECK(call) C10_CUDA_CHECK(call)
#define TORCH_CUDA_CHECK(call) C10_CUDA_CHECK(call)
#define C10_CUDA_KERNEL_LAUNCH_CHECK() C10_CUDA_CHECK(cudaGetLastError())
