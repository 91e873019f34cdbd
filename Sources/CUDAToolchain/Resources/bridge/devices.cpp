// Devices and streams, through CUDA's runtime; the current stream is PyTorch's.
#include "state.h"
#include <basic/torch/streams.h>

namespace basic {
static void expect(cudaError_t error) {
    if (error) throw c10::Error(std::string("CUDA error: ") + cudaGetErrorString(error));
}
void DeviceSwitch::change(c10::Device device) {
    if (!device.is_cuda()) return;
    int current = 0;
    expect(cudaGetDevice(&current));
    if (before_ < 0) before_ = current;
    now_ = device.has_index() ? device.index() : current;
    if (now_ != current) expect(cudaSetDevice(now_));
}
DeviceSwitch::~DeviceSwitch() {
    if (before_ >= 0 && before_ != now_) cudaSetDevice(before_);
}
c10::Device DeviceSwitch::current() const { return {c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(now_ < 0 ? 0 : now_)}; }
c10::Device DeviceSwitch::original() const {
    return {c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(before_ < 0 ? 0 : before_)};
}
}  // namespace basic

namespace c10::cuda {
static CUDAStream streamOf(const char* question, DeviceIndex device) {
    basic::Reader reader = basic::call(basic::message('q', question, static_cast<int64_t>(device)));
    // The stream and its device.
    const int64_t* answer = reader.position() + 2;
    return CUDAStream(reinterpret_cast<cudaStream_t>(answer[0]), static_cast<DeviceIndex>(answer[1]));
}
void CUDAStream::synchronize() const { basic::expect(cudaStreamSynchronize(stream_)); }
bool CUDAStream::query() const {
    cudaError_t error = cudaStreamQuery(stream_);
    if (error == cudaErrorNotReady) return false;
    basic::expect(error);
    return true;
}
CUDAStream getCurrentCUDAStream(DeviceIndex device) { return streamOf("current_stream", device); }
CUDAStream getDefaultCUDAStream(DeviceIndex device) { return streamOf("default_stream", device); }
CUDAStream getStreamFromPool(bool, DeviceIndex device) { return streamOf("new_stream", device); }
void setCurrentCUDAStream(CUDAStream stream) {
    basic::call(basic::message('q', "set_stream", stream.id(), static_cast<int64_t>(stream.device_index())));
}
DeviceIndex device_count() noexcept {
    int count = 0;
    return cudaGetDeviceCount(&count) ? 0 : static_cast<DeviceIndex>(count);
}
DeviceIndex current_device() {
    int current = 0;
    basic::expect(cudaGetDevice(&current));
    return static_cast<DeviceIndex>(current);
}
void set_device(DeviceIndex device) { basic::expect(cudaSetDevice(device)); }
void device_synchronize() { basic::expect(cudaDeviceSynchronize()); }
namespace detail {
void checkCall(cudaError_t error, const char*, int) {
    if (!error) return;
    // The error has been told; the next call begins without it.
    (void)cudaGetLastError();
    basic::expect(error);
}
}  // namespace detail
}  // namespace c10::cuda

namespace at {
bool hasCUDA() { return c10::cuda::device_count() > 0; }
namespace cuda {
cudaDeviceProp* getDeviceProperties(c10::DeviceIndex device) {
    static std::mutex lock;
    static std::map<int, cudaDeviceProp>* known = new std::map<int, cudaDeviceProp>;
    std::lock_guard<std::mutex> guard(lock);
    auto found = known->find(device);
    if (found == known->end()) {
        cudaDeviceProp made;
        basic::expect(cudaGetDeviceProperties(&made, device));
        found = known->emplace(device, made).first;
    }
    return &found->second;
}
cudaDeviceProp* getCurrentDeviceProperties() { return getDeviceProperties(c10::cuda::current_device()); }
int warp_size() { return getCurrentDeviceProperties()->warpSize; }
bool is_available() { return hasCUDA(); }
}  // namespace cuda
}  // namespace at

namespace torch::cuda {
bool is_available() { return at::hasCUDA(); }
size_t device_count() { return static_cast<size_t>(c10::cuda::device_count()); }
void synchronize(int64_t) { c10::cuda::device_synchronize(); }
void manual_seed(uint64_t seed) { at::manual_seed(seed); }
}  // namespace torch::cuda
