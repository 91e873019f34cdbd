#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAGuard.h>
#include <torch/types.h>

template <typename T>
__global__ void twice(const T* x, T* y, int64_t n) {
    int64_t i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] = x[i] + x[i];
}
torch::Tensor doubled(torch::Tensor x) {
    const at::cuda::OptionalCUDAGuard guard(device_of(x));
    auto y = torch::empty_like(x);
    AT_DISPATCH_FLOATING_TYPES_AND_HALF(x.scalar_type(), "doubled", [&] {
        twice<scalar_t><<<(x.numel() + 127) / 128, 128, 0, at::cuda::getCurrentCUDAStream()>>>(
            x.data_ptr<scalar_t>(), y.data_ptr<scalar_t>(), x.numel());
    });
    C10_CUDA_KERNEL_LAUNCH_CHECK();
    return y;
}
int64_t launches_on_stream(torch::Tensor x) {
    auto stream = at::cuda::getCurrentCUDAStream(x.get_device());
    stream.synchronize();
    return stream.device_index();
}
__global__ void scale(const __half* x, __half* y, float factor, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] = __float2half(__half2float(x[i]) * factor);
}
torch::Tensor half_scaled(torch::Tensor x, double factor) {
    auto y = torch::empty(x.sizes(), x.options());
    scale<<<(x.numel() + 63) / 64, 64>>>(
        reinterpret_cast<const __half*>(x.data_ptr<at::Half>()), reinterpret_cast<__half*>(y.data_ptr<at::Half>()),
        static_cast<float>(factor), x.numel());
    return y;
}
__global__ void transpose(
    torch::PackedTensorAccessor32<float, 2, torch::RestrictPtrTraits> x,
    torch::PackedTensorAccessor32<float, 2, torch::RestrictPtrTraits> y) {
    int i = blockIdx.x, j = threadIdx.x;
    if (j < x.size(1)) y[j][i] = x[i][j];
}
torch::Tensor packed_transpose(torch::Tensor x) {
    auto y = torch::empty({x.size(1), x.size(0)}, x.options());
    transpose<<<x.size(0), x.size(1)>>>(
        x.packed_accessor32<float, 2, torch::RestrictPtrTraits>(), y.packed_accessor32<float, 2, torch::RestrictPtrTraits>());
    return y;
}
__global__ void outside(float* x, int64_t n) { x[n + threadIdx.x] = 1; }
void beyond(torch::Tensor x) { outside<<<1, 32>>>(x.data_ptr<float>(), x.numel()); }
