import KernelBench
import KernelEvaluation
import KernelPrompting
import KernelSearch
import KernelVerdicts
import RunStore
import Synchronization
import Testing

@testable import BasicCommands

struct RunDriverTests {
  /// What a run came to.
  private struct Outcome {
    var end: RunDriver.End
    var told: [(id: String, result: SearchResult?)]
    var problems: [StoredProblem]
    var candidates: [JudgedCandidate]
  }

  private static let ids = ["1/19", "1/20", "1/21"]

  private static func correct(_ body: String) -> String {
    SearchDoubles.fenced(SearchDoubles.module("correct 2", body: body))
  }

  /// Runs three problems.
  private static func run(
    _ references: [String]? = nil, strategy: String = "best-of-2", goal: String = "none", form: PromptForm = .instruct,
    writer: InstantWriter = InstantWriter { _, seed in correct("x\(seed)") }, stop: StopSignal = StopSignal(),
    screen: @escaping @Sendable (Problem) throws -> String? = { _ in nil },
    observe: @escaping @Sendable (StoredProblem, SearchEvent) -> Void = { _, _ in }
  ) async throws -> Outcome {
    var configuration = try RunConfigurationTests.configuration("--seed 5 --jobs 1 --samples 4 --strategy best-of-2")
    configuration.strategy = strategy
    configuration.goal = goal
    let references = references ?? Array(repeating: SearchDoubles.reference, count: 3)
    for (id, reference) in zip(ids, references) {
      let isPrompt = reference.contains("C code begins:")
      configuration.origins[id] = "/k/level1/" + (isPrompt ? "prompt_1_20.txt" : "\(id.dropFirst(2))_ReLU.py")
    }
    let problems = zip(ids, references).enumerated().map { SearchStore.problem($1.0, $0, reference: $1.1) }
    return try await SampleStore.with { (_, database) async throws in
      let run = try await database.create(SearchStore.run(), problems: problems, driver: SearchStore.driver)
      let driver = RunDriver(
        writer: run, configuration: configuration, model: SearchModel(writer: writer, form: form, width: 1),
        judge: { _ in InstantJudge(screen: screen) }, stop: stop,
        observe: { problem, event, _ in observe(problem, event) })
      var told: [(String, SearchResult?)] = []
      do {
        let end = try await driver.run(try await database.problems(of: run.run)) { told.append(($0.id, $1)) }
        return Outcome(
          end: end, told: told, problems: try await database.problems(of: run.run),
          candidates: try await database.candidates(of: run.run))
      } catch {
        // What failed as a whole has touched no problem.
        #expect(try await database.problems(of: run.run).allSatisfy { $0.state == .pending })
        throw error
      }
    }
  }

  @Test func `works on one problem after the other, each with seeds of its own`() async throws {
    let outcome = try await Self.run()
    #expect(outcome.end == .finished)
    #expect(outcome.told.map(\.id) == Self.ids && outcome.told.allSatisfy { $0.result?.tree.nodes.count == 2 })
    #expect(outcome.candidates.count == 6)
    #expect(Set(outcome.candidates.map(\.candidate.seed)).count == 6)
    #expect(outcome.candidates.allSatisfy { $0.candidate.model == "instant" })
    #expect(outcome.candidates.allSatisfy { $0.candidate.generationSeconds == 0.25 })
    let again = try await Self.run()
    #expect(again.candidates.map(\.candidate.seed) == outcome.candidates.map(\.candidate.seed))
  }

