extension WorkerError {
  /// What happened to the process, as the end of a sentence that begins with it.
  var sentence: String {
    switch self {
    case .raised(let exception): "raised \(exception.type)"
    case .exited(let code, _): "ended by itself with status \(code)"
    case .signalled(let signal, _): "was ended by signal \(signal)\(Self.name(signal))"
    case .outOfTime: "ran longer than it may"
    case .outOfMemory: "held more memory than it may"
    case .tooManyProcesses: "started more processes than it may"
    case .tooMuchOutput: "wrote more than it may"
    case .garbled(let sentence, _): "broke off the conversation (\(sentence))"
    case .notStarted(let sentence): "could not be started: \(sentence)"
    }
  }

  private static func name(_ signal: Int) -> String {
    switch signal {
    case 4: " (illegal instruction)"
    case 6: " (abort)"
    case 7: " (bus error)"
    case 8: " (arithmetic error)"
    case 9: " (killed)"
    case 11: " (segmentation fault)"
    default: ""
    }
  }
}
