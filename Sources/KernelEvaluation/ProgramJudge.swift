import CUDAToolchain
import GPUModels
import KernelVerdicts
public import VirtualGPU

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Judges a whole CUDA program that checks itself, as answers to plain prompts are.
///
/// That is weaker than ``KernelJudge``: inputs, expected values and the comparison are the program's own. What counts is that
/// it ends well, that what it prints does not speak of a failure, and that its kernels break no rule.
public struct ProgramJudge: Sendable {
  /// The compilers.
  public var tools: BuildTools
  /// How it is judged; the device, the precision and the sizes are the program's own matter.
  public var options: JudgeOptions

  /// Makes a judge.
  public init(tools: BuildTools, options: JudgeOptions) {
    self.tools = tools
    self.options = options
  }

  /// What every such verdict says.
  static let caveat =
    "The program was judged by its own test, which is weaker than a reference: its inputs, its expected values and its comparison are its own."

  /// Judges a program.
  ///
  /// - Throws: ``KernelEvaluationError``, `VirtualGPUError` where we fail; `CancellationError`.
  public func judge(_ program: String, announce: @escaping @Sendable (String) -> Void = { _ in }) async throws
    -> Judgement
  {
    let clock = ContinuousClock.now
    var judgement = Judgement(
      verdict: .correct, reason: "", device: JudgeOptions.Device.virtual.rawValue, gpu: options.gpu.name)
    judgement.notes = [Self.caveat]
    try await Folders.withTemporary { folder in
      let built: BuiltProgram
      do {
        try SourceScan.check(program, named: "The program")
        built = try await ProgramBuilder(tools: tools, gpu: options.gpu, options: ProgramRunner.Check.all.options)
          .build(ProgramSource(text: program, name: "program.cu", folder: nil), scratch: folder, announce: announce)
      } catch let error as VirtualGPUError where error.code == .doesNotCompile || error.code == .doesNotLink {
        judgement.verdict = .compileError
        judgement.reason = "It does not compile: \(Sentences.firstLine(BuildLog.firstError(error.message) ?? ""))"
        judgement.details = error.message
        return
      } catch let error as VirtualGPUError where error.code == .refused {
        judgement.verdict = .rejected
        judgement.reason = error.message
        return
      } catch let error as VirtualGPUError where error.code == .unsupported {
        judgement.verdict = .unsupported
        judgement.reason = error.message
        return
      }
      let enclosure = try await EnclosedProgram.prepare(tools, folder: folder)
      judgement.sandbox = enclosure.sandbox.rawValue
      judgement.phases.buildSeconds = built.seconds
      judgement.phases.isBuildFromCache = built.isFromCache
      announce("running it")
      let runner = ProgramRunner(gpu: options.gpu, check: .all, timeLimit: options.timeLimit)
      let (report, output): (RunReport, String)
      do {
        (report, output) = try await runner.capture(built, name: "program.cu", in: enclosure)
      } catch let error as WorkerError {
        switch error {
        // Nothing of the program's runs where it could say so.
        case .notStarted, .raised, .garbled:
          throw KernelEvaluationError(
            .internalFailure, "The program's process \(error.sentence).", underlyingError: error)
        default:
          judgement.verdict = .runtimeError
          judgement.reason = "Its process \(error.sentence)."
          return
        }
      }
      judgement.phases.runSeconds = report.seconds
      judgement.counters = report.kernels
      judgement.launches = report.kernels.reduce(0) { $0 + $1.launches }
      judgement.findings = report.findings.map(Judgement.FoundFault.init)
      judgement.notes += report.notes
      Self.decide(&judgement, report, output)
    }
    judgement.phases.totalSeconds = clock.duration(to: .now) / .seconds(1)
    return judgement
  }

  static func decide(_ judgement: inout Judgement, _ report: RunReport, _ output: String) {
    func end(_ verdict: Verdict, _ reason: String) {
      judgement.verdict = verdict
      judgement.reason = reason
    }
    if let failure = report.failure { return end(.unsupported, failure) }
    if report.isIncomplete, let one = report.unsupported.first {
      return end(.unsupported, "The virtual GPU cannot do a part of it: \(one.name): \(one.what)")
    }
    if let finding = report.findings.first(where: { $0.severity == .error }) {
      return end(.incorrect, FindingText.sentence(finding))
    }
    switch report.ending {
    case .outOfTime: return end(.timeout, "It ran longer than it may.")
    case .outOfMemory: return end(.runtimeError, "It held more memory than it may.")
    case .signalled(let signal): return end(.runtimeError, "It was ended by signal \(signal).")
    case .exited(let status) where status != 0: return end(.incorrect, "It ends with status \(status).")
    case .exited: break
    }
    guard !report.kernels.isEmpty else { return end(.rejected, "No kernel of its own ran.") }
    switch Self.ownWord(output) {
    case (let line, .failure)?: end(.incorrect, "It says of itself: \(Sentences.firstLine(line))")
    case (let line, .success)?: end(.correct, "By its own test: \(Sentences.firstLine(line))")
    case nil: end(.unsupported, "It ends well and says nothing about whether its result is right.")
    }
  }

  /// The first line that says that the program's result is wrong, or where there is none, the first that says that it is right.
  static func ownWord(_ output: String) -> (line: String, meaning: SelfTestLine.Meaning)? {
    var success: String?
    for line in output.split(whereSeparator: \.isNewline) {
      // What people write is not longer.
      switch SelfTestLine(line.prefix(2000)).meaning {
      case .failure: return (String(line), .failure)
      case .success: success = success ?? String(line)
      case nil: break
      }
    }
    return success.map { ($0, .success) }
  }
}
