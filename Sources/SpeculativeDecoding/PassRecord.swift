/// All that happened in one pass: enough to account for its time and to draw its tree.
public struct PassRecord: Sendable {
  /// The number of the pass, from 0.
  public let index: Int
  /// The output position of the first token that the pass brought.
  public let position: Int
  /// The tree that the target scored.
  public let tree: TokenTree
  /// The nodes that were accepted, from the first level down; the root is not among them.
  public let accepted: [Int]
  /// The tokens that the pass brought: those of the accepted nodes and one more, unless the text ended before.
  public let tokens: [Token]
  /// The number of nodes that were drafted before pruning, the root not counted.
  public let draftedNodes: Int
  /// Where the time went.
  public let times: PassTimes
}

/// Where the time of one pass, or of several, went, in milliseconds.
public struct PassTimes: Sendable, Equatable {
  /// Drafting: the draft model's passes and the search for repetitions.
  public var drafting: Double
  /// The target's pass.
  public var verifying: Double
  /// Everything else of ours: planning, pruning, sampling, bookkeeping.
  public var host: Double

  /// Makes times.
  public init(drafting: Double = 0, verifying: Double = 0, host: Double = 0) {
    self.drafting = drafting
    self.verifying = verifying
    self.host = host
  }

  /// Their sum.
  public var total: Double { drafting + verifying + host }

  static func += (left: inout PassTimes, right: PassTimes) {
    left.drafting += right.drafting
    left.verifying += right.verifying
    left.host += right.host
  }
}

/// How a decoding went.
public struct DecodingSummary: Sendable {
  /// Why the text ended.
  public enum End: String, Sendable {
    /// The model ended it.
    case endToken = "end"
    /// The limit on tokens was reached.
    case tokenLimit = "token-limit"
    /// The context is full.
    case contextFull = "context-full"
    /// The caller ended it.
    case stopped = "stopped"
  }

  /// The tokens written; an end token is not among them.
  public var tokens: [Token] = []
  /// The number of the target's passes.
  public var passes = 0
  /// The number of drafted nodes that the target scored.
  public var verifiedNodes = 0
  /// The number of drafted tokens that were accepted.
  public var acceptedTokens = 0
  /// Where the time went, the reading of the prompt not counted.
  public var times = PassTimes()
  /// The milliseconds that reading the prompt took.
  public var promptTime = 0.0
  /// The milliseconds that measuring the cost of passes took; 0 where it was known.
  public var probeTime = 0.0
  /// Why the text ended.
  public var end = End.stopped

  /// Makes an empty summary.
  public init() {}

  /// How fast the tokens were written, the reading of the prompt not counted; 0 where no time went by.
  public var tokensPerSecond: Double { times.total > 0 ? Double(tokens.count) / times.total * 1e3 : 0 }

  /// Tokens gained per pass of the target; plain decoding has 1.
  public var tokensPerPass: Double { passes > 0 ? Double(acceptedTokens + passes) / Double(passes) : 0 }
}
