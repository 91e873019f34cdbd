import RealModule
import SpeculativeDecoding

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a person asked for on the command line: `BASIC_LONG_TESTS` for more cases, `BASIC_SLOW_TESTS` for tests that take
/// a minute.
enum Requested {
  static let isLong = ProcessInfo.processInfo.environment["BASIC_LONG_TESTS"] != nil
  static let isSlow = isLong || ProcessInfo.processInfo.environment["BASIC_SLOW_TESTS"] != nil
  static let measurements = ProcessInfo.processInfo.environment["BASIC_MEASURE"] != nil
}

/// Pearson's statistic of counts against expected counts, which must all be positive.
func chiSquare(_ counts: [Double], expected: [Double]) -> Double {
  zip(counts, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) / $1.1 }
}

/// What χ² exceeds once in a hundred thousand (Wilson and Hilferty 1931). The tests' seeds are fixed, so a test that holds
/// once holds always.
func chiSquareLimit(degrees: Int) -> Double {
  let k = Double(degrees)
  let root = 1 - 2 / (9 * k) + 4.265 * (2 / (9 * k)).squareRoot()
  return k * root * root * root
}

/// A tree as its paths with their weights: the same for any order of the nodes.
func paths(of tree: TokenTree) -> [[Token]: Double] {
  var paths: [[Token]: Double] = [:]
  for node in 1..<max(tree.count, 1) {
    paths[tree.path(to: node).dropFirst().map { tree.tokens[$0] }] = exponential(Double(tree.logProbabilities[node]))
  }
  return paths
}

/// Whether two trees have the same paths, with weights that differ by rounding alone.
func agree(_ left: [[Token]: Double], _ right: [[Token]: Double], tolerance: Double = 1e-4) -> Bool {
  left.count == right.count
    && left.allSatisfy { path, weight in
      guard let other = right[path] else { return false }
      return abs(weight - other) <= tolerance * max(weight, 1e-3)
    }
}
