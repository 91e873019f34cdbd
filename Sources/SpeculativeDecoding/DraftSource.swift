/// Where guesses come from: a draft model, or the text itself.
public protocol DraftSource: AnyObject {
  /// What its nodes are marked with.
  var origin: DraftOrigin { get }

  /// Starts on a new text. Its last token is the root of the first tree.
  func prepare(_ text: ArraySlice<Token>) throws

  /// Adds guesses to a tree whose root is the last token of the text.
  func propose(into tree: inout TokenTree, guidance: DraftGuidance) throws

  /// Learns what the target said of a tree that this source may or may not have added to.
  func learn(_ outcome: PassOutcome) throws
}

/// What a draft source has to know to stop where more guesses would not pay.
public struct DraftGuidance: Sendable {
  /// What the user allows.
  public var limits: TreeLimits
  /// The lightest node worth adding: its weight times the value of a token has to pay for its place in the pass.
  public var minimumWeight: Double
  /// The number of tokens that one millisecond is worth: the rate at which the decoder goes.
  public var tokensPerMillisecond: Double
  /// What the draft model's own passes cost; `nil` for drafting without regard to cost.
  public var draftCosts: PassCosts?
  /// The most leaves that the target can verify in one pass.
  public var leafLimit: Int
  /// Tokens that end the text: nothing follows them.
  public var endTokens: Set<Token>
  /// The number of the pass, for sources that draw at random.
  public var pass: Int
  /// When drafting has to stop, in milliseconds of `stopwatch`.
  public var deadline: Double
  /// The decoder's clock.
  public var stopwatch: Stopwatch

  /// Makes guidance.
  public init(
    limits: TreeLimits, minimumWeight: Double = 0, tokensPerMillisecond: Double = 0, draftCosts: PassCosts? = nil,
    leafLimit: Int = .max, endTokens: Set<Token> = [], pass: Int = 0, deadline: Double = .infinity, stopwatch: Stopwatch
  ) {
    self.limits = limits
    self.minimumWeight = minimumWeight
    self.tokensPerMillisecond = tokensPerMillisecond
    self.draftCosts = draftCosts
    self.leafLimit = leafLimit
    self.endTokens = endTokens
    self.pass = pass
    self.deadline = deadline
    self.stopwatch = stopwatch
  }
}

/// What the target said of a tree.
public struct PassOutcome: Sendable {
  /// The tree as it was proposed, before pruning.
  public let proposed: TokenTree
  /// The nodes that the target's own text went through, from the root on.
  public let visited: [Int]
  /// The token that the target chose after each visited node. The last one is new; each of the others is carried by the
  /// next visited node.
  public let tokens: [Token]

  /// Makes an outcome.
  public init(proposed: TokenTree, visited: [Int], tokens: [Token]) {
    precondition(visited.count == tokens.count && visited.first == 0)
    self.proposed = proposed
    self.visited = visited
    self.tokens = tokens
  }
}

/// Milliseconds since some moment, from a clock that is passed in.
public struct Stopwatch: Sendable {
  private let read: @Sendable () -> Double

  /// A stopwatch on `clock`, which starts now.
  public init<C: Clock>(clock: C) where C.Duration == Duration {
    let start = clock.now
    read = {
      let elapsed = start.duration(to: clock.now).components
      return Double(elapsed.seconds) * 1e3 + Double(elapsed.attoseconds) * 1e-15
    }
  }

  /// The milliseconds since the start.
  public var milliseconds: Double { read() }
}
