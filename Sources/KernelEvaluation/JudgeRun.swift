import CUDAToolchain
import GPUModels
import KernelVerdicts
import VirtualGPU

/// One judgement on its way: from two sources to a verdict.
///
/// The problem is first run at reduced sizes. A candidate that fails there may only be made for the problem's own sizes, so that
/// it gets further chances at larger ones, up to the problem's own where this machine can run them. On a GPU one that is right
/// goes on to the problem's own sizes as well, and is timed there.
struct JudgeRun: Sendable {
  let options: JudgeOptions
  let referenceSource: String
  let candidateSource: String
  let announce: @Sendable (String) -> Void
  let seed: UInt64
  let start: WorkerStart
  let startSeconds: Double
  /// This machine's GPU; nil for the virtual one.
  private var gpu: RealGPU? { start.tools.gpu }

  /// What the steps may need: bytes that a call reads and makes, and operations.
  static let budgets = [SizeBudget(bytes: 16e6, work: 6e7), SizeBudget(bytes: 192e6, work: 1e9)]
  /// What the problem's own sizes may need after those have failed.
  static let fullBudget = SizeBudget(bytes: 4e9, work: 3e10)
  /// The same on a GPU: there, files between processes and our comparison are what takes time.
  ///
  /// The larger one is several times what any cache holds, so that times at these sizes are those of memory.
  static let deviceBudget = SizeBudget(bytes: 32e6, work: 2e10)
  static let deviceFullBudget = SizeBudget(bytes: 512e6, work: 1e13)

  init(
    tools: EvaluationTools, options: JudgeOptions, referenceSource: String, candidateSource: String, folder: String,
    announce: @escaping @Sendable (String) -> Void
  ) async throws {
    self.options = options
    self.referenceSource = referenceSource
    self.candidateSource = candidateSource
    self.announce = announce
    seed = options.seed ?? UInt64.random(in: 0...UInt64.max)
    let clock = ContinuousClock.now
    start = try await WorkerStart.prepare(tools: tools, options: options, folder: folder, announce: announce)
    startSeconds = clock.duration(to: .now) / .seconds(1)
  }

  /// A size to try.
  struct Step {
    var values: [String: Int]
    var trials: Int
  }

  func judge() async throws -> Judgement {
    let scan = CandidateScan(candidateSource)
    if gpu == nil, let language = scan.otherLanguages.first {
      return judgement(
        .init(verdict: .unsupported, reason: "It uses \(language), which needs a GPU: the virtual GPU runs CUDA."))
    }
    announce("starting the reference and the candidate")
    let clock = ContinuousClock.now
    async let starting = startReference()
    async let loading = startCandidate(1)
    let loaded: Loaded
    do {
      loaded = try await loading
    } catch {
      try? await starting.0.process.stop()
      throw error
    }
    let reference: ReferenceSide
    let constants: [String: Int]
    do {
      (reference, constants) = try await starting
    } catch {
      await loaded.side.process.stop()
      throw error
    }
    let seconds = clock.duration(to: .now) / .seconds(1)
    do {
      let judgement = try await judge(reference, constants, loaded, startSeconds: seconds)
      await reference.process.stop()
      return judgement
    } catch {
      await reference.process.stop()
      await loaded.side.process.stop()
      throw error
    }
  }

  private func startReference() async throws -> (ReferenceSide, [String: Int]) {
    let reference = try await start.reference()
    do {
      return (reference, try await reference.open(referenceSource))
    } catch {
      await reference.process.stop()
      throw error
    }
  }

  /// A started candidate; with the fault that its import has.
  private struct Loaded: Sendable {
    var side: CandidateSide
    var fault: CandidateFault?
  }

  private func startCandidate(_ number: Int) async throws -> Loaded {
    let side = try await start.candidate(number)
    do {
      try await side.load(candidateSource)
      return Loaded(side: side)
    } catch let fault as CandidateFault {
      return Loaded(side: side, fault: fault)
    } catch {
      await side.process.stop()
      throw error
    }
  }

  // MARK: The ladder of sizes

