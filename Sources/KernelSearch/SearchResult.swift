/// What a search came to.
public struct SearchResult: Sendable {
  /// How it ended.
  public var end: SearchEnd
  /// The best correct candidate; nil where there is none.
  public var best: SearchNode?
  /// Whether that one was found correct a second time, from scratch and with other seeds.
  public var isConfirmed: Bool
  /// Whether the goal is reached, by a confirmed candidate. Without a goal any confirmed candidate is enough.
  public var isSolved: Bool
  /// All candidates.
  public var tree: SearchTree
  /// What was spent, earlier runs included.
  public var spending: Spending
}
