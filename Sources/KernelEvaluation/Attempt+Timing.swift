import GPUModels
import KernelVerdicts

extension Attempt {
  /// Sets of inputs: a call never sees the values of the last one.
  private static let setCount = 3
  /// Rounds before those that count: PyTorch's choices of algorithms, lazily loaded kernels, clocks that rise.
  private static let warmUpCount = 5
  /// The last of these, whose calls nothing covers.
  private static let plainCount = 3
  /// Rounds that count, at most.
  private static let roundCount = 60
  /// Rounds after which patience counts: some may turn out to be spoilt.
  private static let leastRoundCount = 20
  /// Calls whose outputs are compared, beside the last one.
  private static let watchedCount = 2
  /// How long the rounds that count may take together, once there are enough for a verdict.
  private static let patience = Duration.seconds(6)

  /// Times a candidate that is correct, in turn with the reference as it is and the reference compiled.
  ///
  /// No call sees values that another one has seen, so that results which are kept for later are of no use. Which calls' outputs are
  /// compared is drawn beforehand and told to nobody. The last call's always are, so that one who computes properly only as long as
  /// he is being watched has to go on.
  func time(on gpu: RealGPU, _ tolerance: Tolerance, _ outcome: inout Outcome, _ generator: inout SeededGenerator)
    async throws
  {
    let start = ContinuousClock.now
    let sets = try await timedSets(&generator)
    let reason = try await reference.prepareTiming(sets.map(\.inputs))
    outcome.referenceSeconds += start.duration(to: .now) / .seconds(1)
    if let reason {
      outcome.notes.append("torch.compile does not do for the reference: \(Sentences.firstLine(reason))")
    }
    try await candidate.prepareTiming(sets.map(\.inputs))

    let made = try await GPULock.whileHeld {
      try await timedRounds(sets, isCompiled: reason == nil, &outcome, &generator)
    }
    guard let made else { return }
    var last: Trial?
    for call in made.watched {
      guard let trial = try await checkTimed(call, tolerance, &outcome) else { return }
      last = trial
    }
    guard let last else { throw WorkerAnswerError("no timed call was watched") }
    judge(made.rounds, on: gpu, last, &outcome, seed: generator.next())
  }

  private struct TimedSet {
    var seed: UInt64
    var inputs: ValueTree
  }

  /// A call whose outputs are to be compared.
  private struct WatchedCall {
    var number: Int
    var inputs: TimedCall.Inputs
    var outputs: (outputs: ValueTree, flaws: [String], changes: ProcessChanges)
  }

  /// - Returns: nil where the outcome is now a failure.
  private func timedRounds(
    _ sets: [TimedSet], isCompiled: Bool, _ outcome: inout Outcome, _ generator: inout SeededGenerator
  ) async throws -> (rounds: [PairedTiming.Round], watched: [WatchedCall])? {
    var rounds: [PairedTiming.Round] = []
    var calls: [WatchedCall] = []
    var tails: [Double] = []
    var start = ContinuousClock.now
    var number = 0
    let watched = Set(
      (0..<Self.watchedCount).map { _ in
        Int.random(in: 0..<Self.warmUpCount + Self.leastRoundCount, using: &generator)
      })
    while rounds.count < Self.roundCount {
      let set = Int.random(in: 0..<sets.count, using: &generator)
      let inputs = TimedCall.Inputs(set: set, seed: sets[set].seed, variation: generator.next())
      let isWarmUp = number < Self.warmUpCount
      let isCovered = !isWarmUp || number < Self.warmUpCount - Self.plainCount
      let made = try await round(
        inputs, isCompiled: isCompiled, cover: isCovered ? TimedCall.cover : 0, &generator)
      if isWarmUp {
        start = .now
        if !isCovered { tails.append(made.candidate.tail) }
      } else {
        rounds.append(made.round)
      }
      if let sentence = difference(made.candidate, outcome) {
        outcome.fail(.rejected, sentence)
        return nil
      }
      let isLast =
        rounds.count == Self.roundCount
        || (rounds.count >= Self.leastRoundCount && start.duration(to: .now) > Self.patience)
      if isLast || watched.contains(number) {
        let outputs = try await candidate.timedOutputs(prefix: "timed-\(number)")
        calls.append(WatchedCall(number: number, inputs: inputs, outputs: outputs))
      }
      if isLast { break }
      number += 1
    }
    let tail = PairedTiming.median(tails)
    if tail > TimedCall.ordinaryTail {
      outcome.fail(
        .rejected,
        "Its work goes on for \(ClockAgreement.microseconds(tail)) after the caller's stream has come to its end: it is on a stream that nobody is told to wait for."
      )
      return nil
    }
    return (rounds, calls)
  }

  /// What a timed call does that the same call did not do while it was checked.
  private func difference(_ call: TimedCall, _ outcome: Outcome) -> String? {
    if call.persisting > 0 {
      return "It sets level 2 cache aside for itself, so that what one call read is still there in the next."
    }
    if call.launches == 0, outcome.launches != 0, uncountedLanguages.isEmpty {
      return "No kernel of its own runs where it is timed."
    }
    let others = call.operators.filter { $0.value > outcome.operators[$0.key, default: 0] }.keys.sorted()
    guard !others.isEmpty else { return nil }
    return
      "Where it is timed PyTorch computes what it did not compute while it was checked (\(Sentences.list(others.prefix(5).map { $0 })))."
  }