  private func judge(
    _ reference: ReferenceSide, _ constants: [String: Int], _ first: Loaded, startSeconds: Double
  ) async throws -> Judgement {
    var loaded = first
    var evidence: [(step: Step, outcome: Attempt.Outcome)] = []
    var isOutOfReach = false
    let other: String?
    do {
      try await climb(reference, &loaded, &evidence, &isOutOfReach)
      other = try await otherSizes(reference, loaded, evidence.last)
    } catch {
      await loaded.side.process.stop()
      throw error
    }
    await loaded.side.process.stop()
    let profile = try await profile(reference, evidence.last)
    guard let last = evidence.last else {
      throw KernelEvaluationError(
        .badReference, "The problem cannot be made small enough for this machine; --full-size runs it as it is.")
    }
    var judgement = judgement(last.outcome, loaded.side)
    // What was right at smaller sizes counts as well.
    for earlier in evidence.dropLast() where earlier.outcome.verdict == .correct {
      if let correctness = earlier.outcome.correctness { judgement.correctness?.add(correctness) }
    }
    if judgement.verdict == .correct { judgement.reason = Self.praise(judgement) }
    judgement.profile = profile?.kernels
    if let note = profile?.note { judgement.notes.append(note) }
    judgement.phases.startSeconds = startSeconds + self.startSeconds
    judgement.phases.runSeconds = evidence.reduce(0) { $0 + $1.outcome.runSeconds }
    judgement.phases.referenceSeconds = evidence.reduce(0) { $0 + $1.outcome.referenceSeconds }
    let reduced = last.step.values.map { name, value in
      Judgement.Size.Reduced(name: name, full: constants[name] ?? value, used: value)
    }
    judgement.size = Judgement.Size(isFull: reduced.isEmpty, reduced: reduced.sorted { $0.name < $1.name })
    explainSizes(&judgement, evidence, constants, isOutOfReach)
    if let other {
      judgement.findings.append(.init(kind: "other-sizes", severity: .warning, message: other))
    }
    return judgement
  }

  private func climb(
    _ reference: ReferenceSide, _ loaded: inout Loaded, _ evidence: inout [(step: Step, outcome: Attempt.Outcome)],
    _ isOutOfReach: inout Bool
  ) async throws {
    var tried: Set<[String: Int]> = []
    let timed = try await timedValues(reference)
    let levels = gpu == nil ? Self.budgets.count + 1 : 2
    for level in 0..<levels {
      guard let step = try await step(level, reference, timed, evidence.last?.outcome, &isOutOfReach) else { continue }
      guard tried.insert(step.values).inserted else { continue }
      if !evidence.isEmpty { announce("trying larger sizes") }
      // A process that has failed may be in any state.
      if let last = evidence.last?.outcome, last.verdict != .correct {
        await loaded.side.process.stop()
        loaded = try await startCandidate(level + 1)
      }
      var outcome = Attempt.Outcome()
      if let fault = loaded.fault {
        outcome.fail(fault.verdict, fault.reason, details: fault.details)
        try await checkAlone(reference, step)
      } else {
        announce("running it")
        var attempt = Attempt(
          reference: reference, candidate: loaded.side, options: options, values: step.values, trials: step.trials,
          shared: start.shared, seeds: SeededGenerator(seed: seed, purpose: "level \(level)"))
        if let gpu {
          attempt.uncountedLanguages = CandidateScan(candidateSource).otherLanguages
          if options.isTimed, step.values == timed { attempt.timedOn = gpu }
        }
        outcome = try await attempt.run()
      }
      evidence.append((step, outcome))
      let isCorrect = outcome.verdict == .correct
      if isCorrect ? gpu == nil || step.values == timed : !outcome.dependsOnSize || step.values.isEmpty { return }
    }
  }

  /// The sizes at which a candidate is timed: the problem's own, or on a GPU the largest that can be handed over; nil without.
  private func timedValues(_ reference: ReferenceSide) async throws -> [String: Int]? {
    guard gpu != nil else { return nil }
    if options.isFullSize { return [:] }
    if let needs = try await reference.size(nil).needs, Self.deviceFullBudget.allows(needs) { return [:] }
    return try await reference.size(Self.deviceFullBudget).values
  }

  private func step(
    _ level: Int, _ reference: ReferenceSide, _ timed: [String: Int]?, _ last: Attempt.Outcome?,
    _ isOutOfReach: inout Bool
  ) async throws -> Step? {
    if options.isFullSize { return level == 0 ? Step(values: [:], trials: options.trials) : nil }
    if let timed {
      if level == 0 {
        let values = try await reference.size(Self.deviceBudget).values
        return Step(values: values, trials: options.trials)
      }
      return Step(values: timed, trials: min(options.trials, last?.verdict == .correct ? 2 : 3))
    }
    if level < Self.budgets.count {
      let values = try await reference.size(Self.budgets[level]).values
      return Step(values: values, trials: level == 0 ? options.trials : max(1, min(options.trials, 3)))
    }
    guard let needs = try await reference.size(nil).needs, Self.fullBudget.allows(needs) else {
      isOutOfReach = true
      return nil
    }
    return Step(values: [:], trials: max(1, min(options.trials, 2)))
  }

  /// A reference that fails by itself is not the candidate's fault, also where the candidate failed before it was needed.
  private func checkAlone(_ reference: ReferenceSide, _ step: Step) async throws {
    _ = try await reference.choose(step.values)
  }

