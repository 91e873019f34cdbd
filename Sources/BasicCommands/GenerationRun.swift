import CUDAToolchain
import KernelBench
import KernelPrompting
import LlamaRuntime
import SpeculativeDecoding

/// One run of `basic generate`, from the problem to the report.
struct GenerationRun {
  let command: Generate
  let context: ProcessContext

  struct Result {
    let isBad: Bool
  }

  func run() async throws -> Result {
    let problem = try command.problemOptions.load(context)
    let architecture = try command.hardware.architecture()
    let gpu = try command.hardware.target()
    try checkOutput()
    let view = LiveView(
      streams: command.format == .text && Console.standardOutput.isTerminal, isQuiet: command.quiet)
    defer { view.finish() }
    let pair = try await LocalPair.load(
      command.models, wantsDraft: command.speculation.speculation != .off && command.speculation.speculation != .suffix,
      context: context
    ) { view.announce($0) }
    let prompt = try PromptBuilder(form: pair.promptForm, gpu: gpu, precision: command.hardware.precision)
      .prompt(for: problem)
    let tokens = try pair.tokens(of: prompt)
    let engine = try pair.engine(context: contextSize(for: tokens, pair), limits: command.speculation.limits)
    for notice in problem.notes + engine.notices { note(notice) }

    let written = try await write(problem, prompt, tokens, engine, view)
    view.finish()
    let answer = Answer(written.text, problem: problem, prompt: prompt)
    let compile = try await compile(answer, architecture, view)
    let report = report(problem, pair, engine, written, answer, compile)
    try await keep(report, answer, prompt, problem)
    try show(report, answer)
    return Result(isBad: answer.code == nil || compile.status == .failed)
  }

  /// A context that fits the problem is faster than the largest one; it is asked for only if the model knows it.
  private func contextSize(for prompt: [Token], _ pair: LocalPair) -> Int {
    if let context = command.models.context { return context }
    let wanted = (prompt.count + command.maxTokens + 255) / 256 * 256
    return min(wanted, max(pair.target.trainedContext, 256))
  }

  private func write(
    _ problem: Problem, _ prompt: Prompt, _ tokens: [Token], _ engine: LlamaEngine, _ view: LiveView
  ) async throws -> TimedText {
    let options = SpeculativeDecoder.Options(
      mode: command.speculation.speculation, limits: command.speculation.limits, sampling: command.sampling.parameters,
      rule: command.speculation.verification)
    let trace = try command.trace.map { path in
      try TraceFile(
        path: path,
        header: TraceHeader(
          problem: problem.outputName, target: engine.targetModel.name, draft: engine.draftModel?.name,
          mode: options.mode.rawValue, seed: options.sampling.seed, promptTokens: tokens.count))
    }
    view.announce("reading the prompt (\(tokens.count) tokens)")
    let vocabulary = engine.targetModel.vocabulary
    let deadline = command.timeLimit.map { ContinuousClock.now + .nanoseconds(Int64($0 * 1e9)) }
    let pieces = PieceAssembler()
    let written = try await engine.write(
      after: tokens, maximumTokens: command.maxTokens, options: options, stopSequences: prompt.stopSequences,
      onPass: { record, text in
        trace?.append(TraceLine(record, vocabulary: vocabulary))
        view.show(record, pieces: pieces.pieces(of: record, text: text, vocabulary: vocabulary))
        return deadline.map { ContinuousClock.now < $0 } ?? true
      })
    try trace?.finish()
    let isLate = deadline.map { ContinuousClock.now >= $0 } ?? false
    return TimedText(
      written: written, hitTimeLimit: isLate && written.summary.end == .stopped,
      threads: await engine.threadCounts.target)
  }

  private func compile(
    _ answer: Answer, _ architecture: GPUArchitecture, _ view: LiveView
  ) async throws -> CompileReport {
    view.announce("compiling for \(architecture.machine)")
    defer { view.finish() }
    return try await CandidateCompiler(environment: context.environment, executable: context.executable)
      .compile(answer, architecture: architecture)
  }

