import KernelVerdicts
import VirtualGPU

/// A candidate held against the reference at one size of the problem.
struct Attempt: Sendable {
  let reference: ReferenceSide
  let candidate: CandidateSide
  let options: JudgeOptions
  /// The problem's constants where they are not its own.
  let values: [String: Int]
  /// How many inputs are tried.
  let trials: Int
  /// Where inputs are written.
  let shared: String
  var seeds: SeededGenerator
  /// The GPU that a correct candidate is timed on; nil where it is not timed.
  var timedOn: RealGPU?
  /// Whether only outputs are compared: whose work it is, was found out at another size.
  var comparesOnly = false
  /// Languages whose kernels are launched past what counts launches.
  var uncountedLanguages: [String] = []

  /// What memory that nobody wrote is filled with, trial by trial: NaN in floats, small and large numbers, zeros.
  static let poisons: [UInt32?] = [nil, 0x42F6_E979, 0x7FC0_0000, 0x0000_0000, 0xC47A_0000]

  /// What came of it.
  struct Outcome: Sendable {
    var verdict = Verdict.correct
    var reason = ""
    var details: String?
    var dependsOnSize = false
    var correctness: Judgement.Correctness?
    var findings: [Finding] = []
    var kernels: [KernelRun] = []
    var launches: Int?
    var speed = Judgement.Speed.notTimed
    var timing: Judgement.Timing?
    var operators: [String: Int] = [:]
    var notes: [String] = []
    var runSeconds = 0.0
    var referenceSeconds = 0.0
    /// Sentences of faults that are no findings of the virtual GPU's.
    var faults: [(kind: String, message: String)] = []

    mutating func fail(_ verdict: Verdict, _ reason: String, dependsOnSize: Bool = false, details: String? = nil) {
      self.verdict = verdict
      self.reason = reason
      self.dependsOnSize = dependsOnSize
      self.details = details
    }

    mutating func add(_ findings: [Finding]) {
      for finding in findings {
        let known = self.findings.firstIndex {
          $0.kind == finding.kind && $0.kernel == finding.kernel && $0.location == finding.location
        }
        if let known {
          self.findings[known].count += finding.count
        } else {
          self.findings.append(finding)
        }
      }
    }
  }

  /// Judges at this size.
  ///
  /// - Throws: ``KernelEvaluationError`` where the reference is at fault, or we are; `CancellationError`.
  func run() async throws -> Outcome {
    var outcome = Outcome()
    var seeds = seeds
    do {
      let start = ContinuousClock.now
      let weightSeed = seeds.next()
      let arguments = try await reference.choose(values)
      let weights = try await reference.model(seed: weightSeed)
      outcome.referenceSeconds += start.duration(to: .now) / .seconds(1)
      if try await !construct(arguments, weights, seed: weightSeed, &outcome) { return outcome }
      try await runTrials(&outcome, &seeds)
    } catch let fault as CandidateFault {
      record(fault, candidate.report(), &outcome)
    } catch let error as WorkerAnswerError {
      outcome.fail(.runtimeError, "Its process does not answer as it should: \(error.message).")
    } catch let error as TensorError {
      outcome.fail(.runtimeError, "Its outputs cannot be read: \(error.description)")
    }
    return outcome
  }

  // MARK: Trials

  private func plan(_ number: Int) -> InputKind { [.own, .shifted, .heavyTailed, .own, .special][number % 5] }

  private func prepare(_ number: Int, _ seed: UInt64) async throws -> Trial {
    func trial(_ kind: InputKind) async throws -> Trial {
      let supply = InputSupply(kind: kind, seed: seed, folder: shared)
      let inputs = try await reference.inputs(seed: seed, prefix: "inputs-\(number)-\(kind)", supply: supply)
      let expectation = try await reference.expect(
        inputs, seed: seed, prefix: "expected-\(number)-\(kind)", isRepeated: number == 0)
      return Trial(number: number, kind: kind, seed: seed, inputs: inputs, expectation: expectation)
    }
    let kind = plan(number)
    guard kind != .own else { return try await trial(.own) }
    // Where the operation is not defined for such values, or the model refuses them, they say nothing.
    guard let made = try? await trial(kind) else {
      try Task.checkCancellation()
      return try await trial(.own)
    }
    if kind == .special { return made }
    return try Trial.isFinite(made.expectation.exact ?? made.expectation.own) ? made : try await trial(.own)
  }

