import Foundation
import KernelVerdicts
import RunStore
import Testing

@testable import BasicCommands

struct RunsShowTests {
  private func text(_ view: RunView, width: Int? = 80) -> RunViewText {
    RunViewText(view: view, width: width, palette: Palette(isOn: false))
  }

  @Test(arguments: [
    ("search", SampleStore.search), ("samples", SampleStore.samples), ("interrupted", SampleStore.interrupted),
  ])
  func `a run is shown as it was read last`(name: String, run: String) async throws {
    try await SampleStore.with { (_, database) async throws in
      try await SampleStore.fill(database)
      let view = try await SampleStore.view(database, run)
      let shown = text(view).run
      for line in shown.split(separator: "\n") { #expect(line.count <= 80) }
      #expect(!shown.unicodeScalars.contains { $0 != "\n" && $0.isObeyed })
      try Golden.check(shown, "runs-show-\(name).txt")
    }
  }

  @Test func `a problem is shown as a tree, and as JSON`() async throws {
    try await SampleStore.with { (_, database) async throws in
      try await SampleStore.fill(database)
      let view = try await SampleStore.view(database, "night")
      let problem = try view.problem("1/19")
      try Golden.check(text(view).problem(problem), "runs-show-problem.txt")
      try Golden.check(text(view, width: nil).problem(problem), "runs-show-problem-uncut.txt")
      try Golden.check(try JSON.document(RunDocument(view, only: problem)), "runs-show-problem.json.txt")
    }
  }

  @Test func `an estimate is never shown without its name`() async throws {
    try await SampleStore.with { (_, database) async throws in
      try await SampleStore.fill(database)
      for run in [SampleStore.search, SampleStore.samples] {
        let view = try await SampleStore.view(database, run)
        let shown = text(view, width: nil).run + view.problems.map { text(view, width: nil).problem($0) }.joined()
        for line in shown.split(separator: "\n") where line.contains(" ms") || line.contains("×") {
          #expect(line.contains("estimate") || line.contains("measured"))
        }
      }
    }
  }

  @Test func `problems are found by identifier, number and name`() async throws {
    try await SampleStore.with { (_, database) async throws in
      try await SampleStore.fill(database)
      let view = try await SampleStore.view(database, "night")
      for text in ["1/19", "19", "ReLU", "relu"] { #expect(try view.problem(text).id == "1/19") }
      #expect(throws: CommandFailure.self) { try view.problem("9") }
      #expect(throws: CommandFailure.self) { try view.problem("2/19") }
      #expect(throws: CommandFailure.self) { try view.problem(nil) }
      #expect(try await SampleStore.view(database, SampleStore.interrupted).problem(nil).id == "01_swish")
    }
  }

  @Test func `every candidate stands in the tree once, whatever the parents say`() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      let count = Int.random(in: 0..<20, using: &generator)
      let ordinals = (0..<count).map { $0 * 2 }.shuffled(using: &generator)
      let candidates = ordinals.map { ordinal in
        JudgedCandidate(
          candidate: SampleStore.candidate(
            "1/1", ordinal, parent: Bool.random(using: &generator) ? Int.random(in: -2..<40, using: &generator) : nil))
      }
      let order = CandidateTreeText.order(candidates)
      #expect(order.map(\.candidate.id.ordinal).sorted() == ordinals.sorted())
      // A child is one level below its parent, which comes first.
      for (place, node) in order.enumerated() where node.depth > 0 {
        let parent = order[..<place].last { $0.depth == node.depth - 1 }
        #expect(parent?.candidate.id.ordinal == node.candidate.candidate.parent)
      }
    }
  }

  @Test func `a long chain does not run out of the terminal`() {
    let chain = (0..<60).map { ordinal in
      JudgedCandidate(
        candidate: SampleStore.candidate(
          "1/1", ordinal, parent: ordinal == 0 ? nil : ordinal - 1, edge: ordinal == 0 ? .sample : .repair))
    }
    let text = CandidateTreeText(candidates: chain, best: nil, width: 80, palette: Palette(isOn: false)).text
    for line in text.split(separator: "\n") { #expect(line.count <= 80) }
    #expect(text.contains("#59 repair of #58"))
  }

  @Test func `JSON in the store is put into documents as what it is`() throws {
    let text = #"{"a":[1,-2.5,true,null,"x",18446744073709551615],"b":{}}"#
    #expect(try JSON.line(RawJSON(reading: text)) == text)
    #expect(RawJSON(reading: #"{"a":NaN}"#) == .string(#"{"a":NaN}"#))
    #expect(RawJSON(reading: "") == .string(""))
  }
}
