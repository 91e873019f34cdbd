/// One call on a GPU, as a worker's clock and ours saw it.
struct TimedCall: Sendable, Hashable {
  /// By the events before and after it, in seconds.
  var device: Double
  /// How much longer the GPU had something to do on streams that the default one does not wait for.
  var tail: Double
  /// By our own clock, from the message to the answer.
  var host: Double
  /// Of the writes that were put before it.
  var cover: Double
  /// Bytes of the level 2 cache that the process keeps from call to call.
  var persisting: Int
  /// How many kernels of extensions it launched.
  var launches = 0
  /// The operators of PyTorch that computed something, where that was asked for.
  var operators: [String: Int] = [:]

  /// What a timed call is given.
  struct Inputs: Sendable, Hashable {
    /// Which of the sets that were handed over.
    var set: Int
    /// What is random in the model.
    var seed: UInt64
    /// What makes the set's values ones that no call has seen.
    var variation: UInt64

    var json: [String: JSONValue] { ["set": .integer(set), "seed": .seed(seed), "fresh": .seed(variation)] }
  }

  /// A wait for a GPU that has nothing to do takes less.
  static let ordinaryTail = 50e-6
  /// Seconds of other work that the GPU gets before a call, so that it is not the host's launches that are timed; 0 for a call as
  /// everyone makes it, whose ``tail`` tells of streams that nobody waits for.
  static let cover = 2e-3

  /// Its times for a comparison. Work that the events do not bracket counts.
  ///
  /// - Parameter cover: how long the work before the call took where nobody has a reason to lie about it.
  func sample(cover: Double) -> PairedTiming.Sample {
    .init(device: device + (tail > Self.ordinaryTail ? tail : 0), host: host - cover)
  }

  static func measure(_ call: () async throws -> JSONValue) async throws -> TimedCall {
    let start = ContinuousClock.now
    let answer = try await call()
    let host = start.duration(to: .now) / .seconds(1)
    guard let device = answer["device"]?.number, let tail = answer["tail"]?.number, let cover = answer["cover"]?.number
    else { throw WorkerAnswerError("a timed call was answered without its times") }
    return TimedCall(
      device: device, tail: tail, host: host, cover: cover, persisting: answer["persisting"]?.integer ?? 0,
      launches: answer["launches"]?.integer ?? 0, operators: answer["operators"]?.integers ?? [:])
  }
}
