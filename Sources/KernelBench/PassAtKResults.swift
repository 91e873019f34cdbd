/// The contents of a run folder's `pass_at_k_results.json`, as KernelBench's evaluation writes them.
///
/// Its rules are kept as they are, since others read the file: a `k` above a problem's samples is replaced by their number,
/// under that number's name, and an average divides by all problems, also by those that have no entry of its name. For
/// numbers to go by see ``PassAtK``.
public struct PassAtKResults: Sendable, Hashable {
  /// The results.
  public var results: EvaluationResults
  /// The values of `k`.
  public var ks: [Int]

  /// Makes the contents; each `k` must be at least 1.
  public init(_ results: EvaluationResults, ks: [Int]) {
    precondition(ks.allSatisfy { $0 > 0 }, "k counts samples")
    self.results = results
    self.ks = ks
  }

  /// The file's text: as Python writes it, two blanks for each depth.
  public var text: String {
    let problems = results.problems.sorted { $0.key < $1.key }.map { problem, samples in
      let correct = samples.count { $0.isCorrect && $0.compiled }
      return (
        problem, samples.count, correct, Self.estimates(PassAtK.Problem(samples: samples.count, correct: correct), ks)
      )
    }
    let averages = ks.map { k in
      let sum = problems.reduce(0.0) { sum, problem in sum + (problem.3.first { $0.k == k }?.value ?? 0) }
      return PythonJSON.Member("avg_pass@\(k)", .number(sum / Double(problems.count)))
    }
    let counts = ks.map { k in
      PythonJSON.Member("pass@\(k)_count", .integer(problems.count { $0.3.contains { $0.k == k } }))
    }
    let json = PythonJSON.object([
      .init("averages", .object(problems.isEmpty ? [] : averages.removingRepeatedNames())),
      .init(
        "metadata",
        .object(
          [
            .init("total_problems", .integer(problems.count)),
            .init("problems_with_samples", .integer(problems.count { $0.1 > 0 })),
            .init("total_evaluated_samples", .integer(problems.reduce(0) { $0 + $1.1 })),
            .init("total_correct_samples", .integer(problems.reduce(0) { $0 + $1.2 })),
          ] + counts.removingRepeatedNames())),
      .init(
        "problems",
        .object(
          problems.map { problem, samples, correct, estimates in
            .init(
              "\(problem)",
              .object(
                [.init("total_samples", .integer(samples)), .init("correct_samples", .integer(correct))]
                  + estimates.map { .init("pass@\($0.k)", .number($0.value)) }))
          })),
    ])
    return json.text(indent: 2)
  }

  private static func estimates(_ problem: PassAtK.Problem, _ ks: [Int]) -> [(k: Int, value: Double)] {
    var estimates: [(k: Int, value: Double)] = []
    for k in ks.map({ min($0, problem.samples) }) where !estimates.contains(where: { $0.k == k }) {
      estimates.append((k, estimate(problem, k)))
    }
    return estimates
  }

  /// The estimate in the script's own arithmetic, whose last digits differ from ``PassAtK``'s.
  private static func estimate(_ problem: PassAtK.Problem, _ k: Int) -> Double {
    let wrong = problem.samples - problem.correct
    if wrong < k { return 1 }
    return 1 - (wrong + 1..<problem.samples + 1).reduce(1.0) { $0 * (1 - Double(k) / Double($1)) }
  }
}

extension [PythonJSON.Member] {
  /// The members whose name has not been there before.
  fileprivate func removingRepeatedNames() -> [PythonJSON.Member] {
    var names: Set<String> = []
    return filter { names.insert($0.name).inserted }
  }
}
