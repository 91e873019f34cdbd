/// One answer, of the likeliest tokens.
public struct GreedyStrategy: SearchStrategy {
  /// Makes the strategy.
  public init() {}

  /// `greedy`
  public var name: String { "greedy" }

  /// One sample, and then nothing. An answer that never came is asked for again. O(1).
  public func next(in tree: SearchTree, using generator: inout some RandomNumberGenerator) -> SearchAction {
    tree.asked == 0 ? .write(.samples(1, isGreedy: true)) : .stop
  }
}

/// Independent samples: the best of them is the answer.
public struct BestOfStrategy: SearchStrategy {
  /// How many; nil for as many as the budget allows.
  public let count: Int?

  /// Makes the strategy.
  public init(_ count: Int?) { self.count = count.map { max(1, $0) } }

  /// `best-of-8`, or `best-of` where only the budget limits it.
  public var name: String { count.map { "best-of-\($0)" } ?? "best-of" }

  /// All samples that are left; those that never came are asked for again. O(1).
  public func next(in tree: SearchTree, using generator: inout some RandomNumberGenerator) -> SearchAction {
    guard let count else { return .write(.samples(64)) }
    return tree.asked < count ? .write(.samples(count - tree.asked)) : .stop
  }
}

/// One chain: an answer is repaired until it is right, and then varied to be faster, always from the best one.
///
/// A chain of repairs that comes to nothing is left, and a new sample begins another. It is one candidate at a time by its nature.
/// A model that does no repairs is sampled instead.
public struct LinearStrategy: SearchStrategy {
  /// The most repairs in a row.
  public let maximumRepairs: Int
  /// Whether the first answer is of the likeliest tokens.
  public var startsGreedily = false

  /// Makes the strategy.
  public init(maximumRepairs: Int = 6) { self.maximumRepairs = max(1, maximumRepairs) }

  /// `linear`
  public var name: String { "linear" }

  /// The next link of the chain. O(*n*) where the last answers were of no use, O(1) otherwise.
  public func next(in tree: SearchTree, using generator: inout some RandomNumberGenerator) -> SearchAction {
    guard tree.underWay == 0 else { return .wait }
    if startsGreedily, tree.nextID == 0 { return .write(.samples(1, isGreedy: true)) }
    if let best = tree.best {
      return tree.edges.contains(.variant) && tree[best]?.edge == .variant
        ? .write(.refine(best, .variant)) : .write(.samples(1))
    }
    // Answers without code, duplicates and failures of ours do not move the chain.
    var misses = 0
    for node in tree.nodes.reversed() {
      guard let edge = node.edge else {
        if node.candidate.edge == .sample { return .write(.samples(1)) }
        misses += 1
        continue
      }
      guard edge == .repair, tree.edges.contains(.repair), node.repairs + misses < maximumRepairs else { break }
      return .write(.refine(node.id, .repair))
    }
    return .write(.samples(1))
  }
}
