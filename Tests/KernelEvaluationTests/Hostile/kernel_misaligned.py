"""The kernel reads four floats at an address that is no multiple of sixteen."""

import torch
import torch.nn as nn
from torch.utils.cpp_extension import load_inline

CUDA_SOURCE = r"""
__global__ void swish_kernel(const float* __restrict__ x, float* __restrict__ y, int64_t n) {
    int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        float v = x[i];
        if (i == 0) {
            float4 four = *reinterpret_cast<const float4*>(x + 1);
            v += 0.0f * (four.x + four.y + four.z + four.w);
        }
        y[i] = v / (1.0f + expf(-v));
    }
}

torch::Tensor swish(torch::Tensor x) {
    auto input = x.contiguous();
    auto output = torch::empty_like(input);
    int64_t n = input.numel();
    if (n > 0) {
        swish_kernel<<<(n + 255) / 256, 256>>>(input.data_ptr<float>(), output.data_ptr<float>(), n);
    }
    return output;
}
"""

CPP_SOURCE = """
torch::Tensor swish(torch::Tensor x);
"""

extension = load_inline(
    name="hostile_kernel_misaligned",
    cpp_sources=CPP_SOURCE,
    cuda_sources=CUDA_SOURCE,
    functions=["swish"],
)


class ModelNew(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return extension.swish(x)
