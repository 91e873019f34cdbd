import CUDAToolchain
public import GPUModels
public import KernelVerdicts

/// What kernels did on the virtual GPU inside of a process that lives on: out of the lines that its runtime wrote.
///
/// Unlike a ``RunReport`` it is of a part of a process's life, and its kernels may come from several builds.
public struct DeviceReport: Sendable, Hashable {
  /// The kernels that ran, in the order of their first launch.
  public var kernels: [KernelRun]
  /// What was found, errors first.
  public var findings: [Finding]
  /// What could not be done.
  public var unsupported: [RunReport.Unsupported]
  /// Calls that the runtime answered with an error.
  public var callErrors: [RunReport.CallError]
  /// Our own runtime's failure; nil where there was none.
  public var failure: String?

  /// Reads the lines.
  ///
  /// - Parameters:
  ///   - text: the lines, the last of which may be cut off.
  ///   - layouts: what the numbers of each build's kernels mean.
  ///   - gpu: the GPU that estimates are for.
  public init(_ text: String, layouts: [BuiltProgram.Layout], gpu: GPUModel) {
    let events = RunEvents(text)
    kernels = events.kernels.map { event in
      let layout = layouts.last { $0.kernels.contains { $0.name == event.name } }
      var kernel = KernelRun(event, layout ?? .empty)
      kernel.occupancy = Occupancy(
        threads: kernel.block.reduce(1, *), registers: kernel.registers, sharedBytes: kernel.sharedBytes, on: gpu)
      kernel.estimate = kernel.instructions.isEmpty ? nil : Estimate(kernel, on: gpu)
      return kernel
    }
    findings = events.findings.enumerated().sorted { a, b in
      a.element.severity != b.element.severity ? a.element.severity > b.element.severity : a.offset < b.offset
    }.map(\.element)
    unsupported = events.unsupported.map { event in
      let kernel = event.kernel ?? ""
      return RunReport.Unsupported(
        name: kernel.isEmpty ? event.call ?? "" : KernelName.readable(kernel), isKernel: !kernel.isEmpty,
        what: event.what)
    }
    callErrors = events.errors
    failure = events.failure
  }

  /// True if a finding makes the candidate incorrect by itself.
  public var hasErrors: Bool { findings.contains { $0.severity == .error } }
}
