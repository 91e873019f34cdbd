import Synchronization

/// A number that grows, and that can be waited for.
final class Milestone: Sendable {
  private struct State {
    var count = 0
    var nextID = 0
    var waiting: [Int: (count: Int, continuation: CheckedContinuation<Void, Never>)] = [:]
    var cancelled: Set<Int> = []
  }

  private let state = Mutex(State())

  var count: Int { state.withLock { $0.count } }

  func pass() {
    let woken = state.withLock { state in
      state.count += 1
      let due = state.waiting.filter { $0.value.count <= state.count }
      for id in due.keys { state.waiting[id] = nil }
      return due.values.map(\.continuation)
    }
    for continuation in woken { continuation.resume() }
  }

  /// Waits until the number is `count`, or the task is cancelled: a test that ran out of time has to end.
  func reached(_ count: Int) async {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.count >= count || state.cancelled.contains(id) { return true }
          state.waiting[id] = (count, continuation)
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        state.cancelled.insert(id)
        return state.waiting.removeValue(forKey: id)
      }
      waiter?.continuation.resume()
    }
  }
}
