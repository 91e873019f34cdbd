/// What makes a reference useless: nothing could be told by comparing with it.
enum ReferenceFaults {
  /// What is wrong with a reference by itself.
  ///
  /// - Parameter folder: the reference's own.
  static func check(_ trial: Trial, _ tolerance: Tolerance, folder: String) throws {
    guard !trial.expectation.own.tensors.isEmpty else {
      throw KernelEvaluationError(.badReference, "The reference returns no tensor, so there is nothing to compare.")
    }
    guard let again = trial.expectation.again else { return }
    let twice = Trial(
      number: 0, kind: trial.kind, seed: trial.seed, inputs: trial.inputs,
      expectation: Expectation(own: trial.expectation.own, operators: [:], changesInputs: false))
    if let fault = try twice.compare(again, in: folder, tolerance: tolerance).fault {
      throw KernelEvaluationError(
        .badReference,
        "The reference's outputs are random: the same inputs give others the second time, so nothing can be compared. \(fault.reason)"
      )
    }
    if try !Trial.isFinite(trial.expectation.exact ?? trial.expectation.own), trial.kind == .own {
      throw KernelEvaluationError(
        .badReference, "The reference's outputs have NaN or infinities in them for ordinary inputs.")
    }
  }

  /// Whether outputs for different inputs differ.
  static func checkSensitivity(_ outputs: [ValueTree]) throws {
    guard outputs.count >= 3, let first = outputs.first else { return }
    for other in outputs.dropFirst() where try !Trial.areAlike(first, other) { return }
    throw KernelEvaluationError(
      .badReference,
      "The reference's output does not depend on its inputs: it was the same for \(outputs.count) different ones, so a constant would pass."
    )
  }
}
