import CUDAToolchain
import GPUModels
public import KernelVerdicts

/// What a program's kernels did on the virtual GPU.
public struct RunReport: Sendable, Codable {
  /// The version of the JSON form.
  public static let schemaVersion = 1

  /// How the program ended.
  public enum Ending: Sendable, Hashable {
    /// By itself, with a status.
    case exited(Int)
    /// By a signal that it got.
    case signalled(Int)
    /// We ended it: its time was up.
    case outOfTime
    /// We ended it: it held more memory than it may.
    case outOfMemory
  }

  /// A call of the program's that the runtime answered with an error.
  public struct CallError: Sendable, Hashable, Codable {
    /// CUDA's number.
    public var code: Int
    /// `cudaErrorInvalidValue`.
    public var name: String
    /// `cudaLaunchKernel`.
    public var call: String
  }

  /// Something that the virtual GPU does not do.
  public struct Unsupported: Sendable, Hashable, Codable {
    /// The kernel, or the runtime's function.
    public var name: String
    /// True for a kernel: it was not run, and what the program printed is not what it would have printed.
    public var isKernel: Bool
    /// What it is, in a sentence or a few words.
    public var what: String
  }

  /// The version of the JSON form.
  public var schemaVersion = Self.schemaVersion
  /// The program, as the user named it.
  public var program: String
  /// `virtual`.
  public var device = "virtual"
  /// The GPU whose limits hold and for which times are estimated.
  public var gpu: String
  /// How it ended.
  public var ending: Ending
  /// Seconds on this machine, and the most memory that was held.
  public var seconds: Double
  /// The most bytes that the process held.
  public var peakMemory: Int
  /// The kernels that ran, in the order of their first launch.
  public var kernels: [KernelRun]
  /// What was found, errors first.
  public var findings: [Finding]
  /// What could not be done.
  public var unsupported: [Unsupported]
  /// Calls that the runtime answered with an error, whether the program looked or not; each once.
  public var callErrors: [CallError]
  /// Worth saying.
  public var notes: [String]
  /// How many other schedules and other contents of unwritten memory were tried, to see whether the output depends on them.
  public var schedulesTried = 0
  /// A hash of all bytes that were copied to the host.
  public var outputHash: String
  /// Our own runtime's failure; nil where there was none.
  public var failure: String?

  init(program: String, gpu: GPUModel, events: RunEvents, layout: BuiltProgram.Layout, result: ProgramEnd) {
    self.program = program
    self.gpu = gpu.name
    switch (result.stop, result.ending) {
    case (.time?, _): ending = .outOfTime
    case (.memory?, _): ending = .outOfMemory
    case (nil, .exited(let status)): ending = .exited(status)
    case (nil, .signalled(let signal)): ending = .signalled(signal)
    }
    seconds = result.seconds
    peakMemory = result.peakMemory
    kernels = events.kernels.map { event in
      var kernel = KernelRun(event, layout)
      let threads = kernel.block.reduce(1, *)
      kernel.occupancy = Occupancy(
        threads: threads, registers: kernel.registers, sharedBytes: kernel.sharedBytes, on: gpu)
      kernel.estimate = kernel.instructions.isEmpty ? nil : Estimate(kernel, on: gpu)
      return kernel
    }
    findings = events.findings
    unsupported = events.unsupported.map { event in
      let kernel = event.kernel ?? ""
      return Unsupported(
        name: kernel.isEmpty ? event.call ?? "" : KernelName.readable(kernel), isKernel: !kernel.isEmpty,
        what: event.what)
    }
    callErrors = events.errors
    notes = events.notes
    outputHash = events.outputHash
    failure = events.failure
    sortFindings()
  }

  mutating func sortFindings() {
    findings = findings.enumerated().sorted { a, b in
      a.element.severity != b.element.severity ? a.element.severity > b.element.severity : a.offset < b.offset
    }.map(\.element)
  }

  /// True if a finding makes a kernel incorrect.
  public var hasErrors: Bool { findings.contains { $0.severity == .error } }

  /// True if what the program did says nothing, since a part of it was not done.
  public var isIncomplete: Bool {
    unsupported.contains(where: \.isKernel) || (!unsupported.isEmpty && ending != .exited(0))
  }
}
