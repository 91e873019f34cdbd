/// Whether the device's events and the clock of our own process tell one story of a call.
///
/// The host waits for the device, so it sees the device's time and what starting and waiting cost. A call whose events
/// say *more* than the host has waited was not timed by real events; one whose events say much *less* did work that they
/// do not bracket: on another stream, in a thread, on the host before the first event. What starting and waiting cost is
/// seen at the baselines, which run ordinary code in the same round.
enum ClockAgreement {
  /// The clocks' own error: their relative drift, and the resolution of events and of waking up.
  private static let drift = 0.02
  private static let resolution = 20e-6
  /// How much longer than the device's time a call may take on the host, beside what the baselines take.
  private static let excessFraction = 0.25
  private static let leastExcess = 500e-6
  /// How many times the baselines' median excess is ordinary.
  private static let excessFactor = 4.0
  /// The part of the rounds that a disturbed machine may spoil.
  private static let spoiledFraction = 0.1

  /// The rounds whose clocks agree.
  ///
  /// - Throws: ``TimingError/Code/clocksDisagree`` if too many do not.
  static func filtered(_ rounds: [PairedTiming.Round]) throws(TimingError) -> [PairedTiming.Round] {
    let baselines = rounds.flatMap { [$0.eager] + ($0.compiled.map { [$0] } ?? []) }
    let excesses = baselines.map { $0.host - $0.device }.filter(\.isFinite)
    let ordinary = excesses.isEmpty ? 0 : max(PairedTiming.median(excesses), 0)
    var kept: [PairedTiming.Round] = []
    var complaint: String?
    for round in rounds {
      let samples =
        [("candidate", round.candidate), ("reference", round.eager)]
        + (round.compiled.map { [("compiled reference", $0)] } ?? [])
      let found = samples.lazy.compactMap { name, sample in Self.complaint(name, sample, ordinary: ordinary) }.first
      if let found { complaint = complaint ?? found } else { kept.append(round) }
    }
    if let complaint, Double(rounds.count - kept.count) > spoiledFraction * Double(rounds.count) {
      throw TimingError(
        .clocksDisagree,
        "In \(rounds.count - kept.count) of \(rounds.count) rounds the times cannot be believed: \(complaint).")
    }
    return kept
  }

  private static func complaint(_ name: String, _ sample: PairedTiming.Sample, ordinary: Double) -> String? {
    guard sample.device.isFinite, sample.host.isFinite, sample.device > 0, sample.host > 0 else {
      return "the \(name)'s is no positive number"
    }
    if sample.device > sample.host * (1 + drift) + resolution {
      return
        "by its events the \(name) took \(microseconds(sample.device)), of which only \(microseconds(sample.host)) passed"
    }
    let allowed = excessFraction * sample.device + max(leastExcess, excessFactor * ordinary)
    if sample.host - sample.device > allowed {
      return
        "by its events the \(name) took \(microseconds(sample.device)), but it was waited for \(microseconds(sample.host))"
    }
    return nil
  }

  static func microseconds(_ seconds: Double) -> String {
    let tenths = (seconds * 1e7).rounded() / 10
    return "\(tenths) µs"
  }
}
