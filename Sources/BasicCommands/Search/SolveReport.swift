import KernelBench
import KernelEvaluation
import KernelPrompting
import KernelSearch
import KernelVerdicts
import RunStore

/// What a search for one problem came to, for `basic solve`.
struct SolveReport: Encodable {
  struct Best: Encodable {
    var candidate: Int
    var parent: Int?
    var edge: String
    var language: String
    var source: String
    var seed: UInt64
    /// Whether it was correct a second time, from scratch and with other seeds.
    var isConfirmed: Bool
    /// `measured`, `estimated` or `none`.
    var speedBasis: String
    /// Times as fast as the better of PyTorch's two, where measured.
    var ratio: Double?
    var estimatedSeconds: Double?
    /// Of the last check.
    var judgement: Judgement
  }

  struct Step: Encodable {
    var candidate: Int
    var parent: Int?
    var edge: String
    /// The verdict, or `duplicate`, `no-code`, `not-judged`.
    var outcome: String
    var reason: String
    var seconds: Double
    var promptTokens: Int
    var completionTokens: Int
  }

  var schemaVersion = 1
  var run: String
  var problem: String
  var solved: Bool
  var end: String
  var best: Best?
  var candidates: [Step]
  var seconds: Double
  var tokens: Int
  var cost: Double
  var checks: Int
  var model: String
  var strategy: String
  var device: String
  var seed: UInt64

  private enum CodingKeys: String, CodingKey {
    case schemaVersion, run, problem, solved, end, best, candidates, seconds, tokens, cost, checks, model, strategy
    case device, seed
  }

  /// Whether the problem is one that nobody can judge candidates for.
  var isUnjudgeable = false
  var isSolved: Bool { solved }

  init(run: StoredRun, problem: Problem, result: SearchResult) {
    self.run = run.id
    self.problem = problem.id.map { "\($0)" } ?? problem.name
    solved = result.isSolved
    end = SearchText.end(result.end)
    if case .notJudgeable = result.end, !result.isSolved { isUnjudgeable = true }
    candidates = result.tree.nodes.map(Self.step)
    seconds = (result.spending.time / .seconds(1)).rounded(to: 3)
    tokens = result.spending.usage.tokens
    cost = result.spending.usage.cost
    checks = result.spending.checks
    model = run.model
    strategy = run.strategy
    device = run.device
    seed = run.seed
    if let node = result.best, let source = node.candidate.source,
      let judged = node.recheck ?? node.outcome.result
    {
      best = Best(
        candidate: node.id, parent: node.candidate.parent, edge: node.candidate.edge.rawValue,
        language: node.candidate.language.rawValue, source: source, seed: node.candidate.seed,
        isConfirmed: result.isConfirmed, speedBasis: (node.score?.basis ?? .none).rawValue,
        ratio: node.score?.ratio, estimatedSeconds: node.score?.seconds, judgement: judged.judgement)
    }
  }

  private static func step(_ node: SearchNode) -> Step {
    let (outcome, reason): (String, String) =
      switch node.outcome {
      case .unjudged: ("not-judged", "The search ended before its check.")
      case .noCode(let reason): ("no-code", reason)
      case .duplicate(let original): ("duplicate", "The same as candidate \(original).")
      case .failed(let reason): ("not-judged", reason)
      case .judged(let result): (result.judgement.verdict.rawValue, result.judgement.reason)
      }
    return Step(
      candidate: node.id, parent: node.candidate.parent, edge: node.candidate.edge.rawValue, outcome: outcome,
      reason: reason, seconds: (node.candidate.time / .seconds(1)).rounded(to: 3),
      promptTokens: node.candidate.usage.promptTokens, completionTokens: node.candidate.usage.completionTokens)
  }

  /// The files of an output folder.
  func files(_ problem: Problem) throws -> [(String, String)] {
    let names = OutputNames(problem)
    let kernel = best.map { best in
      [(names.kernel(best.language == CodeLanguage.cuda.rawValue ? .cuda : .python), best.source)]
    }
    return (kernel ?? []) + [(names.report, try JSON.document(self))]
  }

  func show(_ format: OutputFormat, isQuiet: Bool) throws {
    switch format {
    case .json: try Console.standardOutput.deliver(try JSON.document(self))
    case .text:
      if let best { try Console.standardOutput.deliver(best.source.hasSuffix("\n") ? best.source : best.source + "\n") }
      guard !isQuiet else { return }
      Console.standardError.write("\n" + text)
    }
  }

  private var text: String {
    let console = Console.standardError
    var lines = LabelledLines(width: console.isTerminal ? console.width : nil, palette: console.palette)
    let palette = lines.palette
    let style: (String) -> String = solved ? { palette.green($0) } : { palette.red($0) }
    lines.add("solved", ": \(end)", lead: solved ? "yes" : "no", style: style)
    if let best {
      let confirmed = best.isConfirmed ? "checked twice" : "its second check is missing"
      lines.add("kernel", "candidate \(best.candidate), \(best.edge), \(confirmed)")
      JudgementText.add(best.judgement, to: &lines)
    }
    let outcomes = Dictionary(grouping: candidates, by: \.outcome).mapValues(\.count).sorted { $0.key < $1.key }
    let counts = outcomes.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    lines.add("candidates", candidates.isEmpty ? "none" : "\(candidates.count): \(counts)")
    lines.add("spent", "\(seconds.fixed(1)) s, \(tokens) tokens\(cost > 0 ? ", \(cost.fixed(4)) of money" : "")")
    lines.add("run", "\(run): basic runs show \(run)")
    return lines.text
  }
}