  /// Somebody else's candidates are there before any model is: they are judged, and nothing is written.
  @Test func `what was imported is judged, all of it, and nothing is added`() async throws {
    let configuration = try RunConfigurationTests.configuration("--seed 5 --samples 1 --until correct").forJudgingAlone
    try await SampleStore.with { (_, database) async throws in
      let problems = [SearchStore.problem("1/19"), SearchStore.problem("1/20", 1)]
      let run = try await database.create(SearchStore.run(), problems: problems, driver: SearchStore.driver)
      for (problem, verdict) in [
        ("1/19", "incorrect 1"), ("1/19", "correct 2"), ("1/19", "correct 3"), ("1/20", "incorrect 1"),
      ] {
        let ordinal = try await database.candidates(of: run.run, problem: problem).count
        let source = SearchDoubles.module(verdict, body: String(repeating: "x", count: ordinal))
        try await run.append(
          StoredCandidate(
            id: CandidateID(problem: problem, ordinal: ordinal), edge: .sample,
            sourceHash: NormalisedSource(source, language: .python).hash, model: "theirs", promptTokens: 0,
            completionTokens: 0, generationSeconds: 0, createdAt: SearchStore.driver.since,
            details: #"{"isGreedy":false,"isTruncated":false,"language":"python","notes":[]}"#),
          text: CandidateText(prompt: "", answer: source, source: source))
      }
      let driver = RunDriver(
        writer: run, configuration: configuration, model: .none, judge: { _ in InstantJudge() }, stop: StopSignal(),
        observe: { _, _, _ in })
      let end = try await driver.run(try await database.problems(of: run.run)) { _, _ in }
      #expect(end == .finished)
      let candidates = try await database.candidates(of: run.run)
      #expect(candidates.map(\.verdict?.verdict) == [.incorrect, .correct, .correct, .incorrect])
      let states = try await database.problems(of: run.run)
      #expect(states.map(\.state) == [.solved, .unsolved])
      let unjudged = try await database.unjudged(of: run.run)
      #expect(unjudged.isEmpty)
    }
  }

  @Test(arguments: ["", "this is no Python at all", "import torch\n"])
  func `a reference that is no problem fails alone`(reference: String) async throws {
    let outcome = try await Self.run([SearchDoubles.reference, reference, SearchDoubles.reference])
    #expect(outcome.end == .finished)
    #expect(outcome.problems.map(\.state)[1] == .failed)
    #expect(outcome.problems[1].notice?.isEmpty == false && outcome.problems[1].best == nil)
    #expect(outcome.told.map(\.id) == Self.ids && outcome.told.map { $0.result == nil } == [false, true, false])
    #expect(Set(outcome.candidates.map(\.id.problem)) == ["1/19", "1/21"])
  }

  @Test func `a problem that cannot be put to the model fails alone`() async throws {
    // A plain prompt whose program has no kernel to complete: nothing that a compact prompt can be made of.
    let prompt = """
      You are a CUDA programming expert. Write the kernel for this function, and nothing else.

      def relu(x):
          return x.abs()

      C code begins:
      #include <cuda_runtime.h>
      int main() { return 0; }

      """
    let outcome = try await Self.run(
      [SearchDoubles.reference, prompt, SearchDoubles.reference], form: .compact)
    #expect(outcome.problems.map(\.state)[1] == .failed, "\(outcome.problems[1])")
    #expect(outcome.told.map { $0.result == nil } == [false, true, false])
  }

  @Test func `a problem whose screen fails is left open, and one with an obstacle is ended; the others go on`()
    async throws
  {
    let outcome = try await Self.run(screen: { problem in
      switch problem.id?.problem {
      case 19: throw KernelEvaluationError(.fileSystem, "The disk is full.")
      case 20: return "Its output is constant."
      default: return nil
      }
    })
    #expect(outcome.end == .leftOpen(reason: "The disk is full."))
    #expect(!outcome.problems[0].state.isFinished && outcome.problems[1].state == .unjudgeable)
    #expect(outcome.problems[1].notice == "Its output is constant.")
    #expect(outcome.problems[2].state.isFinished && outcome.candidates.allSatisfy { $0.id.problem == "1/21" })
  }

  @Test func `a problem whose candidates cannot be judged for a reason of ours is left open, the others go on`()
    async throws
  {
    let number = Mutex(0)
    let writer = InstantWriter { _, seed in
      let count = number.withLock { number in
        number += 1
        return number
      }
      // The first problem's three are those that no verdict comes for.
      return count <= 3
        ? SearchDoubles.fenced(SearchDoubles.module("none -", body: "x\(seed)")) : Self.correct("x\(seed)")
    }
    let outcome = try await Self.run(strategy: "best-of-4", writer: writer)
    #expect(outcome.end == .leftOpen(reason: "The judge has no memory left."))
    #expect(outcome.problems.map(\.state.isFinished) == [false, true, true])
    #expect(outcome.told.first?.result?.end == .judgeFailed(reason: "The judge has no memory left."))
  }

  @Test func `is stopped between problems and within one, and leaves the rest for later`() async throws {
    let before = StopSignal()
    before.request()
    let nothing = try await Self.run(stop: before)
    #expect(nothing.end == .stopped && nothing.told.isEmpty)
    #expect(nothing.problems.allSatisfy { $0.state == .pending })

    let stop = StopSignal()
    let outcome = try await Self.run(
      stop: stop,
      observe: { problem, event in
        if problem.id == "1/20", case .written = event { stop.request() }
      })
    #expect(outcome.end == .stopped && outcome.told.map(\.id) == ["1/19", "1/20"])
    #expect(outcome.problems[0].state.isFinished)
    #expect(outcome.problems[1].state == .active && outcome.problems[2].state == .pending)
  }

  @Test(arguments: [("slow and steady", "none"), ("best-of-0", "none"), ("adaptive", "faster than light")])
  func `a run of another version's strategy or goal ends before any problem is at fault`(
    strategy: String, goal: String
  ) async throws {
    let error = await #expect(throws: KernelSearchError.self) {
      try await Self.run(
        ["no problem", SearchDoubles.reference, SearchDoubles.reference], strategy: strategy, goal: goal)
    }
    #expect(error?.code == .badSetting)
  }
}
