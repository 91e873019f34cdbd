import KernelVerdicts

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Attempt {
  /// Makes the candidate's model with the reference's weights.
  ///
  /// - Returns: false where the outcome says what is wrong.
  func construct(
    _ arguments: (arguments: ValueTree, names: ValueTree), _ weights: ReferenceWeights, seed: UInt64,
    _ outcome: inout Outcome
  ) async throws -> Bool {
    let made = try await candidate.construct(arguments, weights, seed: seed)
    switch made.fit {
    case .names:
      if !made.unexpected.isEmpty {
        outcome.notes.append(
          "It has parameters that the reference does not have: \(Self.some(made.unexpected)).")
      }
      return true
    case .order:
      outcome.notes.append(
        "Its parameters have other names than the reference's; they were given values by shape, first value and order: "
          + Self.some(made.unexpected) + ".")
      return true
    case .none: return try await pair(made, weights, seed: seed, &outcome)
    }
  }

  /// What KernelBench does for all models: both are made after the same seed, and have to draw the same numbers. But what no number is
  /// drawn for would be ones and zeros in both, and leaving it out would not show. So what the reference has of that kind has to be
  /// found in the candidate, and gets other values in both.
  private func pair(
    _ made: CandidateWeights, _ weights: ReferenceWeights, seed: UInt64, _ outcome: inout Outcome
  ) async throws -> Bool {
    let lacking = Set(made.missing + made.shapes)
    let constants = weights.constants.filter { lacking.contains($0.name) }
    let others = weights.state.filter { weight in
      lacking.contains(weight.name) && !constants.contains { $0.name == weight.name }
    }
    var drawn = others.filter(\.isParameter)
    var pairing = WeightPairing(constants, made.constants)
    var idle: [String] = []
    if !drawn.isEmpty, made.spareElements == 0 {
      // It has nothing that could hold them. They may belong to layers that nobody calls.
      let absent = drawn.map(\.name)
      guard try await timed(&outcome.referenceSeconds, { try await areIdle(absent, weights, seed: seed) }) else {
        leavesOut(absent + constants.map(\.name), &outcome)
        return false
      }
      idle = absent
      drawn = []
    }
    if !pairing.left.isEmpty {
      idle += try await timed(&outcome.referenceSeconds) { try await withoutEffect(constants.map(\.name), seed: seed) }
      pairing = WeightPairing(constants.filter { !idle.contains($0.name) }, made.constants)
    }
    let left = pairing.left.map(\.name)
    if !left.isEmpty {
      // What is neither paired nor needed for numbers that are drawn may hold them in another form.
      let paired = pairing.groups.flatMap(\.candidate)
      let pairedElements = made.constants.filter { paired.contains($0.name) }.reduce(0) { $0 + $1.count }
      let drawnElements = drawn.reduce(0) { $0 + $1.tensor.count }
      let wanted = pairing.left.reduce(0) { $0 + $1.count }
      if made.spareElements - pairedElements - drawnElements < wanted {
        leavesOut(left, &outcome)
      } else {
        outcome.fail(
          .unsupported,
          "Whether it has \(Self.some(left)) of the reference's cannot be told: nothing of its own has as many elements and the same first value, so that the two cannot be given the same other values. Its parameters would have to be named and shaped as the reference's are."
        )
      }
      return false
    }
    let final = try await reference.model(
      seed: seed, kept: idle, alike: pairing.groups.map(\.reference),
      uniform: pairing.groups.filter(\.isUniform).flatMap(\.reference))
    let state = Dictionary(final.state.map { ($0.name, $0.tensor) }) { first, _ in first }
    var values: [(name: String, tensor: ValueTree.Tensor)] = []
    for group in pairing.groups {
      for (ours, theirs) in zip(group.reference, group.candidate) {
        if let tensor = state[ours] { values.append((theirs, tensor)) }
      }
    }
    if !values.isEmpty { try await candidate.fill(values) }
    let tables = others.filter { !$0.isParameter }.map(\.name)
    if !tables.isEmpty {
      // A mask, a table of positions: values that say something, which the reference keeps.
      outcome.notes.append("It has no buffer \(Self.some(tables)), and has to know what is in it.")
    }
    if !drawn.isEmpty {
      outcome.notes.append(
        "Its parameters do not fit the reference's (\(Self.some(drawn.map(\.name)))), so both models were made after the same seed and have to draw the same numbers."
      )
    }
    if !values.isEmpty {
      outcome.notes.append(
        "Of its own parameters these have the same first value and as many elements as the reference's, and were given the same values: \(Self.some(values.map(\.name)))."
          + (pairing.groups.contains { $0.reference.count > 1 }
            ? " Of those that are alike, one in another's place would not show." : ""))
    }
    if !idle.isEmpty {
      outcome.notes.append("It needs no \(Self.some(idle)), on which the reference's output does not depend.")
    }
    return true
  }

  /// Whether the reference's output does not depend on any of these, which are drawn.
  ///
  /// All other drawn ones have other values than a fresh model has, so that no gate that starts closed hides what is behind it.
  private func areIdle(_ names: [String], _ weights: ReferenceWeights, seed: UInt64) async throws -> Bool {
    let all = weights.state.filter { weight in
      weight.isParameter && !weights.constants.contains { $0.name == weight.name }
    }.map(\.name)
    do {
      let inputs = try await weighingInputs(seed)
      let one = try await outputs(inputs, as: "all", seed: seed, changed: all)
      let other = try await outputs(inputs, as: "some", seed: seed, changed: all.filter { !names.contains($0) })
      return try Self.areAlike(one, other)
    } catch let error as KernelEvaluationError where error.isReferencesOwn {
      // It does not take any values: then they matter to it.
      try Task.checkCancellation()
      return false
    }
  }

  /// Those of the reference's weights with one value in a fresh model on whose values its output does not depend: statistics in training,
  /// as a rule.
  ///
  /// Of a kind, which is the last part of the name, all are tried together, then halves, of few kinds each alone.
  private func withoutEffect(_ names: [String], seed: UInt64) async throws -> [String] {
    let inputs = try await weighingInputs(seed)
    let all = try await outputs(inputs, as: "all", seed: seed)
    var waiting = Dictionary(grouping: names) { $0.split(separator: ".").last ?? "" }.values.map { $0 }
    var found: Set<String> = []
    while let group = waiting.popLast() {
      if try Self.areAlike(all, try await outputs(inputs, as: "some", seed: seed, kept: group)) {
        found.formUnion(group)
      } else if group.count > 1, group.count <= Self.mostWeighed {
        waiting += [Array(group[..<(group.count / 2)]), Array(group[(group.count / 2)...])]
      }
    }
    return names.filter(found.contains)
  }

  /// Inputs that outputs are compared on.
  private func weighingInputs(_ seed: UInt64) async throws -> [ValueTree] {
    var inputs: [ValueTree] = []
    for kind in [InputKind.own, .heavyTailed] {
      let supply = InputSupply(kind: kind, seed: seed, folder: shared)
      do {
        inputs.append(try await reference.inputs(seed: seed, prefix: "weighed-\(kind)", supply: supply))
      } catch {
        try Task.checkCancellation()
        if kind == .own { throw error }
      }
    }
    return inputs
  }

  /// What the reference makes of inputs with some weights; nil where it refuses inputs that are not its own.
  private func outputs(
    _ inputs: [ValueTree], as name: String, seed: UInt64, kept: [String] = [], changed: [String] = []
  ) async throws -> [ValueTree?] {
    let weights = try await reference.model(seed: seed, kept: kept, changed: changed)
    // Nobody needs them, and there may be many models.
    for weight in weights.state { try? FileManager.default.removeItem(atPath: weight.tensor.file) }
    var outputs: [ValueTree?] = []
    for (number, inputs) in inputs.enumerated() {
      do {
        let made = try await reference.expect(
          inputs, seed: seed, prefix: "weighed-\(name)-\(number)", isRepeated: false)
        outputs.append(made.exact ?? made.own)
      } catch {
        try Task.checkCancellation()
        if number == 0 { throw error }
        outputs.append(nil)
      }
    }
    return outputs
  }

  private static func areAlike(_ some: [ValueTree?], _ others: [ValueTree?]) throws -> Bool {
    try zip(some, others).allSatisfy { one, other in
      guard let one, let other else { return one == nil && other == nil }
      return try Trial.areAlike(one, other)
    }
  }

  /// The largest group of weights of which it is found out which have an effect: two runs of the reference for each.
  private static let mostWeighed = 32

  private func leavesOut(_ names: [String], _ outcome: inout Outcome) {
    outcome.fail(
      .incorrect,
      "It leaves out \(Sentences.count(names.count, "parameter")) of the reference's: \(Self.some(names)).")
    outcome.faults.append(("missing-parameters", outcome.reason))
  }

  private static func some(_ names: [String]) -> String { Sentences.list(names.prefix(4).map { $0 }) }
}