  private func runTrials(_ outcome: inout Outcome, _ seeds: inout SeededGenerator) async throws {
    let tolerance = Tolerance(precision: options.precision.elementType)
    let trialSeeds = (0..<trials).map { _ in seeds.next() }
    var correctness = Judgement.Correctness(
      trials: 0, passed: 0, maxAbsoluteError: 0, maxRelativeError: 0, tolerance: tolerance.relative, distributions: [])
    var first: (trial: Trial, outputs: ValueTree)?
    var known: [ValueTree] = []
    var prepared = try await timed(&outcome.referenceSeconds) { try await prepare(0, trialSeeds[0]) }
    try ReferenceFaults.check(prepared, tolerance, folder: reference.folder)
    for number in 0..<trials {
      let isLast = number + 1 == trials
      let nextSeed = isLast ? 0 : trialSeeds[number + 1]
      async let following = isLast ? nil : prepare(number + 1, nextSeed)
      let trial = prepared
      if trial.kind != .special { known.append(trial.expectation.exact ?? trial.expectation.own) }
      if trial.kind != .special {
        correctness.trials += 1
        correctness.distributions.append(trial.kind.rawValue)
      }
      var fault: CandidateFault?
      do {
        let outputs = try await evaluate(trial, tolerance, &correctness, &outcome)
        if number == 0 { first = (trial, outputs) }
      } catch let error as CandidateFault {
        fault = error
      }
      outcome.correctness = correctness
      // The reference's process is not to be interrupted: another size may need it.
      let next = try await following
      if let fault { throw fault }
      if outcome.verdict != .correct { return }
      if let next { prepared = next }
    }
    if comparesOnly { return }
    try ReferenceFaults.checkSensitivity(known)
    guard let first else { return }
    try await replaySchedules(first.trial, first.outputs, tolerance, &outcome)
    guard outcome.verdict == .correct else { return }
    try await replayGhost(first.trial, tolerance, &outcome)
    guard outcome.verdict == .correct, let timedOn else { return }
    try await time(on: timedOn, tolerance, &outcome, &seeds)
  }

  func timed<Result>(_ seconds: inout Double, _ body: () async throws -> Result) async rethrows -> Result {
    let start = ContinuousClock.now
    defer { seconds += start.duration(to: .now) / .seconds(1) }
    return try await body()
  }

  /// Runs the candidate on a trial's inputs and says in the outcome what is wrong.
  private func evaluate(
    _ trial: Trial, _ tolerance: Tolerance, _ correctness: inout Judgement.Correctness, _ outcome: inout Outcome
  ) async throws -> ValueTree {
    var call = CallOptions()
    call.schedule = trial.number == 0 ? 0 : trial.seed
    call.poison = Self.poisons[trial.number % Self.poisons.count]
    call.sizes = trial.expectation.own.tensors.map(\.byteCount)
    call.isRecorded = trial.number == 0
    call.reusesMemory = trial.number % 2 == 1
    call.wantsInputs = !trial.expectation.changesInputs
    let made = try await timed(&outcome.runSeconds) {
      try await candidate.run(trial.inputs, seed: trial.seed, prefix: "outputs-\(trial.number)", call)
    }
    outcome.add(made.report.findings)
    if trial.number == 0 {
      outcome.kernels = made.report.kernels
      outcome.launches = made.launches
      outcome.operators = made.operators
    }
    if let fault = trouble(made.report) {
      record(fault, made.report, &outcome)
      return made.outputs
    }
    if made.launches == 0, uncountedLanguages.isEmpty {
      record(noKernel(), made.report, &outcome)
      return made.outputs
    }
    if let sentence = tampering(made.changes, isFirst: trial.number == 0) {
      outcome.fail(.rejected, sentence)
      return made.outputs
    }
    if !made.changes.settings.isEmpty, trial.number == 0 {
      outcome.notes.append(
        "It changes settings of PyTorch's for the whole process (\(Sentences.list(made.changes.settings))); the reference runs in another one."
      )
    }
    if let flaw = made.flaws.first {
      outcome.fail(.incorrect, "Of its outputs \(flaw).")
      outcome.faults.append(("wrong-output", flaw))
      return made.outputs
    }
    let (fault, absolute, relative) = try trial.compare(made.outputs, in: candidate.folder, tolerance: tolerance)
    if trial.kind == .special {
      // What an operation does with NaN is seldom agreed on: a difference is worth saying and no error.
      correctness.matchesSpecialValues = fault == nil
      if let fault {
        outcome.notes.append("With NaN, infinities and other special values in the inputs it differs: \(fault.reason)")
      }
    } else {
      correctness.maxAbsoluteError = max(correctness.maxAbsoluteError, absolute)
      correctness.maxRelativeError = max(correctness.maxRelativeError, relative)
      if let fault {
        fail(fault, trial, &correctness, &outcome)
        return made.outputs
      }
    }
    if let after = made.inputsAfter, try !Trial.areEqual(after, trial.inputs) {
      outcome.fail(.incorrect, "It changes its inputs, which the reference does not.")
      outcome.faults.append(("changed-input", outcome.reason))
      return made.outputs
    }
    if trial.kind != .special { correctness.passed += 1 }
    return made.outputs
  }

  private func fail(
    _ fault: OutputFault, _ trial: Trial, _ correctness: inout Judgement.Correctness, _ outcome: inout Outcome
  ) {
    correctness.mismatch = fault.mismatch
    let inputs = trial.kind == .own ? "" : " (inputs: \(trial.kind.rawValue))"
    let cause = outcome.findings.first { $0.kind == .uninitializedRead || $0.kind == .race }
    let hint = fault.mismatch == nil ? "" : cause.map { " It may come of this: \(FindingText.sentence($0))" } ?? ""
    outcome.fail(.incorrect, fault.reason + inputs + hint, dependsOnSize: true)
    outcome.faults.append(("wrong-output", fault.reason))
  }
}
