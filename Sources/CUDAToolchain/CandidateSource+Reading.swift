#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension CandidateSource {
  /// The longest candidate that is read, in bytes.
  static let largestCandidate = 4_000_000

  /// Reads a candidate's Python file with a Python of at least 3.10. The file is parsed, never executed.
  ///
  /// A file that is not Python, or too hard to read, is an answer and not an error.
  public static func read(
    _ candidate: String, toolchain: Toolchain, timeLimit: Duration = .seconds(20)
  ) async throws -> CandidateSource {
    guard let python = toolchain.python else {
      throw CUDAToolchainError(
        .noPython,
        "A candidate is a Python file, and python3 was not found; install Python 3.10 or newer, or set BASIC_PYTHON.")
    }
    guard candidate.utf8.count <= largestCandidate else {
      return unreadable("too-large", "The candidate is longer than \(largestCandidate) bytes.")
    }
    return try await Folders.withTemporary { folder in
      let resources = try ResourceFolder(environment: toolchain.environment, fallback: folder)
      // -I: nothing of the user's Python settings, nothing from the working folder; -S: no site packages.
      let result = try await Command(
        executable: python, arguments: ["-I", "-S", "-B", resources.extractor], folder: folder,
        environment: toolchain.quietEnvironment(folder: folder), input: candidate, timeLimit: timeLimit
      ).run()
      switch result.ending {
      case .outOfTime: return unreadable("too-slow", "The candidate takes too long to read.")
      // Python itself may give up on hostile nesting; that is the candidate's doing.
      case .signalled(let signal): return unreadable("too-deep", "Reading the candidate ended with signal \(signal).")
      case .exited(0):
        if let found = try? JSONDecoder().decode(CandidateSource.self, from: Data(result.standardOutput.utf8)) {
          return found
        }
      default: break
      }
      let said = result.standardError.split(separator: "\n").last.map(String.init) ?? "it said nothing"
      throw CUDAToolchainError(
        .programFailed,
        "\(python) could not read the candidate (\(said)); set BASIC_PYTHON to a Python of at least 3.10.")
    }
  }

  private static func unreadable(_ code: String, _ message: String) -> CandidateSource {
    CandidateSource(kind: .unreadable, extensions: [], problems: [Problem(code: code, line: 0, message: message)])
  }
}
