public import LanguageModels
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A model behind an endpoint.
///
/// Requests that fail for a reason that may pass are sent anew as the endpoint's ``RetryPolicy`` says. Text is given out as
/// it comes; where a stream breaks after some was given out, ``LanguageModels/GenerationEvent/restarted`` says that it is
/// void, and the answer begins anew. An answer that was complete is never asked for again, also where the connection
/// broke right after it. One value, and its copies, share connections, the limit on concurrency and the ledger.
public struct RemoteLanguageModel: LanguageModel {
  /// Where the model is.
  public let endpoint: Endpoint
  /// What has been asked and what it cost.
  public private(set) var ledger: CostLedger

  let connections: Connections
  let limiter: ConcurrencyLimiter
  let clock: any Clock<Duration>
  let wallClock: @Sendable () -> Double
  let jitter: Jitter

  /// A model behind `endpoint`.
  ///
  /// - Parameters:
  ///   - ledger: Where requests are entered; several models may share one.
  ///   - clock: What time limits and waits are measured with.
  ///   - wallClock: Seconds since 1970; only dates that servers send are compared with it.
  ///   - generator: Where the jitter of waits comes from.
  /// - Throws: ``LanguageModelClientsError`` where the endpoint's description cannot be used.
  public init(
    _ endpoint: Endpoint, ledger: CostLedger = CostLedger(), clock: any Clock<Duration> = ContinuousClock(),
    wallClock: @escaping @Sendable () -> Double = RemoteLanguageModel.now,
    generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
  ) throws(LanguageModelClientsError) {
    try endpoint.validate()
    self.endpoint = endpoint
    self.ledger = ledger
    self.clock = clock
    self.wallClock = wallClock
    connections = Connections(for: endpoint)
    limiter = ConcurrencyLimiter(limit: endpoint.concurrency)
    jitter = Jitter(generator)
  }

  /// Seconds since 1970 by the system's clock.
  public static let now: @Sendable () -> Double = { Date().timeIntervalSince1970 }

  /// The same model, whose requests are entered into a part of the ledger too.
  func entering(_ part: CostLedger) -> RemoteLanguageModel {
    var model = self
    model.ledger = part
    return model
  }

  /// The model's name at the endpoint.
  public var name: String { endpoint.model }

  /// Writes an answer.
  ///
  /// `started` says 0 tokens where the endpoint counts the prompt only at the end, as all OpenAI dialects do.
  /// The stream throws ``LanguageModelClientsError``.
  public func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
    AsyncThrowingStream { continuation in
      // The stream's consumer and the connection run side by side; ending the stream cancels the request.
      let task = Task {
        do {
          try await Call(model: self, request: request) { _, event in continuation.yield(event) }.run(samples: 1)
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  /// Writes several answers to one request, independently of each other.
  ///
  /// They are asked for in one request where the endpoint takes `n`, and otherwise in requests side by side, whose bodies
  /// begin with the same bytes; with a seed, answer `i` of those has the seed plus `i`. A sample that fails does not end
  /// the others: the stream throws the first error when all others are complete. Where one request gave several answers,
  /// their outcomes have no counts of tokens, which the endpoint gives only for all together: the ledger has them.
  ///
  /// - Parameter count: How many; nothing is asked for where it is 0.
  public func samples(
    _ request: GenerationRequest, count: Int
  ) -> AsyncThrowingStream<SampleEvent, any Error> {
    AsyncThrowingStream { continuation in
      // As above.
      let task = Task {
        do {
          try await Call(model: self, request: request) { sample, event in
            continuation.yield(SampleEvent(sample: sample, event: event))
          }.run(samples: count)
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }
}

/// What happens to one of several answers.
public struct SampleEvent: Sendable, Equatable {
  /// Which answer, counted from 0.
  public var sample: Int
  /// What happens to it.
  public var event: GenerationEvent

  /// Makes an event.
  public init(sample: Int, event: GenerationEvent) {
    self.sample = sample
    self.event = event
  }
}

/// Random numbers that several tasks draw from.
final class Jitter: Sendable {
  private let generator: Mutex<any RandomNumberGenerator & Sendable>

  init(_ generator: any RandomNumberGenerator & Sendable) { self.generator = Mutex(generator) }

  func delay(
    _ policy: RetryPolicy, afterFailures failures: Int, retryAfter: Duration?, waited: Duration
  ) -> Duration? {
    generator.withLock { generator in
      policy.delay(afterFailures: failures, retryAfter: retryAfter, waited: waited, using: &generator)
    }
  }
}
