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
  /// The part of the rounds that a disturbed machine may spoil for the candidate, beside what it spoils for the baselines.
  private static let spoiledFraction = 0.1
  /// How many times the part that it spoils for a baseline it may spoil for the candidate.
  private static let spoiledFactor = 2.0
  /// Of so disturbed a machine no time is believed.
  private static let mostSpoiled = 0.5

  /// The rounds whose clocks agree.
  ///
  /// A busy machine makes everyone wait, and the baselines' calls tell how often: those run nobody's code but PyTorch's.
  ///
  /// - Throws: ``TimingError/Code/clocksDisagree`` if too many do not.
  static func filtered(_ rounds: [PairedTiming.Round]) throws(TimingError) -> [PairedTiming.Round] {
    let baselines = rounds.flatMap { [$0.eager] + ($0.compiled.map { [$0] } ?? []) }
    let excesses = baselines.map { $0.host - $0.device }.filter(\.isFinite)
    let ordinary = excesses.isEmpty ? 0 : max(PairedTiming.median(excesses), 0)
    var kept: [PairedTiming.Round] = []
    var ofCandidate: [String] = []
    var ofBaselines: [String] = []
    for round in rounds {
      let mine = Self.complaint("candidate", round.candidate, ordinary: ordinary)
      let theirs = [("reference", round.eager)] + (round.compiled.map { [("compiled reference", $0)] } ?? [])
      let others = theirs.compactMap { name, sample in Self.complaint(name, sample, ordinary: ordinary) }
      if mine == nil, others.isEmpty { kept.append(round) }
      ofCandidate += mine.map { [$0] } ?? []
      ofBaselines += others
    }
    let spoiled = rounds.count - kept.count
    let noise = Double(ofBaselines.count) / Double(max(1, baselines.count))
    let allowed = (spoiledFraction + spoiledFactor * noise) * Double(rounds.count)
    if let complaint = ofCandidate.first, Double(ofCandidate.count) > allowed {
      throw TimingError(
        .clocksDisagree,
        "In \(ofCandidate.count) of \(rounds.count) rounds the times cannot be believed: \(complaint).")
    }
    if let complaint = ofCandidate.first ?? ofBaselines.first, Double(spoiled) > mostSpoiled * Double(rounds.count) {
      throw TimingError(
        .clocksDisagree,
        "This machine is too busy: in \(spoiled) of \(rounds.count) rounds somebody was kept waiting; \(complaint).")
    }
    return kept
  }

  /// Of calls that run nobody's code but PyTorch's, those that the machine did not hold up.
  ///
  /// - Throws: ``TimingError/Code/clocksDisagree`` if less than half are left.
  static func believable(_ samples: [PairedTiming.Sample]) throws(TimingError) -> [PairedTiming.Sample] {
    let excesses = samples.map { $0.host - $0.device }.filter(\.isFinite)
    let ordinary = excesses.isEmpty ? 0 : max(PairedTiming.median(excesses), 0)
    var kept: [PairedTiming.Sample] = []
    var last: String?
    for sample in samples {
      let complaint = Self.complaint("reference", sample, ordinary: ordinary)
      if complaint == nil { kept.append(sample) }
      last = complaint ?? last
    }
    guard let last, Double(samples.count - kept.count) > mostSpoiled * Double(samples.count) else { return kept }
    throw TimingError(
      .clocksDisagree,
      "This machine is too busy: \(samples.count - kept.count) of \(samples.count) calls were kept waiting; \(last).")
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