  /// What a correct candidate does wrong at sizes near these that no block divides. The problem's own sizes are what the verdict is
  /// about, so it stays; but a kernel without a mask for the last block is worth a warning.
  ///
  /// - Returns: a sentence; nil where nothing is wrong, or the model accepts no such sizes.
  private func otherSizes(
    _ reference: ReferenceSide, _ loaded: Loaded, _ last: (step: Step, outcome: Attempt.Outcome)?
  ) async throws -> String? {
    guard let last, last.outcome.verdict == .correct, !options.isFullSize else { return nil }
    do {
      let values = try await reference.uneven(last.step.values)
      guard !values.isEmpty else { return nil }
      announce("trying sizes that no block divides")
      var attempt = Attempt(
        reference: reference, candidate: loaded.side, options: options, values: values, trials: 1,
        shared: start.shared, seeds: SeededGenerator(seed: seed, purpose: "other sizes"))
      attempt.comparesOnly = true
      attempt.uncountedLanguages = gpu == nil ? [] : CandidateScan(candidateSource).otherLanguages
      let outcome = try await attempt.run()
      guard outcome.verdict != .correct, outcome.verdict.isJudged else { return nil }
      let changed = values.filter { last.step.values[$0.key] != $0.value }.sorted { $0.key < $1.key }
      let sizes = Sentences.list(changed.prefix(4).map { "\($0.key) = \($0.value)" })
      return "At sizes that it was not asked for (\(sizes)) it is \(outcome.verdict.rawValue). \(outcome.reason)"
    } catch is KernelEvaluationError {
      // The reference may have no such sizes.
      return nil
    }
  }

  // MARK: The judgement

  private func judgement(_ outcome: Attempt.Outcome, _ side: CandidateSide? = nil) -> Judgement {
    var judgement = Judgement(
      verdict: outcome.verdict, reason: outcome.reason, device: start.tools.device.rawValue,
      gpu: gpu?.name ?? options.gpu.name)
    judgement.details = outcome.details
    judgement.correctness = outcome.correctness
    judgement.findings = outcome.faults.map {
      .init(kind: $0.kind, severity: .error, message: $0.message, count: 1)
    }
    judgement.findings += outcome.findings.map(Judgement.FoundFault.init)
    judgement.counters = outcome.kernels
    judgement.launches = outcome.launches
    judgement.speed = outcome.speed
    judgement.timing = outcome.timing
    judgement.operators = outcome.operators
    let estimates = outcome.kernels.compactMap(\.estimate?.seconds)
    if !estimates.isEmpty, estimates.count == outcome.kernels.count { judgement.estimate = estimates.reduce(0, +) }
    judgement.notes = outcome.notes
    let extensions = side?.extensions
    judgement.precisionUse =
      CandidateScan(candidateSource, sources: extensions?.sources ?? [], flags: extensions?.flags ?? []).precisionUse
    if let extensions {
      judgement.phases.buildSeconds = extensions.effort.seconds
      judgement.phases.isBuildFromCache = extensions.effort.builds > 0 && extensions.effort.fresh == 0
      if extensions.fullHeaderBuilds > 0 {
        judgement.notes.append("Its extension was built with PyTorch's own headers; the light ones did not do.")
      }
    }
    judgement.sandbox = side?.process.sandbox.rawValue ?? ""
    return judgement
  }

  private static func praise(_ judgement: Judgement) -> String {
    let sets = Sentences.count(judgement.correctness?.trials ?? 0, "set")
    return "It computes what the reference computes, over \(sets) of inputs, by kernels of its own."
  }

  /// Says at which sizes the verdict was found, and what it was at others.
  private func explainSizes(
    _ judgement: inout Judgement, _ evidence: [(step: Step, outcome: Attempt.Outcome)], _ constants: [String: Int],
    _ isOutOfReach: Bool
  ) {
    guard let first = evidence.first?.outcome, first.verdict != .correct, first.dependsOnSize else { return }
    let sizes = HardCodedSizes(constants: constants, source: candidateSource)
    let written = sizes.certain.map { "\($0.name) = \($0.value) at line \($0.line)" }
    if judgement.verdict == .correct {
      judgement.notes.append("It is made for large sizes: at smaller ones it fails. \(first.reason)")
    } else if isOutOfReach, !written.isEmpty {
      judgement.notes.append("What it does at reduced sizes: \(judgement.reason)")
      judgement.verdict = .unsupported
      judgement.reason =
        "It has the problem's sizes written into it (\(Sentences.list(written.prefix(4).map { $0 }))), and they are too large for this machine; --full-size runs them where the memory suffices."
    }
    if !written.isEmpty, judgement.verdict != .unsupported {
      judgement.notes.append(
        "It has sizes of the problem written into it: \(Sentences.list(written.prefix(4).map { $0 })).")
    }
  }
}

extension Judgement.FoundFault {
  init(_ finding: Finding) {
    self.init(
      kind: finding.kind.rawValue, severity: finding.severity, message: FindingText.sentence(finding),
      kernel: finding.kernel.isEmpty ? nil : KernelName.readable(finding.kernel),
      file: finding.location.file.isEmpty ? nil : finding.location.file,
      line: finding.location.line > 0 ? finding.location.line : nil, count: finding.count)
  }
}
