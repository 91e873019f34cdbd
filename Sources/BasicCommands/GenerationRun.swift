import CUDAToolchain
import GPUModels
import KernelBench
import KernelEvaluation
import KernelPrompting
import KernelVerdicts
import LlamaRuntime
import SpeculativeDecoding

/// One run of `basic generate`, from the problem to the report.
struct GenerationRun {
  let command: Generate
  let problem: Problem
  let context: ProcessContext

  struct Result {
    let isBad: Bool
  }

  func run() async throws -> Result {
    let output = try command.output.map(OutputFolder.init(checking:))
    let trace = try command.trace.map(TraceFile.init(checking:))
    let view = LiveView(streams: command.format == .text, isQuiet: command.quiet)
    defer { view.finish() }
    for notice in problem.notes + command.models.notices { view.note(notice) }
    let pair = try await LocalPair.load(
      command.models, wantsDraft: command.speculation.speculation != .off && command.speculation.speculation != .suffix,
      context: context, announce: { view.announce($0) }, update: { view.update($0) })
    let prompt = try PromptBuilder(
      form: pair.promptForm, gpu: gpu, precision: command.hardware.precision
    ).prompt(for: problem)
    let tokens = try pair.tokens(of: prompt)
    let engine = try pair.engine(
      context: contextSize(for: tokens, pair), limits: command.speculation.limits, remembersCosts: true)
    for notice in engine.notices + unused(prompt, pair.promptForm).notices { view.note(notice) }

    let written = try await write(prompt, tokens, engine, view, trace)
    view.finish()
    let answer = Answer(written.text, problem: problem, prompt: prompt)
    // From here on there is a text: what fails is reported after it has been shown.
    var failures: [any Error] = []
    var compile = CompileReport.notRun(because: "The compile step failed.", for: gpu)
    do {
      compile = try await self.compile(answer, view)
    } catch let error as CUDAToolchainError {
      compile.reason = error.message
      failures.append(error)
    }
    try Task.checkCancellation()
    var report = report(pair, engine, written, answer, compile)
    let (judgement, reason) = try await judge(answer, compile, view)
    report.judgement = .init(judgement)
    if let reason { report.notes.append(reason) }
    do { try keep(report, answer, prompt, in: output) } catch { failures.append(error) }
    do { try show(report, answer, view, isKept: failures.isEmpty) } catch { failures.append(error) }
    if let failure = trace?.failure { failures.append(failure) }
    if let failure = failures.first { throw failure }
    let isJudgedBad = judgement.map { $0.verdict.isJudged && $0.verdict != .correct } ?? false
    return Result(isBad: answer.code == nil || compile.status == .failed || isJudgedBad)
  }

  private func unused(_ prompt: Prompt, _ form: PromptForm) -> UnusedOptions {
    var isConversation = false
    if case .messages = prompt.content { isConversation = true }
    return UnusedOptions(
      models: command.models, speculation: command.speculation, temperature: command.sampling.temperature,
      precision: command.hardware.precision, form: form, isConversation: isConversation)
  }

  /// A context that fits the problem is faster than the largest one; it is asked for only if the model knows it.
  private func contextSize(for prompt: [Token], _ pair: LocalPair) throws -> Int {
    let wanted = (prompt.count + command.maxTokens + 255) / 256 * 256
    let size = command.models.context ?? min(wanted, max(pair.target.trainedContext, 256))
    guard prompt.count < size else {
      throw CommandFailure(
        .usage,
        "The prompt has \(prompt.count) tokens, and the context holds \(size). "
          + (command.models.context == nil
            ? "That is all that \(pair.target.name) was trained for: take a shorter problem or another --model."
            : "Ask for a larger one with --context, or leave it out."))
    }
    return size
  }

  private func write(
    _ prompt: Prompt, _ tokens: [Token], _ engine: LlamaEngine, _ view: LiveView, _ trace: TraceFile?
  ) async throws -> TimedText {
    var options = SpeculativeDecoder.Options(
      mode: command.speculation.speculation, limits: command.speculation.limits, sampling: command.sampling.parameters,
      rule: command.speculation.verification)
    if !command.corpus.noCorpus, options.mode.draftsRepetitions(hasDraftModel: engine.draftModel != nil),
      let location = try? StoreLocation(option: nil, settings: Settings.load(context))
    {
      options.corpus = await WrittenBefore.corpus(
        at: location, problems: [OpenRun.id(of: problem)], for: engine.targetModel.vocabulary)
    }
    trace?.begin(
      TraceHeader(
        problem: problem.outputName, target: engine.targetModel.name, draft: engine.draftModel?.name,
        mode: options.mode.rawValue, seed: options.sampling.seed, promptTokens: tokens.count))
    view.announce("reading the prompt (\(tokens.count) tokens)")
    let vocabulary = engine.targetModel.vocabulary
    let deadline = command.timeLimit.map { ContinuousClock.now + .seconds($0) }
    let written = try await engine.write(
      after: tokens, maximumTokens: command.maxTokens, options: options, stopSequences: prompt.stopSequences,
      onRead: { read, all in view.update("reading the prompt (\(read) of \(all) tokens)") },
      onPass: { record, text in
        if record.index == 0, !view.streams { view.announce("writing") }
        trace?.append(TraceLine(record, vocabulary: vocabulary))
        view.show(record, pieces: TextPiece.pieces(of: record, text: text, vocabulary: vocabulary))
        return deadline.map { ContinuousClock.now < $0 } ?? true
      })
    view.show(rest: written.rest)
    let isLate = deadline.map { ContinuousClock.now >= $0 } ?? false
    return TimedText(
      written: written, hitTimeLimit: isLate && written.summary.end == .stopped && !written.metStopSequence,
      threads: await engine.threadCounts.target)
  }

