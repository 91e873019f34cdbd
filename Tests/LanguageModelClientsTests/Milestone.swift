import Synchronization

/// A number that grows, and that can be waited for.
final class Milestone: Sendable {
  private let state = Mutex<(count: Int, waiting: [(Int, CheckedContinuation<Void, Never>)])>((0, []))

  var count: Int { state.withLock { $0.count } }

  func pass() {
    let woken = state.withLock { state in
      state.count += 1
      let due = state.waiting.filter { $0.0 <= state.count }
      state.waiting.removeAll { $0.0 <= state.count }
      return due.map(\.1)
    }
    for continuation in woken { continuation.resume() }
  }

  /// Waits until the number is `count`.
  func reached(_ count: Int) async {
    await withCheckedContinuation { continuation in
      let isReached = state.withLock { state in
        if state.count >= count { return true }
        state.waiting.append((count, continuation))
        return false
      }
      if isReached { continuation.resume() }
    }
  }
}
