public import GPUModels

/// What the compile step says about a candidate.
///
/// `ok` covers: the device code was compiled for the architecture by nvcc and ptxas; the host half of the CUDA source was
/// parsed and type-checked, templates that it instantiates included; the C++ source and the binding that `load_inline`
/// generates from `functions` were parsed and type-checked by the host's compiler. Both against light headers, not
/// PyTorch's. It does not cover linking, loading, running, or the exact signatures of PyTorch's operators.
public struct CompileReport: Sendable, Hashable, Codable {
  /// How the step ended.
  public enum Status: String, Sendable, Hashable, Codable {
    /// The compilers accept the candidate.
    case ok
    /// The candidate is wrong, and the log or a finding says where.
    case failed
    /// Nothing was decided; ``CompileReport/reason`` says why. Never to be shown as passed.
    case notRun = "not-run"
  }

  /// What one kernel uses, as ptxas reports it.
  public struct Kernel: Sendable, Hashable, Codable {
    /// The name as written in the source, with template arguments.
    public var name: String
    /// The name in PTX.
    public var mangledName: String
    /// Registers for each thread.
    public var registers = 0
    /// Bytes that are written to local memory because registers ran out.
    public var spillStores = 0
    /// Bytes that are read back.
    public var spillLoads = 0
    /// Static shared memory of a block, in bytes.
    public var sharedMemory = 0
    /// Constant memory in bytes, where ptxas reports it.
    public var constantMemory = 0
    /// Stack of a thread, in bytes.
    public var stack = 0
    /// Barriers in use.
    public var barriers = 0
  }

  /// Something found beside the compilers' own messages.
  public struct Finding: Sendable, Hashable, Codable {
    /// What a finding means for the status.
    public enum Severity: String, Sendable, Hashable, Codable {
      /// The extension would not build.
      case error
      /// It may not do what was meant.
      case warning
      /// Good to know.
      case note
    }
    /// A word for it: `functions-undeclared`, `module-defined-twice`, `no-kernel`, `kernel-never-launched`, `flag-ignored`, …
    public var code: String
    /// What it means for the status.
    public var severity: Severity
    /// A sentence.
    public var message: String

    /// Makes a finding.
    public init(_ code: String, _ severity: Severity, _ message: String) {
      self.code = code
      self.severity = severity
      self.message = message
    }
  }

  /// How the step ended.
  public var status: Status
  /// Why nothing was decided, or in one sentence why the candidate failed.
  public var reason: String?
  /// The compilers' messages, trimmed. `cuda_sources(12)` is line 12 of the CUDA source.
  public var log: String
  /// Every kernel that was compiled.
  public var kernels: [Kernel]
  /// What was found beside the compilers' messages.
  public var findings: [Finding]
  /// True where nvcc and ptxas accept the CUDA source, whatever came of the binding.
  public var isDeviceCodeAccepted: Bool
  /// Wall time of the compilers. A report out of the cache keeps the time that was measured.
  public var seconds: Double
  /// The machine architecture: `sm_90`.
  public var architecture: String
  /// nvcc's version: `13.5.37`.
  public var compilerVersion: String?
  /// True where this report was made earlier, by the same compiler on the same source.
  public var isFromCache = false

  init(_ status: Status, reason: String? = nil, gpu: GPUModel, compilerVersion: String?) {
    self.status = status
    self.reason = reason
    self.architecture = gpu.machine
    self.compilerVersion = compilerVersion
    log = ""
    kernels = []
    findings = []
    isDeviceCodeAccepted = false
    seconds = 0
  }

  /// A report that nothing was decided, and why.
  public static func notRun(because reason: String, for gpu: GPUModel) -> CompileReport {
    CompileReport(.notRun, reason: reason, gpu: gpu, compilerVersion: nil)
  }

  enum CodingKeys: String, CodingKey {
    case status, reason, log, kernels, findings, seconds, architecture, compilerVersion
    case isDeviceCodeAccepted = "deviceCodeAccepted"
    case isFromCache = "fromCache"
  }
}