  private var gpu: GPUModel { command.hardware.gpu }

  private func compile(_ answer: Answer, _ view: LiveView) async throws -> CompileReport {
    view.announce("compiling for \(gpu.machine)")
    defer { view.finish() }
    return try await CandidateCompiler(environment: context.environment, executable: context.executable)
      .compile(answer, for: gpu)
  }

  /// The verdict on what was written; nil where there is none, with the reason.
  private func judge(_ answer: Answer, _ compile: CompileReport, _ view: LiveView) async throws -> (Judgement?, String?)
  {
    guard !command.skipsCheck, let code = answer.code, compile.status == .ok else { return (nil, nil) }
    defer { view.finish() }
    view.announce("judging it")
    let options = JudgeOptions(
      gpu: gpu, precision: .init(command.hardware.precision))
    do {
      switch answer.language {
      case .python:
        return (try await Judging.judge(problem.source, code, options, context) { view.update($0) }, nil)
      case .cuda:
        return (try await Judging.judge(program: code, options, context) { view.update($0) }, nil)
      }
    } catch let error as CommandFailure {
      return (nil, "There is no verdict. \(error.message ?? "")")
    }
  }

  private func report(
    _ pair: LocalPair, _ engine: LlamaEngine, _ written: TimedText, _ answer: Answer,
    _ compile: CompileReport
  ) -> GenerationReport {
    func part(_ model: LlamaModel) -> GenerationReport.ModelPart {
      .init(name: model.name, path: model.path, summary: model.summary)
    }
    let sampling = command.sampling.parameters
    return GenerationReport(
      problem: .init(
        name: problem.name, id: .init(problem.id.map { "\($0)" }), origin: problem.origin.text,
        kind: problem.kind == .module ? "module" : "plain-prompt"),
      kernel: .init(answer.code), text: written.text, truncated: answer.isTruncated, notes: answer.notes,
      compile: compile,
      decoding: .init(written, mode: command.speculation.speculation, rule: command.speculation.verification),
      sampling: .init(
        temperature: sampling.temperature, topP: sampling.topP, topK: sampling.topK, minP: sampling.minP,
        repeatPenalty: sampling.repetitionPenalty),
      seed: sampling.seed, models: .init(target: part(pair.target), draft: .init(engine.draftModel.map(part))),
      gpu: gpu.name, precision: command.hardware.precision.rawValue, peakMemory: PeakMemory.bytes)
  }

  private func keep(
    _ report: GenerationReport, _ answer: Answer, _ prompt: Prompt, in output: OutputFolder?
  ) throws {
    guard let output else { return }
    let names = OutputNames(problem)
    var files = [(names.prompt, prompt.text), (names.answer, report.text), (names.report, try JSON.document(report))]
    if let code = answer.code { files.insert((names.kernel(answer.language), code), at: 0) }
    // The kernel of an earlier run would look like this answer's.
    try output.keep(files, removing: [names.kernel(.cuda), names.kernel(.python)])
  }

  private func show(_ report: GenerationReport, _ answer: Answer, _ view: LiveView, isKept: Bool) throws {
    switch command.format {
    case .json: try Console.standardOutput.deliver(try JSON.document(report))
    case .text:
      if !view.streams, let code = answer.code {
        try Console.standardOutput.deliver(code.hasSuffix("\n") ? code : code + "\n")
      }
    }
    guard !command.quiet else { return }
    let summary = SummaryText(
      palette: Console.standardError.palette,
      width: Console.standardError.isTerminal ? Console.standardError.width : nil)
    // An empty line parts it from the text that stands above it.
    let text = summary.text(report, output: isKept ? command.output : nil)
    Console.standardError.write(view.streams ? "\n" + text : text)
  }
}

extension Problem.Origin {
  /// As the command line has it.
  fileprivate var text: String {
    switch self {
    case .file(let path): path
    case .standardInput: "-"
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
