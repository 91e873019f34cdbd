import KernelBench
import KernelPrompting

/// Prompts for expansions of a tree.
struct SearchPrompts: Sendable {
  let problem: Problem
  let builder: PromptBuilder
  /// The plain prompt, which all samples share.
  let plain: Prompt

  /// - Throws: ``KernelSearchError/Code/badProblem`` where the problem cannot be put to the model.
  init(_ problem: Problem, _ builder: PromptBuilder) throws(KernelSearchError) {
    self.problem = problem
    self.builder = builder
    do {
      plain = try builder.prompt(for: problem)
    } catch {
      throw KernelSearchError(
        .badProblem, "\(problem.name) cannot be put to this model. \(error.message)", underlyingError: error)
    }
  }

  /// What the model can do.
  var edges: Set<EdgeKind> { builder.form.readsFeedback ? Set(EdgeKind.allCases) : [.sample] }

  /// The prompt of an expansion; nil where its parent has nothing to go on from. O(*n*) for its text.
  func prompt(for expansion: Expansion, in tree: SearchTree) throws(PromptingError) -> Prompt? {
    guard expansion.edge != .sample else { return plain }
    guard edges.contains(expansion.edge), let node = expansion.parent.flatMap({ tree[$0] }),
      node.edge == expansion.edge,
      let source = node.candidate.source, let result = node.recheck ?? node.outcome.result
    else { return nil }
    let feedback = Feedback(result)
    return expansion.edge == .variant
      ? try builder.variant(of: source, for: problem, feedback) : try builder.repair(of: source, for: problem, feedback)
  }
}
