/// One call on a GPU, as a worker's clock and ours saw it.
struct TimedCall: Sendable, Hashable {
  /// By the events before and after it, in seconds.
  var device: Double
  /// How much longer the GPU had something to do on streams that the default one does not wait for.
  var tail: Double
  /// By our own clock, from the message to the answer.
  var host: Double
  /// Bytes of the level 2 cache that the process has set aside.
  var persisting: Int

  /// A wait for a GPU that has nothing to do takes less.
  static let ordinaryTail = 50e-6

  /// Its times for a comparison. Work that the events do not bracket counts.
  var sample: PairedTiming.Sample {
    .init(device: device + (tail > Self.ordinaryTail ? tail : 0), host: host)
  }

  static func measure(_ call: () async throws -> JSONValue) async throws -> TimedCall {
    let start = ContinuousClock.now
    let answer = try await call()
    let host = start.duration(to: .now) / .seconds(1)
    guard let device = answer["device"]?.number, let tail = answer["tail"]?.number else {
      throw WorkerAnswerError("a timed call was answered without a time")
    }
    return TimedCall(device: device, tail: tail, host: host, persisting: answer["persisting"]?.integer ?? 0)
  }
}
