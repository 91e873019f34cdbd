/// Why a worker gave no answer. After any of these but `raised` it has ended, and so has all that it started.
package enum WorkerError: Error, Sendable, Hashable {
  /// The message was answered by an exception; the worker goes on.
  case raised(WorkerException)
  /// It ended by itself.
  case exited(code: Int, output: WorkerOutput)
  /// A signal ended it that was not ours: a crash, as a rule.
  case signalled(Int, output: WorkerOutput)
  /// The call took longer than it may, or the processor time is used up.
  case outOfTime(output: WorkerOutput)
  case outOfMemory(output: WorkerOutput)
  case tooManyProcesses(output: WorkerOutput)
  /// More in its folder than it may write.
  case tooMuchOutput(output: WorkerOutput)
  /// It said something that the conversation has no place for; in a sentence, what.
  case garbled(String, output: WorkerOutput)
  /// No fault of the worker's: it could not be started or enclosed.
  case notStarted(String)

  /// What it wrote to its standard streams, where that is known.
  package var output: WorkerOutput? {
    switch self {
    case .raised, .notStarted: nil
    case .exited(_, let output), .signalled(_, let output), .outOfTime(let output), .outOfMemory(let output),
      .tooManyProcesses(let output), .tooMuchOutput(let output), .garbled(_, let output):
      output
    }
  }
}

/// A Python exception, as the worker reported it: a claim like all that it says.
package struct WorkerException: Error, Sendable, Hashable {
  package var type: String
  package var message: String
  package var traceback: String

  package init(type: String, message: String, traceback: String) {
    self.type = type
    self.message = message
    self.traceback = traceback
  }
}

/// What a worker wrote to its standard streams: of each the beginning and the end.
package struct WorkerOutput: Sendable, Hashable {
  package var standardOutput: String
  package var standardError: String

  package init(standardOutput: String, standardError: String) {
    self.standardOutput = standardOutput
    self.standardError = standardError
  }
}
