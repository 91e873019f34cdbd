import KernelVerdicts

/// Whether what a program puts out depends on its races, and on memory that nobody wrote.
extension ProgramRunner {
  /// A run, and what it showed.
  struct Observation {
    var end: ProgramEnd
    var events: RunEvents
    var text: String

    /// All that two runs are held against each other by.
    fileprivate var summary: String { "\(end.ending) \(end.stop?.rawValue ?? "") \(events.outputHash)\n\(text)" }
  }

  /// Runs a program again under other schedules, and with other contents of unwritten memory, and says of a report's findings whether
  /// the output depends on them.
  ///
  /// - Parameter again: a run with a number and with these variables; nil where its input is not known any more.
  func judge(
    _ report: inout RunReport, _ announce: @Sendable (String) -> Void,
    again: (_ number: Int, _ variables: [String: String]) async throws -> Observation?
  ) async throws {
    func has(_ kind: Finding.Kind) -> Bool { report.findings.contains { $0.kind == kind } }
    // What the first run printed may have gone to the user: a run like it is what others are held against.
    var trials = [ownSchedule]
    if has(.race) { trials += (1...otherSchedules).map { Self.schedule(UInt64($0) &* 7919) } }
    if has(.uninitializedRead) { trials += ["00000000", "3f9d70a4", "c2280000"].map { [Self.poison: $0] } }
    func run(_ number: Int) async throws -> Observation? {
      announce("trying schedule \(number + 1) of \(trials.count)")
      return try await again(number, trials[number])
    }
    func leaveOpen() {
      report.notes.append(
        "Standard input was too long to be given again, so it was not tried whether the output depends on what was found."
      )
    }
    guard let first = try await run(0), let second = try await again(trials.count, trials[0]) else {
      return leaveOpen()
    }
    // A program that prints what differs by itself, such as times, says nothing by differing.
    let printsTheSame = first.summary == second.summary
    if !printsTheSame {
      report.notes.append(
        "The program's output differs from one run to the next, so it was only compared what it copied from the GPU.")
    }
    var changed: Set<Finding.Kind> = []
    for number in trials.indices.dropFirst() {
      guard let other = try await run(number) else { return leaveOpen() }
      report.schedulesTried += 1
      let isSame =
        printsTheSame ? other.summary == first.summary : other.events.outputHash == report.outputHash
      if !isSame { changed.insert(trials[number][Self.poison] == nil ? .race : .uninitializedRead) }
    }
    for index in report.findings.indices where changed.contains(report.findings[index].kind) {
      report.findings[index].changesOutput = true
    }
    report.sortFindings()
  }

  private static let poison = "BASIC_VGPU_POISON"
}