  private func judge(
    _ rounds: [PairedTiming.Round], on gpu: RealGPU, _ trial: Trial, _ outcome: inout Outcome, seed: UInt64
  ) {
    do throws(TimingError) {
      let timing = try PairedTiming(rounds: rounds, seed: seed)
      var floor = 0.0
      if let model = gpu.model {
        let roofline = Roofline(gpu: model)
        let work = Self.leastWork(trial)
        floor = roofline.leastTime(for: work)
        try roofline.check(seconds: timing.candidateTime, for: work)
      }
      outcome.speed = timing.speed
      outcome.timing = Judgement.Timing(
        candidate: timing.candidateTime, eager: timing.eagerTime, compiled: timing.compiledTime, ratio: timing.ratio,
        interval: [timing.interval.lowerBound, timing.interval.upperBound], pairs: timing.roundCount, floor: floor)
    } catch {
      outcome.notes.append("Its time is not believed. \(error.message)")
    }
  }

  /// What any kernel has to read and write. Integers may be indices, which choose what is read: then nothing is sure to be.
  private static func leastWork(_ trial: Trial) -> Roofline.Work {
    let inputs = trial.inputs.tensors
    let read = inputs.allSatisfy(\.isFloating) ? inputs.reduce(0) { $0 + $1.byteCount } : 0
    let written = trial.expectation.own.tensors.reduce(0) { $0 + $1.byteCount }
    return Roofline.Work(bytesRead: read, bytesWritten: written)
  }

  private func timedSets(_ generator: inout SeededGenerator) async throws -> [TimedSet] {
    var sets: [TimedSet] = []
    for number in 0..<Self.setCount {
      let seed = generator.next()
      let supply = InputSupply(kind: .own, seed: seed, folder: shared)
      sets.append(
        TimedSet(
          seed: seed, inputs: try await reference.inputs(seed: seed, prefix: "timed-\(number)", supply: supply)))
    }
    return sets
  }

  private struct RoundCalls {
    var candidate: TimedCall
    var eager: TimedCall
    var compiled: TimedCall?

    var round: PairedTiming.Round {
      let cover = eager.cover
      return .init(
        candidate: candidate.sample(cover: cover), eager: eager.sample(cover: cover),
        compiled: compiled?.sample(cover: cover))
    }
  }

  /// The calls of one round, in an order that is drawn: whoever comes after another one may find the GPU warmer.
  private func round(
    _ inputs: TimedCall.Inputs, isCompiled: Bool, cover: Double, _ generator: inout SeededGenerator
  ) async throws -> RoundCalls {
    var calls: [Int: TimedCall] = [:]
    for which in (isCompiled ? [0, 1, 2] : [0, 1]).shuffled(using: &generator) {
      calls[which] =
        which == 0
        ? try await candidate.time(inputs, cover: cover, isRecorded: cover == 0)
        : try await reference.time(inputs, isCompiled: which == 2, cover: cover)
    }
    guard let first = calls[0], let second = calls[1] else { throw WorkerAnswerError("a round has no times") }
    return RoundCalls(candidate: first, eager: second, compiled: calls[2])
  }

  /// - Returns: what the reference makes of the call's inputs; nil where the outcome is now a failure.
  private func checkTimed(
    _ call: WatchedCall, _ tolerance: Tolerance, _ outcome: inout Outcome
  ) async throws -> Trial? {
    let (number, made, seed) = (call.number, call.outputs, call.inputs.seed)
    if let sentence = tampering(made.changes, isFirst: true) {
      outcome.fail(.rejected, sentence)
      return nil
    }
    if let flaw = made.flaws.first {
      outcome.fail(.incorrect, "Of a timed call's outputs \(flaw).")
      return nil
    }
    let inputs = try await reference.timedInputs(call.inputs, prefix: "timed-inputs-\(number)")
    let expectation = try await reference.expect(
      inputs, seed: seed, prefix: "expected-timed-\(number)", isRepeated: false)
    let trial = Trial(number: number, kind: .own, seed: seed, inputs: inputs, expectation: expectation)
    let (fault, _, _) = try trial.compare(made.outputs, in: candidate.folder, tolerance: tolerance)
    guard let fault else { return trial }
    outcome.correctness?.mismatch = fault.mismatch
    outcome.fail(
      .incorrect,
      "It was right while it was checked, and is not while it is timed (call \(number + 1)). \(fault.reason)")
    outcome.faults.append(("wrong-output", outcome.reason))
    return nil
  }
}

extension ValueTree.Tensor {
  /// Bytes of its elements.
  var byteCount: Int { count * (ElementType(torchName: type)?.byteCount ?? 0) }
  /// Whether they are floating-point numbers.
  var isFloating: Bool { ElementType(torchName: type)?.isFloating == true }
}
