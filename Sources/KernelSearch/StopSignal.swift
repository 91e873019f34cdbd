import Synchronization

/// Asks a search to finish what is in flight and to stop then: what the first Ctrl-C does. Cancelling the search's task is what
/// the second does.
public final class StopSignal: Sendable {
  private struct State {
    var isRequested = false
    var listeners: [Int: @Sendable () -> Void] = [:]
    var count = 0
  }

  private let state = Mutex(State())

  /// Makes a signal that nobody has given.
  public init() {}

  /// Whether it was given.
  public var isRequested: Bool { state.withLock { $0.isRequested } }

  /// Gives it, once and for all.
  public func request() {
    let listeners = state.withLock { state in
      state.isRequested = true
      defer { state.listeners = [:] }
      return state.listeners.values.map { $0 }
    }
    for listener in listeners { listener() }
  }

  /// Calls `body` when it is given, at once where it has been.
  ///
  /// - Returns: what ``forget(_:)`` takes.
  func listen(_ body: @escaping @Sendable () -> Void) -> Int {
    let (number, isRequested) = state.withLock { state in
      state.count += 1
      if !state.isRequested { state.listeners[state.count] = body }
      return (state.count, state.isRequested)
    }
    if isRequested { body() }
    return number
  }

  func forget(_ number: Int) { state.withLock { _ = $0.listeners.removeValue(forKey: number) } }
}
