import Synchronization

/// One line on a terminal that says what takes long.
final class ProgressLine: Sendable {
  private let isShown: Bool
  private let hasText = Mutex(false)

  init(isShown: Bool) { self.isShown = isShown }

  func show(_ text: String) {
    guard isShown else { return }
    hasText.withLock { $0 = true }
    Console.standardError.write("\r\u{1B}[K\(text) …")
  }

  func clear() {
    guard isShown, hasText.withLock({ $0 }) else { return }
    hasText.withLock { $0 = false }
    Console.standardError.write("\r\u{1B}[K")
  }
}
