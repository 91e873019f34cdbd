/// A GPU that kernels are written for, compiled for and estimated for.
///
/// One row of the one table of GPUs: prompts, the compile step and estimates of time read the same facts. Where each
/// figure comes from is said at its property; figures of single GPUs are in ``all``'s rows.
public struct GPUModel: Hashable, Sendable {
  /// What it is called on a command line: `h100`.
  public let name: String
  /// The product's name and form: `NVIDIA H100 SXM`.
  public let productName: String
  /// The architecture's name: `Hopper`.
  public let architectureName: String
  /// What one multiprocessor has; all GPUs of a compute capability have the same.
  public let multiprocessor: Multiprocessor

  /// The number of multiprocessors. Source: NVIDIA's white papers of the architectures.
  public let multiprocessorCount: Int
  /// The boost clock in MHz: the highest that the product is specified for, not what it holds under load.
  ///
  /// Source: the same white papers; NVIDIA's peaks of FP32 are computed from it. H100's is the highest that its driver
  /// sets, which is what its data sheet's 67 TFLOPS of FP32 imply; its peaks of tensor cores imply 1,830 MHz.
  public let boostClock: Int

  /// The memory's size in GB (10⁹ bytes). Source: data sheets.
  public let memory: Int
  /// The memory's peak bandwidth in GB/s (10⁹ bytes per second). Source: data sheets.
  public let memoryBandwidth: Int
  /// The level 2 cache's size in MiB (2²⁰ bytes). Source: white papers; the L40S's is the L40's, whose chip it shares.
  public let level2Cache: Int
  /// Roughly what the level 2 cache delivers to reads that hit it, in GB/s (10⁹ bytes per second): an estimate, good to
  /// about 30 %.
  ///
  /// NVIDIA does not specify it. Sources: A100, 4.2 to 4.7 TB/s measured with RRZE's gpu-benches; H100 and RTX 4090,
  /// Chips and Cheese's measurements, H100's scaled from PCIe to SXM; L40S, taken to be the RTX 4090's, whose chip it
  /// shares; T4, Jia et al., *Dissecting the NVIDIA Turing T4 GPU via Microbenchmarking* (arXiv:1903.07486).
  public let level2Bandwidth: Int

  /// What the tensor cores do at most.
  public let tensorPeak: TensorPeak

  /// How long a kernel that does nothing keeps a stream busy when it is launched after another one, in microseconds.
  ///
  /// An estimate for all GPUs alike, since host and driver decide it: published measurements are between two and five.
  public let launchOverhead: Double

  /// Dense peaks of the tensor cores in TFLOPS (10¹² operations per second; a multiply-add counts as two), accumulated
  /// in FP32, without sparsity.
  ///
  /// Source: data sheets and white papers, halved where they state the sparse figure. `nil` where the hardware has none.
  public struct TensorPeak: Hashable, Sendable {
    /// Of FP16.
    public let fp16: Double
    /// Of bfloat16.
    public let bf16: Double?
    /// Of TF32: FP32 inputs rounded to ten bits of mantissa.
    public let tf32: Double?
    /// Of FP64.
    public let fp64: Double?
  }

  /// The compute capability without its dot: 90.
  public var computeCapability: Int { multiprocessor.computeCapability }
  /// The architecture of machine code, for ptxas: `sm_90`.
  public var machine: String { "sm_\(computeCapability)" }
  /// The architecture of PTX, for nvcc: `compute_90`.
  public var virtual: String { "compute_\(computeCapability)" }
  /// Whether bfloat16 arithmetic is done in hardware. Source: the CUDA C++ Programming Guide.
  public var supportsBFloat16: Bool { multiprocessor.bf16Lanes != nil }

  /// The peak of FP32 multiply-adds outside tensor cores, in TFLOPS.
  public var fp32Peak: Double { peak(lanes: multiprocessor.fp32Lanes) }
  /// The peak of FP64 multiply-adds outside tensor cores, in TFLOPS.
  public var fp64Peak: Double { peak(lanes: multiprocessor.fp64Lanes) }
  /// The peak of FP16 multiply-adds outside tensor cores, two in an instruction, in TFLOPS.
  public var fp16Peak: Double { peak(lanes: multiprocessor.fp16Lanes) }
  /// What all multiprocessors' shared memory delivers together, without bank conflicts, in GB/s.
  public var sharedMemoryBandwidth: Double {
    Double(multiprocessorCount * multiprocessor.sharedMemoryBandwidth * boostClock) / 1e3
  }

  private func peak(lanes: Int) -> Double { Double(multiprocessorCount * lanes * 2 * boostClock) / 1e6 }

  /// Finds a GPU by its ``name`` or by its ``machine`` architecture, in any letter case: `h100`, `RTX-4090`, `sm_90`.
  /// Of several GPUs with one architecture it is the first of ``all``.
  ///
  /// - Throws: ``GPUModelsError/Code/unknownGPU`` with the names there are.
  public init(named text: String) throws(GPUModelsError) {
    let wanted = text.lowercased().filter { $0 != "-" && $0 != " " }
    guard let found = Self.all.first(where: { $0.name == wanted || $0.machine == wanted }) else {
      let names = Self.all.map { "\($0.name) (\($0.machine))" }.joined(separator: ", ")
      throw GPUModelsError(.unknownGPU, "There is no GPU named “\(text)” here; use one of \(names).")
    }
    self = found
  }

  init(
    name: String, productName: String, architectureName: String, multiprocessor: Multiprocessor,
    multiprocessorCount: Int, boostClock: Int, memory: Int, memoryBandwidth: Int, level2Cache: Int,
    level2Bandwidth: Int, tensorPeak: TensorPeak, launchOverhead: Double = 3
  ) {
    self.name = name
    self.productName = productName
    self.architectureName = architectureName
    self.multiprocessor = multiprocessor
    self.multiprocessorCount = multiprocessorCount
    self.boostClock = boostClock
    self.memory = memory
    self.memoryBandwidth = memoryBandwidth
    self.level2Cache = level2Cache
    self.level2Bandwidth = level2Bandwidth
    self.tensorPeak = tensorPeak
    self.launchOverhead = launchOverhead
  }
}