  /// Finds out before the work whether its result can be kept.
  private func checkOutput() throws {
    guard let folder = command.output else { return }
    if Files.exists(folder) && !Files.isDirectory(folder) {
      throw CommandFailure(.usage, "--output \(folder) is a file; name a folder.")
    }
    try Files.makeDirectory(folder)
  }

  private func note(_ text: String) {
    guard !command.quiet else { return }
    Console.standardError.write("note: \(text)\n")
  }

  private func report(
    _ problem: Problem, _ pair: LocalPair, _ engine: LlamaEngine, _ written: TimedText, _ answer: Answer,
    _ compile: CompileReport
  ) -> GenerationReport {
    func part(_ model: LlamaModel) -> GenerationReport.ModelPart {
      .init(name: model.name, path: model.path, summary: model.summary)
    }
    let sampling = command.sampling.parameters
    return GenerationReport(
      problem: .init(
        name: problem.name, id: problem.id.map { "\($0)" }, origin: "\(problem.origin)", kind: "\(problem.kind)"),
      kernel: answer.code, text: written.text, truncated: answer.isTruncated, notes: answer.notes, compile: compile,
      decoding: .init(written, mode: command.speculation.speculation, rule: command.speculation.verification),
      sampling: .init(
        temperature: sampling.temperature, topP: sampling.topP, topK: sampling.topK, minP: sampling.minP,
        repeatPenalty: sampling.repetitionPenalty),
      seed: sampling.seed, models: .init(target: part(pair.target), draft: engine.draftModel.map(part)),
      gpu: command.hardware.gpu, precision: command.hardware.precision.rawValue, peakMemory: PeakMemory.bytes)
  }

  private func keep(_ report: GenerationReport, _ answer: Answer, _ prompt: Prompt, _ problem: Problem) async throws {
    guard let folder = command.output else { return }
    try Task.checkCancellation()
    let names = OutputNames(problem)
    if let code = answer.code { try Files.write(code, to: folder + "/" + names.kernel(answer.language)) }
    try Files.write(prompt.text, to: folder + "/" + names.prompt)
    try Files.write(report.text, to: folder + "/" + names.answer)
    try Files.write(try JSON.document(report), to: folder + "/" + names.report)
  }

  private func show(_ report: GenerationReport, _ answer: Answer) throws {
    switch command.format {
    case .json: Console.standardOutput.write(try JSON.document(report))
    case .text:
      if !Console.standardOutput.isTerminal || command.quiet, let code = answer.code {
        Console.standardOutput.write(code.hasSuffix("\n") ? code : code + "\n")
      }
    }
    if !command.quiet {
      Console.standardError.write(
        SummaryText(palette: Palette(isOn: Console.standardError.allowsColor)).text(report, output: command.output))
    }
  }
}

/// A text, and whether the clock ended it.
struct TimedText: Sendable {
  let written: WrittenText
  let hitTimeLimit: Bool
  let threads: Int
  var text: String { written.text }
}

extension GenerationReport.Decoding {
  init(_ timed: TimedText, mode: SpeculationMode, rule: VerificationRule) {
    let summary = timed.written.summary
    let times = summary.times
    let seconds = times.total / 1e3
    func share(_ part: Double) -> Double { times.total > 0 ? (part / times.total).rounded(to: 4) : 0 }
    self.init(
      mode: mode.rawValue, verification: rule.rawValue, promptTokens: timed.written.promptTokens,
      tokens: summary.tokens.count, seconds: seconds.rounded(to: 6),
      promptSeconds: (summary.promptTime / 1e3).rounded(to: 6),
      probeSeconds: (summary.probeTime / 1e3).rounded(to: 6), threads: timed.threads,
      tokensPerSecond: (seconds > 0 ? Double(summary.tokens.count) / seconds : 0).rounded(to: 2),
      passes: summary.passes, tokensPerPass: summary.tokensPerPass.rounded(to: 3),
      acceptedTokens: summary.acceptedTokens, verifiedNodes: summary.verifiedNodes,
      shares: .init(
        drafting: share(times.drafting), verifying: share(times.verifying), host: share(times.host)),
      end: timed.hitTimeLimit
        ? "time-limit" : timed.written.metStopSequence ? "stop-sequence" : summary.end.rawValue)
  }
}
