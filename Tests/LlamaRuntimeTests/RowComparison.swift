import Testing

/// Rows of logits that should be the same, computed in two ways.
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

  /// Expects every row to be the same to the bit.
  func expectEquality(sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(
      differing == 0 && largest == 0, "\(differing) of \(rows) rows differ by up to \(largest)",
      sourceLocation: sourceLocation)
  }

  /// Expects nearly every row to be the same to the bit.
  ///
  /// A draft's text is not kept in the order of its cells, since its logits are no promise to anybody: another order of
  /// summation changes few rows, and by little. A wrong attention mask, a wrong position or a token too many in memory
  /// changes a row by whole units.
  func expectNearEquality(sourceLocation: SourceLocation = #_sourceLocation) {
    expectLikeness(sourceLocation: sourceLocation)
    #expect(differing * 10 <= rows || rows < 20, "\(differing) of \(rows) rows differ", sourceLocation: sourceLocation)
  }

  /// Expects no row to differ by more than another order of summation makes, as among the cells of several texts.
  func expectLikeness(sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(
      largest < 0.5, "\(differing) of \(rows) rows differ by up to \(largest)", sourceLocation: sourceLocation)
  }
}
