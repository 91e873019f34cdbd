/// What a user allows a token tree to grow to. The planner stays within it and usually well below.
public struct TreeLimits: Sendable, Equatable {
  /// The most nodes of one depth, at least 1. With 1, every tree is a chain.
  public var nodesPerLevel: Int
  /// The most nodes of a tree, its root not counted, at least 1.
  public var totalNodes: Int
  /// The greatest depth, at least 1.
  public var depth: Int
  /// The longest time that drafting one tree may take; `nil` for no limit.
  public var time: Duration?

  /// Makes limits; the defaults are generous: what a tree costs is the planner's business.
  public init(nodesPerLevel: Int = 25, totalNodes: Int = 200, depth: Int = 24, time: Duration? = nil) {
    self.nodesPerLevel = max(1, nodesPerLevel)
    self.totalNodes = max(1, totalNodes)
    self.depth = max(1, depth)
    self.time = time
  }
}
