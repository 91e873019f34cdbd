import KernelBench

/// Which of a problem's sizes a candidate repeats as numbers in its source.
///
/// Such a candidate may be right at the problem's own sizes and fails at any other; it is told so instead of being failed
/// silently where a problem had to be scaled down. A number proves nothing by itself: 256 is a block's size more often
/// than a problem's. So a use is *certain* only if the number is unusual, or is given the constant's own name.
public struct HardCodedSizes: Sendable, Hashable {
  /// A number in the candidate's source that is one of the problem's sizes.
  public struct Use: Sendable, Hashable {
    /// The constant's name, or those of two whose product it is: `batch_size × dim`.
    public let name: String
    /// Its value.
    public let value: Int
    /// The line of the candidate's source, from 1 on.
    public let line: Int
    /// Whether it is in code for the GPU, which is in strings, or in Python.
    public let isInCUDA: Bool
    /// Whether it is hardly anything else than the problem's size.
    public let isCertain: Bool
  }

  /// The uses, by line.
  public let uses: [Use]

  /// Looks for the values of `constants` in a candidate.
  ///
  /// What a candidate copies from the problem to make inputs with is no use: bodies of `get_inputs` and
  /// `get_init_inputs`, what follows `if __name__`, default values of parameters, and module variables that nothing else
  /// reads.
  ///
  /// - Complexity: O(*n* + *c*²) for a source of *n* bytes and *c* constants.
  public init(constants: [String: Int], source: String) {
    let values = KnownSizes(constants)
    var uses: [Use] = []
    for literal in CandidateLiterals(source).literals {
      uses += values.uses(of: literal)
    }
    self.uses = uses.sorted { ($0.line, $0.value, $0.name) < ($1.line, $1.value, $1.name) }
  }

  /// The uses that are certain.
  public var certain: [Use] { uses.filter(\.isCertain) }

  /// A sentence for a person; `nil` without a certain use.
  public var summary: String? {
    guard !certain.isEmpty else { return nil }
    var told: [String] = []
    for use in certain {
      let text = "\(use.name) = \(use.value) (line \(use.line))"
      if !told.contains(text) { told.append(text) }
    }
    let more = told.count > 4 ? " and \(told.count - 4) more" : ""
    return "The candidate has sizes of the problem in its source, and may be right at no others: "
      + told.prefix(4).joined(separator: ", ") + more + "."
  }
}

/// An integer in a candidate's source, with what it is assigned to.
struct SizeLiteral: Hashable {
  let value: Int
  /// The name that it is given: `N` in `#define N 1024` and in `constexpr int N = 1024`.
  let name: String?
  let line: Int
  let isInCUDA: Bool
}

/// A problem's sizes, by value.
private struct KnownSizes {
  private var names: [Int: [String]] = [:]
  private var products: [Int: String] = [:]

  /// Anything below is in every program.
  private static let leastUnusual = 17
  /// Powers of two up to here are sizes of blocks, tiles and shared memory.
  private static let largestBlock = 1024
  /// Products of two sizes are looked for among so many constants only; more make a product of everything.
  private static let largestProductSet = 12

  init(_ constants: [String: Int]) {
    let sorted = constants.sorted { ($0.key, $0.value) < ($1.key, $1.value) }
    for (name, value) in sorted where value > 1 { names[value, default: []].append(name) }
    guard sorted.count <= Self.largestProductSet else { return }
    for (index, a) in sorted.enumerated() {
      for b in sorted[(index + 1)...] where a.value > 1 && b.value > 1 {
        let (product, overflow) = a.value.multipliedReportingOverflow(by: b.value)
        if !overflow, names[product] == nil, products[product] == nil { products[product] = "\(a.key) × \(b.key)" }
      }
    }
  }

  func uses(of literal: SizeLiteral) -> [HardCodedSizes.Use] {
    let value = literal.value
    if let names = names[value] {
      let own = literal.name.flatMap { name in names.first { Self.isSame($0, name) } }
      let isCertain = own != nil || Self.isUnusual(value)
      guard isCertain || value >= Self.leastUnusual else { return [] }
      return [use(own ?? names.joined(separator: " or "), literal, isCertain: isCertain)]
    }
    // A product that is a power of two may be anything.
    guard let name = products[value], value > Self.largestBlock else { return [] }
    return [use(name, literal, isCertain: value & (value - 1) != 0)]
  }

  private func use(_ name: String, _ literal: SizeLiteral, isCertain: Bool) -> HardCodedSizes.Use {
    HardCodedSizes.Use(
      name: name, value: literal.value, line: literal.line, isInCUDA: literal.isInCUDA, isCertain: isCertain)
  }

  private static func isUnusual(_ value: Int) -> Bool {
    let isPowerOfTwo = value & (value - 1) == 0
    // 65,535 is the most blocks of a grid's second dimension, and round numbers are limits of loops.
    if value == 65_535 || [100, 1000, 10_000, 100_000, 1_000_000].contains(value) { return false }
    return isPowerOfTwo ? value > largestBlock : value >= leastUnusual && value != 48 && value != 96
  }

  /// `BATCH_SIZE` and `batchSize` are `batch_size`.
  private static func isSame(_ a: String, _ b: String) -> Bool {
    a.lowercased().filter { $0 != "_" } == b.lowercased().filter { $0 != "_" }
  }
}
