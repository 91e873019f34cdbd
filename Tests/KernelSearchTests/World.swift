import KernelEvaluation
import KernelVerdicts

@testable import KernelSearch

/// A made-up model and judge: how often each kind of edge leads to what. For strategies, without prompts and sources.
struct World: Sendable {
  /// How often a sample is correct.
  var sample = 0.2
  /// How often a repair is.
  var repair = 0.2
  /// How often a variant is faster than what it was made from.
  var variant = 0.2
  /// How often a sample is faster than all before, once there is a correct one.
  var betterSample = 0.0
  /// What is not correct.
  var failures: [Verdict] = [.compileError, .incorrect, .runtimeError]

  /// What comes of an expansion.
  func result(of expansion: Expansion, in tree: SearchTree, using generator: inout SeededGenerator) -> JudgeResult {
    let bestRatio = tree.best.flatMap { tree[$0]?.score?.ratio } ?? 1
    func failure() -> JudgeResult {
      KernelSearchTests.result(failures.randomElement(using: &generator) ?? .incorrect, passed: 1)
    }
    let luck = generator.uniform()
    switch expansion.edge {
    case .sample:
      if tree.best != nil, luck < betterSample { return KernelSearchTests.result(.correct, ratio: bestRatio * 1.1) }
      return luck < sample ? KernelSearchTests.result(.correct, ratio: 1) : failure()
    case .repair:
      return luck < repair ? KernelSearchTests.result(.correct, ratio: 1) : failure()
    case .variant:
      let before = expansion.parent.flatMap { tree[$0]?.score?.ratio } ?? 1
      return luck < variant ? KernelSearchTests.result(.correct, ratio: before * 1.1) : failure()
    }
  }

  /// The tree that a strategy grows, one candidate after the other.
  ///
  /// - Parameter isDone: ends it early.
  func tree(
    _ strategy: any SearchStrategy, count: Int, seed: UInt64, edges: Set<EdgeKind> = Set(EdgeKind.allCases),
    until isDone: (SearchTree) -> Bool = { _ in false }
  ) -> SearchTree {
    var tree = SearchTree(edges: edges)
    var luck = SeededGenerator(seed: seed, purpose: "world")
    while tree.nodes.count < count, !isDone(tree) {
      var generator = SeededGenerator(seed: seed, purpose: "decision \(tree.nextID)")
      guard case .write(let expansion) = strategy.next(in: tree, using: &generator) else { break }
      let result = result(of: expansion, in: tree, using: &luck)
      let id = tree.ask(1, of: expansion.parent)
      tree.add(
        Candidate(
          id: id, parent: expansion.parent, edge: expansion.edge, model: "world", answer: "", source: "\(id)"))
      tree.settle(id, .judged(result))
    }
    return tree
  }
}

extension SearchTree {
  /// The tree as its edges and verdicts.
  var shape: [String] {
    nodes.map { node in
      let parent = node.candidate.parent.map { "\($0)" } ?? "-"
      let outcome =
        switch node.outcome {
        case .unjudged: "unjudged"
        case .noCode: "no code"
        case .duplicate(let original): "duplicate of \(original)"
        case .judged(let result): result.judgement.verdict.rawValue
        case .failed: "failed"
        }
      let ratio = node.score?.ratio.map { " \($0)" } ?? ""
      return
        "\(node.id) \(node.candidate.edge.rawValue) of \(parent): \(outcome)\(ratio)\(node.isImprovement ? "!" : "")"
    }
  }
}
