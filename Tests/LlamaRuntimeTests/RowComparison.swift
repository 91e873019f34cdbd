import Testing

/// Rows of logits that should be the same, computed in two ways.
///
/// A wrong attention mask, a wrong position or a token too many in memory changes a row by whole units. Another order of
/// summation changes few rows, and by little; see ``TreeLogitsTests``.
struct RowComparison {
  private var rows = 0
  private var differing = 0
  private var largest: Float = 0

  mutating func add(_ found: UnsafeBufferPointer<Float>, _ expected: [Float]) {
    rows += 1
    guard found.count == expected.count else {
      largest = .infinity
      return
    }
    var difference: Float = 0
    for (found, expected) in zip(found, expected) where found.bitPattern != expected.bitPattern {
      difference = max(difference, abs(found - expected))
    }
    if difference > 0 { differing += 1 }
    largest = max(largest, difference)
  }

  func expectEquality(sourceLocation: SourceLocation = #_sourceLocation) {
    // Most are equal to the bit. What differs in one row may stay in memory and reach those after it.
    #expect(largest < 0.5, "\(differing) of \(rows) rows differ", sourceLocation: sourceLocation)
    #expect(differing * 10 <= rows || rows < 20, "\(differing) of \(rows) rows differ", sourceLocation: sourceLocation)
  }
}
