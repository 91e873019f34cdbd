// The launches of an extension on a real GPU go through here: the linker leads them to these functions (--wrap). Whether one is to
// run says the judge's gate, which counts them and knows their streams; where nobody has brought a gate along, all of them run.
#include <cuda_runtime_api.h>

extern "C" {

__attribute__((weak, visibility("default"))) int basic_gpu_gate(void* stream);
__attribute__((weak, visibility("default"))) void basic_gpu_launched(void* stream);

cudaError_t __real_cudaLaunchKernel(const void*, dim3, dim3, void**, size_t, cudaStream_t);
cudaError_t __real___cudaLaunchKernel(void*, dim3, dim3, void**, size_t, cudaStream_t);
cudaError_t __real_cudaLaunchCooperativeKernel(const void*, dim3, dim3, void**, size_t, cudaStream_t);
cudaError_t __real_cudaLaunchKernelExC(const cudaLaunchConfig_t*, const void*, void**);
cudaError_t __real_cudaGraphLaunch(cudaGraphExec_t, cudaStream_t);

}

namespace {

template <typename Launch>
cudaError_t pass(cudaStream_t stream, Launch launch) {
    if (!basic_gpu_gate) return launch();
    if (!basic_gpu_gate(stream)) return cudaSuccess;
    cudaError_t result = launch();
    if (basic_gpu_launched) basic_gpu_launched(stream);
    return result;
}

}

extern "C" {

cudaError_t __wrap_cudaLaunchKernel(
    const void* kernel, dim3 grid, dim3 block, void** arguments, size_t shared, cudaStream_t stream) {
    return pass(stream, [&] { return __real_cudaLaunchKernel(kernel, grid, block, arguments, shared, stream); });
}

cudaError_t __wrap___cudaLaunchKernel(
    void* kernel, dim3 grid, dim3 block, void** arguments, size_t shared, cudaStream_t stream) {
    return pass(stream, [&] { return __real___cudaLaunchKernel(kernel, grid, block, arguments, shared, stream); });
}

cudaError_t __wrap_cudaLaunchCooperativeKernel(
    const void* kernel, dim3 grid, dim3 block, void** arguments, size_t shared, cudaStream_t stream) {
    return pass(stream, [&] { return __real_cudaLaunchCooperativeKernel(kernel, grid, block, arguments, shared, stream); });
}

cudaError_t __wrap_cudaLaunchKernelExC(const cudaLaunchConfig_t* configuration, const void* kernel, void** arguments) {
    cudaStream_t stream = configuration ? configuration->stream : nullptr;
    return pass(stream, [&] { return __real_cudaLaunchKernelExC(configuration, kernel, arguments); });
}

cudaError_t __wrap_cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t stream) {
    return pass(stream, [&] { return __real_cudaGraphLaunch(graph, stream); });
}

}
