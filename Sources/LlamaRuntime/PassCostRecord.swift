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

  /// What a pass over one token costs; nil where the record says no such thing, or is none.
  var single: Double? {
    let points = verification + (draft ?? [])
    guard points.allSatisfy({ (1...4096).contains($0.size) && $0.milliseconds > 0 && $0.milliseconds < 1e7 }),
      draft?.isEmpty != true
    else { return nil }
    return verification.first { $0.size == 1 }?.milliseconds
  }

  /// Whether a pass over one token that took so long may be one of those that the record is of. What is a little dearer or cheaper
  /// today a decoder learns by itself; what takes three times as long, or a third, is computed by something else, or beside something
  /// else, and is measured anew.
  func agrees(withSingle milliseconds: Double) -> Bool {
    guard let single else { return false }
    return milliseconds < 3 * single && single < 3 * milliseconds
  }
}

/// Where an engine's ``PassCostRecord`` comes from, and where it goes.
public struct PassCostMemory: Sendable {
  /// What was kept before.
  public var known: PassCostRecord?
  /// Called with what is known after some of the texts: the first, second, fourth and so on. From the engine's thread.
  public var keep: @Sendable (PassCostRecord) -> Void

  /// Makes a memory.
  public init(known: PassCostRecord?, keep: @escaping @Sendable (PassCostRecord) -> Void) {
    self.known = known
    self.keep = keep
  }
}
