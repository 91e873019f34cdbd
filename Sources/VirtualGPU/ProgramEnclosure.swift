package import CUDAToolchain

/// How a program ended.
package struct ProgramEnd: Sendable {
  /// Why it was ended by us.
  package enum Stop: String, Sendable {
    case time, memory
  }

  package var ending: ProcessStart.Ending
  package var stop: Stop?
  package var seconds: Double
  /// The most bytes that it held.
  package var peakMemory: Int

  /// Makes an end.
  package init(ending: ProcessStart.Ending, stop: Stop?, seconds: Double, peakMemory: Int) {
    self.ending = ending
    self.stop = stop
    self.seconds = seconds
    self.peakMemory = peakMemory
  }
}

/// Where a built program runs that nobody vouches for.
package protocol ProgramEnclosure: Sendable {
  /// Runs a program once, with nothing to read.
  ///
  /// - Parameters:
  ///   - variables: what it finds in its environment beside what the enclosure gives everyone. The file that its runtime
  ///     reports into is the enclosure's to add.
  ///   - limits: what it may use up.
  /// - Returns: its end, what it printed (standard output and standard error), and what its runtime reported.
  /// - Throws: what keeps it from being run at all; `CancellationError` when the task is cancelled (nothing of it is left then).
  func run(
    _ program: BuiltProgram, arguments: [String], variables: [String: String], limits: ProgramLimits
  ) async throws -> (end: ProgramEnd, output: String, report: String)
}

/// What a program may use up.
package struct ProgramLimits: Sendable {
  /// From its start to its end.
  package var time: Duration
  /// The bytes that it may hold in memory.
  package var memory: Int
}
