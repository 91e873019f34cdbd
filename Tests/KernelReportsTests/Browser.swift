import Foundation

/// Chromium without a window, as far as there is one.
enum Browser {
  /// The program: `BASIC_CHROMIUM`, or the first of the usual names on the path.
  static let program: String? = {
    let environment = ProcessInfo.processInfo.environment
    if let named = environment["BASIC_CHROMIUM"], !named.isEmpty { return named }
    let folders = (environment["PATH"] ?? "").split(separator: ":")
    for name in ["chromium", "chromium-browser", "google-chrome"] {
      for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") {
        return "\(folder)/\(name)"
      }
    }
    return nil
  }()

  static let isMissing = "There is no Chromium: install it, or name one in BASIC_CHROMIUM, to have the page rendered."

  /// What came of a page.
  struct Visit {
    /// The exit status; nil if the browser was stopped because it took too long.
    var status: Int32?
    /// The document after its scripts have run.
    var document: String
    /// What was written to the console.
    var console: [String]
  }

  /// Loads a page, lets its scripts run, and returns what the document has become.
  static func visit(_ page: URL, fragment: String = "", options: [String] = [], seconds: Double = 120) throws -> Visit {
    let folder = FileManager.default.temporaryDirectory.appending(path: "basic-browser-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = (output: folder.appending(path: "output"), errors: folder.appending(path: "errors"))
    for file in [files.output, files.errors] { try Data().write(to: file) }
    let process = Process()
    process.executableURL = URL(filePath: program ?? "")
    process.arguments =
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--user-data-dir=\(folder.path)/profile", "--enable-logging=stderr", "--v=0", "--virtual-time-budget=5000",
      ] + options + ["--dump-dom", page.absoluteString + fragment]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: files.output)
    process.standardError = try FileHandle(forWritingTo: files.errors)
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    try process.run()
    let inTime = ended.wait(timeout: .now() + seconds) == .success
    if !inTime { kill(process.processIdentifier, SIGKILL) }
    let log = try String(decoding: Data(contentsOf: files.errors), as: UTF8.self)
    return Visit(
      status: inTime ? process.terminationStatus : nil,
      document: try String(decoding: Data(contentsOf: files.output), as: UTF8.self),
      console: log.split(separator: "\n").filter { $0.contains(":CONSOLE") }.map(String.init))
  }
}
