import SpeculativeDecoding
import Synchronization

/// Decides when it is worth saying how far a model is loaded: not before somebody may wonder, and not twice the same.
final class LoadingProgress: Sendable {
  /// How long nothing is said, in milliseconds.
  static let patience = 500.0

  private let stopwatch: Stopwatch
  private let said = Mutex<Int?>(nil)

  /// - Parameter stopwatch: one that started when the loading did.
  init(stopwatch: Stopwatch) { self.stopwatch = stopwatch }

  /// The percentage to show now; `nil` where nothing is to be shown, or nothing else than before.
  func percentage(of share: Float) -> Int? {
    guard share >= 0, stopwatch.milliseconds > Self.patience else { return nil }
    let percentage = Int(min(share, 1) * 100)
    return said.withLock { said in
      guard said != percentage else { return nil }
      said = percentage
      return percentage
    }
  }
}
