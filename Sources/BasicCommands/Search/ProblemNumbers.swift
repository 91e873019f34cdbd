import ArgumentParser

/// Problems of a level by number: `1-20,40`.
struct ProblemNumbers: ExpressibleByArgument, Hashable {
  /// What a level may have at the most: what is beyond is a mistyped number.
  static let largest = 100_000

  let numbers: Set<Int>

  init?(argument: String) {
    var numbers: Set<Int> = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { text in
        text.allSatisfy { ("0"..."9").contains($0) } ? Int(text) : nil
      }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last, last <= Self.largest else {
        return nil
      }
      numbers.formUnion(first...last)
    }
    guard !numbers.isEmpty else { return nil }
    self.numbers = numbers
  }
}
