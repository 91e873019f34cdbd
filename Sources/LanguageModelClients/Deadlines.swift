import Synchronization

/// Watches over the time of one request.
final class Deadlines: Sendable {
  private struct State {
    var hasFirstToken = false
    var heard = Duration.zero
  }

  private let limits: TimeLimits
  private let clock: any Clock<Duration>
  private let elapsed: @Sendable () -> Duration
  private let state = Mutex(State())
  /// Ends when the first token has come.
  private let untilFirstToken: AsyncStream<Never>
  private let firstToken: AsyncStream<Never>.Continuation

  /// Begins to watch now.
  init(_ limits: TimeLimits, clock: any Clock<Duration>) {
    self.limits = limits
    self.clock = clock
    elapsed = Self.stopwatch(clock)
    (untilFirstToken, firstToken) = AsyncStream.makeStream()
  }

  private static func stopwatch<C: Clock<Duration>>(_ clock: C) -> @Sendable () -> Duration {
    let start = clock.now
    return { start.duration(to: clock.now) }
  }

  /// Something came; from the first token on, the limit on silence begins anew with it.
  func heard(isToken: Bool) {
    let now = elapsed()
    let isFirst = state.withLock { state in
      let isFirst = isToken && !state.hasFirstToken
      state.heard = now
      if isFirst { state.hasFirstToken = true }
      return isFirst
    }
    if isFirst { firstToken.finish() }
  }

  /// Waits until a limit is passed, and says which; `nil` where the task is cancelled before.
  func expiry() async -> LanguageModelClientsError.Code? {
    await withTaskGroup(of: LanguageModelClientsError.Code?.self) { group in
      group.addTask { await self.sleep(until: { self.limits.whole }) ? .wholeTimeout : nil }
      group.addTask {
        let isOver = await self.sleep(until: { self.limits.firstToken })
        return isOver && !self.state.withLock { $0.hasFirstToken } ? .firstTokenTimeout : nil
      }
      group.addTask {
        for await _ in self.untilFirstToken {}
        return await self.sleep(until: { self.state.withLock { $0.heard } + self.limits.silence })
          ? .silenceTimeout : nil
      }
      while let code = await group.next() {
        guard let code else { continue }
        group.cancelAll()
        return code
      }
      return nil
    }
  }

  /// Sleeps until a time that may move away meanwhile; says whether it was reached.
  private func sleep(until deadline: () -> Duration) async -> Bool {
    while !Task.isCancelled {
      let rest = deadline() - elapsed()
      guard rest > .zero else { return true }
      do { try await clock.sleep(for: rest) } catch { return false }
    }
    return false
  }
}

extension EndpointErrors {
  /// A limit on time was passed.
  func expired(_ code: LanguageModelClientsError.Code) -> LanguageModelClientsError {
    let limits = endpoint.limits
    switch code {
    case .firstTokenTimeout:
      return error(
        code,
        "did not begin to answer within \(Self.seconds(limits.firstToken)); it may be busy or still loading the "
          + "model. Allow more time for the first token if that is so.")
    case .silenceTimeout:
      return error(code, "fell silent for \(Self.seconds(limits.silence)) in the middle of an answer.")
    default:
      return error(
        code,
        "had not answered completely after \(Self.seconds(limits.whole)); ask for fewer tokens or allow more time.")
    }
  }
}
