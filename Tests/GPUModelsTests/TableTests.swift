import GPUModels
import Testing

@Suite struct `The table of GPUs` {
  @Test(arguments: [
    ("h100", 90), ("H100", 90), ("A100", 80), ("sm_80", 80), ("RTX 4090", 89), ("rtx-4090", 89), ("l40s", 89),
    ("t4", 75),
  ])
  func `finds a GPU by its name`(text: String, capability: Int) throws {
    let gpu = try GPUModel(named: text)
    #expect(gpu.computeCapability == capability)
    #expect(gpu.machine == "sm_\(capability)" && gpu.virtual == "compute_\(capability)")
  }

  @Test func `refuses an unknown GPU with the known ones`() {
    let error = #expect(throws: GPUModelsError.self) { try GPUModel(named: "voodoo2") }
    #expect(error?.code == .unknownGPU && error?.message.contains("voodoo2") == true)
    for gpu in GPUModel.all { #expect(error?.message.contains("\(gpu.name) (\(gpu.machine))") == true) }
  }

  @Test func `names every GPU once`() throws {
    #expect(Set(GPUModel.all.map(\.name)).count == GPUModel.all.count)
    for gpu in GPUModel.all { #expect(try GPUModel(named: gpu.name) == gpu) }
  }

  /// The peaks are computed from multiprocessors, lanes and clock; the data sheets state them by themselves.
  @Test(arguments: [
    ("h100", 67, 34), ("a100", 19.5, 9.7), ("l40s", 91.6, 1.43), ("rtx4090", 82.6, 1.29), ("t4", 8.1, 0.254),
  ])
  func `agrees with the peaks of the data sheets`(name: String, fp32: Double, fp64: Double) throws {
    let gpu = try GPUModel(named: name)
    #expect(abs(gpu.fp32Peak / fp32 - 1) < 0.02)
    #expect(abs(gpu.fp64Peak / fp64 - 1) < 0.02)
    #expect(gpu.fp16Peak >= gpu.fp32Peak)
    #expect(gpu.tensorPeak.fp16 > gpu.fp32Peak)
  }

  /// Tensor cores do a whole power of two of multiply-adds in a clock, so a peak that is mistyped shows.
  @Test(arguments: [
    ("h100", 1830, 2048), ("a100", 1410, 1024), ("l40s", 2520, 512), ("rtx4090", 2520, 256), ("t4", 1590, 512),
  ])
  func `has peaks of tensor cores that are whole multiply-adds in a clock`(name: String, clock: Int, each: Int) throws {
    let gpu = try GPUModel(named: name)
    let computed = Double(gpu.multiprocessorCount * each * 2 * clock) / 1e6
    #expect(abs(gpu.tensorPeak.fp16 / computed - 1) < 0.02)
    if let tf32 = gpu.tensorPeak.tf32 { #expect(abs(tf32 / computed - 0.5) < 0.01) }
    #expect(gpu.tensorPeak.bf16.map { $0 == gpu.tensorPeak.fp16 } ?? !gpu.supportsBFloat16)
  }

  @Test(arguments: GPUModel.all) func `is consistent with itself`(gpu: GPUModel) {
    let one = gpu.multiprocessor
    #expect(one.threads % one.warpSize == 0 && one.threads >= one.threadsPerBlock)
    #expect(one.sharedMemoryPerBlock <= one.sharedMemoryPerBlockOptIn)
    #expect(one.sharedMemoryPerBlockOptIn + one.sharedMemoryReserved == one.sharedMemory)
    #expect(one.sharedMemory <= one.unifiedCache)
    #expect(one.fp64Lanes * one.fp64Ratio == one.fp32Lanes)
    // Each level is faster than the one behind it.
    #expect(gpu.sharedMemoryBandwidth > Double(gpu.level2Bandwidth) && gpu.level2Bandwidth > gpu.memoryBandwidth)
  }
}
