extension GPUModel {
  /// NVIDIA H100 SXM. Sources: *NVIDIA H100 Tensor Core GPU* data sheet and architecture white paper.
  public static let h100 = GPUModel(
    name: "h100", productName: "NVIDIA H100 SXM", architectureName: "Hopper", multiprocessor: .capability90,
    multiprocessorCount: 132, boostClock: 1980, memory: 80, memoryBandwidth: 3350, level2Cache: 50,
    level2Bandwidth: 6000, tensorPeak: TensorPeak(fp16: 989.4, bf16: 989.4, tf32: 494.7, fp64: 66.9))

  /// NVIDIA A100 SXM with 80 GB. Sources: *NVIDIA A100 Tensor Core GPU* data sheet and architecture white paper.
  public static let a100 = GPUModel(
    name: "a100", productName: "NVIDIA A100 SXM", architectureName: "Ampere", multiprocessor: .capability80,
    multiprocessorCount: 108, boostClock: 1410, memory: 80, memoryBandwidth: 2039, level2Cache: 40,
    level2Bandwidth: 4500, tensorPeak: TensorPeak(fp16: 312, bf16: 312, tf32: 156, fp64: 19.5))

  /// NVIDIA L40S. Sources: *NVIDIA L40S* data sheet; the Ada architecture white paper for the L40, of the same chip.
  public static let l40s = GPUModel(
    name: "l40s", productName: "NVIDIA L40S", architectureName: "Ada Lovelace", multiprocessor: .capability89,
    multiprocessorCount: 142, boostClock: 2520, memory: 48, memoryBandwidth: 864, level2Cache: 96,
    level2Bandwidth: 5000, tensorPeak: TensorPeak(fp16: 362, bf16: 362, tf32: 183, fp64: nil))

  /// NVIDIA GeForce RTX 4090. Source: the Ada architecture white paper. Its tensor cores do 330.3 TFLOPS of FP16 where
  /// they accumulate in FP16.
  public static let rtx4090 = GPUModel(
    name: "rtx4090", productName: "NVIDIA GeForce RTX 4090", architectureName: "Ada Lovelace",
    multiprocessor: .capability89, multiprocessorCount: 128, boostClock: 2520, memory: 24, memoryBandwidth: 1008,
    level2Cache: 72, level2Bandwidth: 5000, tensorPeak: TensorPeak(fp16: 165.2, bf16: 165.2, tf32: 82.6, fp64: nil))

  /// NVIDIA T4, the oldest that nvcc 13 compiles for. Sources: *NVIDIA T4* data sheet and the Turing architecture white
  /// paper.
  public static let t4 = GPUModel(
    name: "t4", productName: "NVIDIA T4", architectureName: "Turing", multiprocessor: .capability75,
    multiprocessorCount: 40, boostClock: 1590, memory: 16, memoryBandwidth: 320, level2Cache: 4,
    level2Bandwidth: 1270, tensorPeak: TensorPeak(fp16: 65, bf16: nil, tf32: nil, fp64: nil))

  /// Every GPU in the table.
  public static let all = [h100, a100, l40s, rtx4090, t4]
}
