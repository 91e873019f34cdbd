import Synchronization

/// What has been asked of endpoints, what they gave, and what it cost. One ledger may serve many clients.
public final class CostLedger: Sendable {
  /// The sums of one endpoint, or of all.
  public struct Entry: Sendable, Hashable {
    /// Requests sent, every attempt counted.
    public var requests = 0
    /// Requests that ended without a complete answer.
    public var failedRequests = 0
    /// Requests of which the endpoint did not say what they used up: the sums below lack them. A failed request that got
    /// no response is not among them.
    public var requestsWithoutUsage = 0
    /// Answers given, samples counted one by one.
    public var answers = 0
    /// What was used up, failed requests included as far as the endpoint said.
    public var usage = TokenUsage()
    /// What it cost; `nil` where no price is known for some of it.
    public var cost: Double? = 0

    /// Makes an entry of nothing.
    public init() {}

    /// The two together.
    public static func + (left: Entry, right: Entry) -> Entry {
      var sum = Entry()
      sum.requests = left.requests + right.requests
      sum.failedRequests = left.failedRequests + right.failedRequests
      sum.requestsWithoutUsage = left.requestsWithoutUsage + right.requestsWithoutUsage
      sum.answers = left.answers + right.answers
      sum.usage = left.usage + right.usage
      if let first = left.cost, let second = right.cost { sum.cost = first + second } else { sum.cost = nil }
      return sum
    }
  }

  private let entries = Mutex<[String: Entry]>([:])
  private let whole: CostLedger?

  /// A ledger without entries.
  ///
  /// - Parameter whole: a ledger that this one is a part of: what is entered here is entered there too.
  public init(partOf whole: CostLedger? = nil) { self.whole = whole }

  /// The sums per endpoint, by name.
  public var perEndpoint: [String: Entry] { entries.withLock { $0 } }

  /// The sums of all endpoints.
  public var total: Entry { perEndpoint.values.reduce(Entry(), +) }

  /// Enters one request.
  ///
  /// - Parameters:
  ///   - usage: What the endpoint said; `nil` where it said nothing.
  ///   - answers: How many complete answers came.
  ///   - failed: Whether something is missing.
  ///   - answered: Whether a response began at all, so that tokens may have been used up.
  func enter(_ endpoint: Endpoint, usage: TokenUsage?, answers: Int, failed: Bool, answered: Bool) {
    var entry = Entry()
    entry.requests = 1
    entry.failedRequests = failed ? 1 : 0
    entry.answers = answers
    if let usage {
      entry.usage = usage
      entry.cost = endpoint.price.map { $0.cost(of: usage) }
    } else if answered {
      entry.requestsWithoutUsage = 1
    }
    enter(entry, of: endpoint.name)
  }

  private func enter(_ entry: Entry, of name: String) {
    entries.withLock { $0[name] = $0[name, default: Entry()] + entry }
    whole?.enter(entry, of: name)
  }
}
