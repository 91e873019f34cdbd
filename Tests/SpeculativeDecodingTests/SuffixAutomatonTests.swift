import Testing

@testable import SpeculativeDecoding

/// Texts over a small alphabet, some with long repetitions.
private func randomTexts(_ seed: Int) -> [[Token]] {
  var generator = SeededGenerator(seed: UInt64(seed) + 700)
  let alphabet = 1 + seed % 4
  return (0..<1 + seed % 5).map { _ in
    var text = (0..<Int.random(in: 0...30, using: &generator)).map { _ in
      Token(Int.random(in: 0..<alphabet, using: &generator))
    }
    if Bool.random(using: &generator) { text += text.prefix(12) }
    return text
  }
}

/// How often each stretch occurs, by looking.
private func occurrences(in texts: [[Token]]) -> [[Token]: Int] {
  var found: [[Token]: Int] = [:]
  for text in texts {
    for start in text.indices { for end in start..<text.count { found[Array(text[start...end]), default: 0] += 1 } }
  }
  return found
}

extension SuffixAutomaton {
  /// The state after a stretch, read from the root.
  fileprivate func state(after stretch: [Token]) -> State? {
    stretch.reduce(Self.root as State?) { state, token in state.flatMap { next($0, token) } }
  }
}

@Suite struct SuffixAutomatonTests {
  @Test(arguments: 0..<60)
  func `it reads what occurs, and counts it`(seed: Int) {
    let texts = randomTexts(seed)
    var automaton = SuffixAutomaton()
    for text in texts { #expect(automaton.add(text) == text.count) }
    #expect(automaton.tokenCount == texts.reduce(0) { $0 + $1.count })
    let expected = occurrences(in: texts)
    for (stretch, count) in expected {
      let state = automaton.state(after: stretch)
      #expect(state.map(automaton.count) == count, "\(stretch)")
    }
    // What does not occur is not read; what follows a stretch is what its edges say.
    for stretch in expected.keys.prefix(200) + [[]] {
      guard let state = automaton.state(after: stretch) else { continue }
      var following: [Token: Int] = [:]
      automaton.forEachEdge(from: state) { following[$0] = automaton.count($1) }
      for token in Token(0)..<6 { #expect(following[token] == expected[stretch + [token]], "\(stretch) \(token)") }
    }
  }

  @Test(arguments: 0..<40)
  func `a link leads to the longest suffix that occurs elsewhere too`(seed: Int) {
    let texts = randomTexts(seed)
    var automaton = SuffixAutomaton()
    for text in texts { automaton.add(text) }
    for (stretch, count) in occurrences(in: texts) {
      guard let state = automaton.state(after: stretch) else { continue }
      let shorter = (1...stretch.count).lazy.map { Array(stretch.dropFirst($0)) }
        .first { $0.isEmpty || automaton.state(after: $0).map(automaton.count) != count }
      #expect(automaton.link(state) == shorter.flatMap(automaton.state(after:)))
      #expect(automaton.length(state) >= stretch.count)
    }
  }

  @Test func `no stretch runs over from one text into the next`() {
    var automaton = SuffixAutomaton()
    automaton.add([1, 2])
    automaton.add([3, 4])
    #expect(automaton.state(after: [2, 3]) == nil)
    #expect(automaton.state(after: [3, 4]) != nil)
  }

  @Test func `a text that repeats itself without end is taken up to a point`() {
    var automaton = SuffixAutomaton()
    let text = [Token](repeating: 7, count: 100_000)
    let taken = automaton.add(text)
    #expect(taken > 200 && taken < 2000)
    #expect(automaton.state(after: Array(text.prefix(taken))).map(automaton.count) == 1)
    #expect(automaton.state(after: [7]).map(automaton.count) == taken)
    // And the next one as well as ever.
    #expect(automaton.add([7, 8, 9]) == 3)
    #expect(automaton.state(after: [7]).map(automaton.count) == taken + 1)
  }
}
