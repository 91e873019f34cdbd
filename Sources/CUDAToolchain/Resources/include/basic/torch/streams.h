// Streams, devices and guards on the CUDA side, and the checks of CUDA calls.
#pragma once
#include <basic/torch/check.h>
#include <basic/torch/device_guard.h>
#include <cuda_runtime_api.h>

namespace c10::cuda {

class CUDAStream {
public:
    cudaStream_t stream() const;
    operator cudaStream_t() const;
    DeviceIndex device_index() const;
    Device device() const;
    int64_t id() const;
    void synchronize() const;
    bool query() const;
    bool operator==(const CUDAStream&) const noexcept;
    bool operator!=(const CUDAStream&) const noexcept;
};
CUDAStream getCurrentCUDAStream(DeviceIndex device = -1);
CUDAStream getDefaultCUDAStream(DeviceIndex device = -1);
CUDAStream getStreamFromPool(bool isHighPriority = false, DeviceIndex device = -1);
void setCurrentCUDAStream(CUDAStream);
DeviceIndex device_count() noexcept;
DeviceIndex current_device();
void set_device(DeviceIndex);
void device_synchronize();

struct CUDAGuard {
    explicit CUDAGuard(DeviceIndex);
    explicit CUDAGuard(Device);
    ~CUDAGuard();
    CUDAGuard(const CUDAGuard&) = delete;
    void set_device(Device);
    void set_index(DeviceIndex);
    Device current_device() const;
};
struct OptionalCUDAGuard {
    OptionalCUDAGuard();
    explicit OptionalCUDAGuard(std::optional<Device>);
    explicit OptionalCUDAGuard(Device);
    explicit OptionalCUDAGuard(DeviceIndex);
    ~OptionalCUDAGuard();
    OptionalCUDAGuard(const OptionalCUDAGuard&) = delete;
    void set_device(Device);
};
struct CUDAStreamGuard {
    explicit CUDAStreamGuard(CUDAStream);
    ~CUDAStreamGuard();
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
