/// The worked example that prompts show: a problem and an answer to it, both written for this project.
enum PromptExample {
  static let problem = """
    import torch
    import torch.nn as nn


    class Model(nn.Module):
        def __init__(self, scale, low, high):
            super().__init__()
            self.scale = scale
            self.low = low
            self.high = high

        def forward(self, x, y):
            return torch.clamp(self.scale * x + y, self.low, self.high)


    def get_inputs():
        return [torch.randn(2048, 3000), torch.randn(2048, 3000)]


    def get_init_inputs():
        return [0.5, -1.0, 1.0]
    """

  /// The comparisons, unlike `fminf` and `fmaxf`, hand a NaN on as `torch.clamp` does.
  static let answer = #"""
    import torch
    import torch.nn as nn
    from torch.utils.cpp_extension import load_inline

    cuda_source = r"""
    #include <torch/extension.h>
    #include <ATen/cuda/CUDAContext.h>

    __global__ void scale_add_clamp_kernel(const float* __restrict__ x, const float* __restrict__ y,
                                           float* __restrict__ out, float scale, float low, float high,
                                           int64_t count) {
        const int64_t stride = (int64_t)gridDim.x * blockDim.x;
        for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += stride) {
            float value = scale * x[i] + y[i];
            value = value < low ? low : value;
            out[i] = value > high ? high : value;
        }
    }

    torch::Tensor scale_add_clamp(torch::Tensor x, torch::Tensor y, double scale, double low, double high) {
        TORCH_CHECK(x.sizes() == y.sizes(), "x and y must have the same shape");
        x = x.contiguous();
        y = y.contiguous();
        auto out = torch::empty_like(x);
        const int64_t count = x.numel();
        if (count > 0) {
            const int threads = 256;
            const int blocks = (int)std::min<int64_t>((count + threads - 1) / threads, 65535);
            scale_add_clamp_kernel<<<blocks, threads, 0, at::cuda::getCurrentCUDAStream()>>>(
                x.data_ptr<float>(), y.data_ptr<float>(), out.data_ptr<float>(), scale, low, high, count);
        }
        return out;
    }
    """

    cpp_source = "torch::Tensor scale_add_clamp(torch::Tensor x, torch::Tensor y, double scale, double low, double high);"

    extension = load_inline(
        name="scale_add_clamp",
        cpp_sources=cpp_source,
        cuda_sources=cuda_source,
        functions=["scale_add_clamp"],
    )


    class ModelNew(nn.Module):
        def __init__(self, scale, low, high):
            super().__init__()
            self.scale = scale
            self.low = low
            self.high = high

        def forward(self, x, y):
            return extension.scale_add_clamp(x, y, self.scale, self.low, self.high)
    """#
}
