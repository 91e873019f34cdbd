/// Decides what is written next.
///
/// A strategy is a value that holds settings and no state: it decides by the tree and by what is under way, with a generator that is
/// made anew for each decision from the search's seed and the next candidate's number. So the same tree leads to the same decision,
/// in a search that was interrupted as in one that was not.
public protocol SearchStrategy: Sendable {
  /// What it is called on the command line and in records.
  var name: String { get }

  /// What to write next.
  ///
  /// It is asked while there is room for another answer, and again whenever something has happened. Fewer answers than it asks for
  /// may be started, as the budget and the room allow.
  func next(in tree: SearchTree, using generator: inout some RandomNumberGenerator) -> SearchAction
}

/// What a strategy wants.
public enum SearchAction: Sendable, Hashable {
  /// Answers.
  case write(Expansion)
  /// Nothing until something that is under way has come. With nothing under way this ends the search, as ``stop`` does.
  case wait
  /// Nothing any more. What is under way is finished.
  case stop
}

/// Answers to one prompt.
public struct Expansion: Sendable, Hashable {
  /// The candidate to go on from; nil for samples.
  public var parent: Int?
  /// How.
  public var edge: EdgeKind
  /// How many.
  public var count: Int
  /// Whether the model takes its likeliest tokens.
  public var isGreedy: Bool

  private init(parent: Int?, edge: EdgeKind, count: Int, isGreedy: Bool) {
    self.parent = parent
    self.edge = edge
    self.count = count
    self.isGreedy = isGreedy
  }

  /// Independent samples.
  public static func samples(_ count: Int, isGreedy: Bool = false) -> Expansion {
    Expansion(parent: nil, edge: .sample, count: count, isGreedy: isGreedy)
  }

  /// Candidates made from another; the edge is ``SearchNode/edge`` of that.
  public static func refine(_ parent: Int, _ edge: EdgeKind, count: Int = 1) -> Expansion {
    Expansion(parent: parent, edge: edge, count: count, isGreedy: false)
  }
}
