import Foundation

/// A program that does not outlive this process.
///
/// A shell watches a pipe that nobody writes to, and kills the program when the pipe closes, which the system does for a
/// process that dies however it dies.
final class WatchedProgram: Sendable {
  private let program = Child()
  private let watch = Child()
  private let pipe = Pipe()

  /// `Process` is not `Sendable`; this one is started once, and then only waited for.
  private final class Child: @unchecked Sendable {
    let process = Process()
  }

  /// Starts a program, whose output goes to a file.
  init(_ path: String, _ arguments: [String], output: FileHandle) throws {
    func shell(_ child: Child, input: Pipe, _ script: String, _ arguments: [String]) throws {
      child.process.executableURL = URL(filePath: "/bin/sh")
      child.process.arguments = ["-c", script, "sh"] + arguments
      child.process.standardInput = input
      child.process.standardOutput = output
      child.process.standardError = output
      try child.process.run()
    }
    // The program begins when it is watched; without a word of this process it never does.
    let go = Pipe()
    try shell(program, input: go, "read go && exec \"$@\" </dev/null", [path] + arguments)
    try shell(watch, input: pipe, "cat >/dev/null; kill -9 \"$1\"", ["\(program.process.processIdentifier)"])
    try go.fileHandleForWriting.write(contentsOf: Data("go\n".utf8))
  }

  /// Whether it runs.
  var isRunning: Bool { program.process.isRunning }

  /// How it ended: 0 is well.
  var status: Int32 { program.process.terminationStatus }

  /// Sends a signal to the program alone.
  func signal(_ signal: Int32) { kill(program.process.processIdentifier, signal) }

  /// Kills the program, where it still runs, and waits until it is gone.
  func end() {
    if program.process.isRunning { signal(SIGKILL) }
    program.process.waitUntilExit()
    // The watch must not outlive the program: its number may be another's then.
    if watch.process.isRunning { kill(watch.process.processIdentifier, SIGKILL) }
    try? pipe.fileHandleForWriting.close()
  }

  deinit { end() }
}

/// What a program writes, in a folder of its own that goes with it.
final class ProgramLog: Sendable {
  private let folder: URL
  private let file: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "basic-llama-\(UUID().uuidString)")
    file = folder.appending(path: "log")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data().write(to: file)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Where the program is to write.
  func handle() throws -> FileHandle { try FileHandle(forWritingTo: file) }

  /// What it has written.
  var text: String { (try? String(decoding: Data(contentsOf: file), as: UTF8.self)) ?? "" }
}
