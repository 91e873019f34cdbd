public import GPUModels

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The compile step: does the real compiler accept a candidate's CUDA? No GPU and no PyTorch are needed.
///
/// What an `ok` covers is said at ``CompileReport``.
public struct CompileCheck: Sendable {
  /// The programs to compile with.
  public var toolchain: Toolchain
  /// Where reports are kept; nil to compile every time.
  public var cache: CompileCache?
  /// How long the compilers may take for one candidate, all of its extensions together.
  public var timeLimit: Duration
  /// The longest log, in bytes.
  public var logLimit: Int

  /// A check with a toolchain.
  public init(
    toolchain: Toolchain, cache: CompileCache? = CompileCache(), timeLimit: Duration = .seconds(60),
    logLimit: Int = 6000
  ) {
    self.toolchain = toolchain
    self.cache = cache
    self.timeLimit = timeLimit
    self.logLimit = logLimit
  }

  /// Reads a candidate's Python file and compiles what it holds.
  ///
  /// - Throws: ``CUDAToolchainError`` when the step itself could not be done, `CancellationError` when the task is
  ///   cancelled (the compilers are gone then, and their folder too).
  public func run(python candidate: String, for gpu: GPUModel) async throws -> CompileReport {
    try await run(CandidateSource.read(candidate, toolchain: toolchain), for: gpu)
  }

  /// Compiles what a candidate holds.
  ///
  /// - Throws: as ``run(python:for:)``.
  public func run(_ source: CandidateSource, for gpu: GPUModel) async throws -> CompileReport {
    var report = CompileReport(.notRun, gpu: gpu, compilerVersion: toolchain.compiler?.version)
    let notes = source.problems.map { CompileReport.Finding($0.code, .note, Self.sentence($0)) }
    if let (status, reason) = Self.undecidable(source) {
      report.status = status
      report.reason = reason
      report.findings = notes
      return report
    }
    guard let compiler = toolchain.compiler else {
      report.reason = toolchain.reason
      report.findings = notes
      return report
    }
    let key = key(source, gpu, compiler)
    if let kept = cache?.report(key) { return kept }

    let clock = ContinuousClock()
    let start = clock.now
    let deadline = start.advanced(by: timeLimit)
    var isLasting = true
    report = try await Folders.withTemporary { folder in
      let resources = try ResourceFolder(environment: toolchain.environment, fallback: folder)
      var parts: [CompileReport] = []
      for (number, one) in source.extensions.enumerated() {
        let part = try await ExtensionCompilation(
          source: one, kind: source.kind, compiler: compiler, toolchain: toolchain, resources: resources,
          folder: folder + "/\(number)", gpu: gpu, deadline: deadline, logLimit: logLimit
        ).run()
        isLasting = isLasting && part.isLasting
        parts.append(part.report)
      }
      return Self.merged(parts) ?? report
    }
    report.findings += notes
    let elapsed = start.duration(to: clock.now).components
    report.seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    // What a busy machine or a missing program decided is asked again next time.
    if isLasting { cache?.keep(report, as: key) }
    return report
  }

  /// What can be said without a compiler.
  private static func undecidable(_ source: CandidateSource) -> (CompileReport.Status, String)? {
    let said = source.problems.last.map(sentence)
    switch source.kind {
    case .syntaxError: return (.failed, said ?? "The candidate is not Python.")
    case .files, .triton, .noCUDASource, .unreadable:
      return (.notRun, said ?? "The candidate holds no CUDA source that can be read.")
    case .loadInline, .cudaProgram:
      if source.extensions.allSatisfy(\.isComplete) { return nil }
      return (.notRun, source.problems.first.map(sentence) ?? "A part of the CUDA source could not be read.")
    }
  }

  private static func sentence(_ problem: CandidateSource.Problem) -> String {
    problem.line > 0 ? "Line \(problem.line): \(problem.message)" : problem.message
  }

  /// One report out of several extensions': the worst status, everything else in order.
  private static func merged(_ parts: [CompileReport]) -> CompileReport? {
    guard var whole = parts.first else { return nil }
    let order: [CompileReport.Status] = [.failed, .notRun, .ok]
    for part in parts.dropFirst() {
      if let worse = order.firstIndex(of: part.status), let now = order.firstIndex(of: whole.status), worse < now {
        whole.status = part.status
        whole.reason = part.reason
      }
      whole.isDeviceCodeAccepted = whole.isDeviceCodeAccepted && part.isDeviceCodeAccepted
      whole.kernels += part.kernels
      whole.findings += part.findings
      whole.log = [whole.log, part.log].filter { !$0.isEmpty }.joined(separator: "\n\n")
    }
    return whole
  }

  /// Everything that the outcome depends on. The first number changes when this module judges differently.
  private func key(
    _ source: CandidateSource, _ gpu: GPUModel, _ compiler: Toolchain.Compiler
  ) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let content = (try? encoder.encode(source)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let host = compiler.hostCompiler
    let attributes = try? FileManager.default.attributesOfItem(
      atPath: URL(filePath: host).resolvingSymlinksInPath().path)
    let changed = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    return SHA256.hex(
      [
        "1", gpu.machine, compiler.version, compiler.nvcc, host, "\(changed)", ResourceFolder.hash,
        "\(logLimit)",
        content,
      ].joined(separator: "\0"))
  }
}
