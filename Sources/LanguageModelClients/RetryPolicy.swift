/// How often a request is sent anew after a failure that may pass, and how long to wait before.
///
/// The waiting time doubles from attempt to attempt up to a ceiling, and is drawn evenly from the upper half of what it
/// may be, so that clients that failed together do not come back together. (Exponential back-off with jitter: M. Brooker,
/// *Exponential Backoff And Jitter*, AWS Architecture Blog, 2015.) What a server asks for in `Retry-After` is always waited.
public struct RetryPolicy: Sendable, Hashable {
  /// The most attempts, the first one included.
  public var attempts: Int
  /// The longest wait before the second attempt.
  public var firstDelay: Duration
  /// The longest wait before any attempt, unless the server asks for more.
  public var longestDelay: Duration
  /// The longest that one request waits between its attempts, all waits together.
  public var totalDelay: Duration

  /// Six attempts within a minute or two.
  public init(
    attempts: Int = 6, firstDelay: Duration = .seconds(1), longestDelay: Duration = .seconds(30),
    totalDelay: Duration = .seconds(180)
  ) {
    self.attempts = attempts
    self.firstDelay = firstDelay
    self.longestDelay = longestDelay
    self.totalDelay = totalDelay
  }

  /// One attempt and no more.
  public static let never = RetryPolicy(attempts: 1)

  /// How long to wait before the next attempt; `nil` when it is time to give up.
  ///
  /// - Parameters:
  ///   - failures: The number of attempts that have failed, 1 or more.
  ///   - retryAfter: What the server asked for.
  ///   - waited: What was waited before, all waits together.
  ///   - generator: Where the jitter comes from.
  public func delay(
    afterFailures failures: Int, retryAfter: Duration?, waited: Duration,
    using generator: inout some RandomNumberGenerator
  ) -> Duration? {
    guard failures < attempts else { return nil }
    // 2^40 first delays are longer than anybody waits.
    let ceiling = min(longestDelay, firstDelay * (1 << min(max(failures - 1, 0), 40)))
    let jittered = ceiling / 2 * (1 + Double.random(in: 0..<1, using: &generator))
    // Jitter comes on top of what the server asks for: all its clients were told the same.
    let delay = retryAfter.map { max($0, .zero) + jittered - ceiling / 2 } ?? jittered
    return waited + delay <= totalDelay ? delay : nil
  }
}
