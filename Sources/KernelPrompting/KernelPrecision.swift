/// The element type that a problem's tensors have and a kernel is asked to compute with.
public enum KernelPrecision: String, Hashable, Sendable, CaseIterable {
  /// IEEE 754 single precision.
  case fp32
  /// IEEE 754 half precision.
  case fp16
  /// bfloat16: the exponent of single precision with 8 significant bits.
  case bf16

  /// What the prompt says about it.
  var sentence: String {
    switch self {
    case .fp32:
      "Tensors are float32. Results must agree with PyTorch's to an absolute and relative tolerance of 1e-4."
    case .fp16:
      """
      Tensors are float16 (`at::Half` on the host, `__half` in kernels). Accumulate in float32. Results must agree with \
      PyTorch's to an absolute and relative tolerance of 1e-2.
      """
    case .bf16:
      """
      Tensors are bfloat16 (`at::BFloat16` on the host, `__nv_bfloat16` in kernels). Accumulate in float32. Results must \
      agree with PyTorch's to an absolute and relative tolerance of 1e-2.
      """
    }
  }
}
