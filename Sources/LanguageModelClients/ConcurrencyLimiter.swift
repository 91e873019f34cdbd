import Synchronization

/// Lets a number of tasks work at one time; the others wait in the order in which they came.
final class ConcurrencyLimiter: Sendable {
  private struct State {
    var free: Int
    var nextTicket = 0
    /// Those who wait, in order.
    var waiting: [(ticket: Int, continuation: CheckedContinuation<Bool, Never>)] = []
    /// Those who were cancelled before they suspended.
    var cancelled: Set<Int> = []
  }

  private let state: Mutex<State>

  init(limit: Int) { state = Mutex(State(free: limit)) }

  /// How many wait.
  var waitingCount: Int { state.withLock { $0.waiting.count } }

  /// How many more could work.
  var freePlaces: Int { state.withLock { $0.free } }

  /// Works when there is a place.
  ///
  /// - Throws: `CancellationError` where the task is cancelled before it gets a place, and what `body` throws.
  func withPlace<Result>(_ body: () async throws -> Result) async throws -> Result {
    try await takePlace()
    defer { givePlaceBack() }
    return try await body()
  }

  private func takePlace() async throws {
    try Task.checkCancellation()
    let ticket = state.withLock { state -> Int? in
      if state.free > 0 {
        state.free -= 1
        return nil
      }
      state.nextTicket += 1
      return state.nextTicket
    }
    guard let ticket else { return }
    let hasPlace = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
        let answer = state.withLock { state -> Bool? in
          if state.cancelled.remove(ticket) != nil { return false }
          // A place may have come back since the ticket was drawn, when nobody was waiting for it.
          if state.free > 0 {
            state.free -= 1
            return true
          }
          state.waiting.append((ticket, continuation))
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let continuation = state.withLock { state -> CheckedContinuation<Bool, Never>? in
        guard let index = state.waiting.firstIndex(where: { $0.ticket == ticket }) else {
          state.cancelled.insert(ticket)
          return nil
        }
        return state.waiting.remove(at: index).continuation
      }
      continuation?.resume(returning: false)
    }
    // Cancelled after it got its place, a task's mark is never looked at.
    state.withLock { _ = $0.cancelled.remove(ticket) }
    guard hasPlace else { throw CancellationError() }
  }

  private func givePlaceBack() {
    let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
      if state.waiting.isEmpty {
        state.free += 1
        return nil
      }
      return state.waiting.removeFirst().continuation
    }
    next?.resume(returning: true)
  }
}
