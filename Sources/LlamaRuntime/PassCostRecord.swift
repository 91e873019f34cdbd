public import SpeculativeDecoding

/// What passes of a pair of models cost on a machine: what an engine finds out before its first text, and what another one of the same
/// models on the same machine need not find out again.
public struct PassCostRecord: Sendable, Equatable, Codable {
  /// How many threads compute the target's passes.
  public var threads: Int
  /// How many threads compute the draft model's; nil where there is none.
  public var draftThreads: Int?
  /// What the target's passes cost, by their tokens.
  public var verification: [PassCosts.Point]
  /// What the draft model's passes cost; nil where there is none.
  public var draft: [PassCosts.Point]?

  /// Makes a record.
  public init(
    threads: Int, draftThreads: Int?, verification: [PassCosts.Point], draft: [PassCosts.Point]?
  ) {
    self.threads = threads
    self.draftThreads = draftThreads
    self.verification = verification
    self.draft = draft
  }

  /// Whether these can be costs, and say enough: of passes of up to 32 tokens, or as many as there can be. Beyond what was measured curves go on
  /// as they end, and one that ends early would be a bad guess.
  func isUsable(target: PassCapacity, draft capacity: PassCapacity?) -> Bool {
    func covers(_ points: [PassCosts.Point], _ limit: Int) -> Bool {
      let sizes = points.map(\.size)
      return sizes.first == 1 && sizes == sizes.sorted() && sizes.last ?? 0 >= min(32, limit)
        && points.allSatisfy { $0.size <= 4096 && $0.milliseconds > 0 && $0.milliseconds < 1e7 }
    }
    guard covers(verification, target.nodes), (draft == nil) == (capacity == nil) else { return false }
    guard let draft, let capacity else { return true }
    return covers(draft, min(capacity.nodes, capacity.leaves))
  }

  /// Whether a pass over one token that took so long may be one of those that cost what a record says. What is a little dearer or cheaper
  /// today a decoder learns by itself; what takes twice as long, or a third, is computed by something else, or beside something
  /// else, and is measured anew. (A pass after no text takes less than one after a long one.)
  static func agrees(_ milliseconds: Double, with recorded: PassCosts.Point) -> Bool {
    milliseconds < 2 * recorded.milliseconds && recorded.milliseconds < 3 * milliseconds
  }
}

/// Where an engine's ``PassCostRecord`` comes from, and where it goes.
public struct PassCostMemory: Sendable {
  /// What was kept before.
  public var known: PassCostRecord?
  /// Called with what is known after some of the texts, of those that are written alone: the first, second, fourth and so on. From the
  /// engine's thread.
  public var keep: @Sendable (PassCostRecord) -> Void

  /// Makes a memory.
  public init(known: PassCostRecord?, keep: @escaping @Sendable (PassCostRecord) -> Void) {
    self.known = known
    self.keep = keep
  }
}
