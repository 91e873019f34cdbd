import KernelEvaluation
import Testing

@testable import KernelSearch

@Suite struct `The overhead` {
  @Test(arguments: ["best-of", "linear", "adaptive"]) func `is that of candidates which all go through`(name: String)
    async throws
  {
    let journal = MemoryJournal()
    let overhead = try await SearchOverhead.measure(
      candidates: 60, strategy: StrategyChoice.strategy(named: name), journal: journal)
    #expect(overhead.candidates == 60 && overhead.candidatesPerSecond > 0)
    let record = try #require(await journal.record)
    // Nothing is a duplicate, and all kinds of verdicts occur.
    #expect(record.entries.count == 60 && record.entries.allSatisfy { $0.outcome.result != nil })
    #expect(Set(record.entries.compactMap { $0.outcome.result?.judgement.verdict }).count >= 3)
  }
}
