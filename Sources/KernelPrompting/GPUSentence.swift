import GPUModels

extension GPUModel {
  /// What the prompt says about the GPU, for kernels of a precision.
  func sentence(_ precision: KernelPrecision) -> String {
    let bfloat16 =
      precision == .bf16 && !supportsBFloat16
      ? " It has no bfloat16 arithmetic: convert to float32, compute, and convert back." : ""
    return """
      The target is one \(productName) (\(architectureName), \(machine)): \(multiprocessorCount) multiprocessors, \
      \(memory) GB of memory at \(memoryBandwidth) GB/s, at most \(multiprocessor.sharedMemoryPerBlockOptIn / 1024) KiB of \
      shared memory per block.\(bfloat16)
      """
  }
}
