import Synchronization

/// Watches over the time of one request.
final class Deadlines: Sendable {
  private struct State {
    var hasFirstToken = false
    var heard = Duration.zero
  }

  private let limits: TimeLimits
  private let elapsed: @Sendable () -> Duration
  private let sleepUntil: @Sendable (Duration) async throws -> Void
  private let state = Mutex(State())
  /// Ends when the first token has come.
  private let untilFirstToken: AsyncStream<Never>
  private let firstToken: AsyncStream<Never>.Continuation

  /// Begins to watch now.
  init(_ limits: TimeLimits, clock: any Clock<Duration>) {
    self.limits = limits
    (elapsed, sleepUntil) = Self.stopwatch(clock)
    (untilFirstToken, firstToken) = AsyncStream.makeStream()
  }

  /// How long it is since now, and a sleep until so long after now. It ends at an instant, not after a length: what passes
  /// between reading the clock and falling asleep is not slept again.
  private static func stopwatch<C: Clock<Duration>>(
    _ clock: C
  ) -> (elapsed: @Sendable () -> Duration, sleepUntil: @Sendable (Duration) async throws -> Void) {
    let start = clock.now
    return ({ start.duration(to: clock.now) }, { try await clock.sleep(until: start.advanced(by: $0), tolerance: nil) })
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
      let end = deadline()
      guard end > elapsed() else { return true }
      do { try await sleepUntil(end) } catch { return false }
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
