import CUDAToolchain
import Foundation
import KernelEvaluation
import Testing

/// A worker for tests: it runs the Python that it is sent and answers with what that leaves in `answer`.
enum TestWorker {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// A Python of this machine; PyTorch is not needed.
  static let python: String? = {
    let own = root + "/.python/bin/python"
    if FileManager.default.isExecutableFile(atPath: own) { return own }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").map { $0 + "/python3" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  static let script = """
    import json, os, signal, sys, time
    sys.path.insert(0, sys.argv[1])
    import channel, confinement
    report = confinement.confine()
    connection = channel.Channel()
    connection.ready(report)
    def handle(message):
        names = {"connection": connection, "os": os, "sys": sys, "time": time, "signal": signal, "message": message}
        exec(message["code"], names)
        return names.get("answer")
    connection.serve(handle)
    """

  /// Calls a function with the launch of a worker whose folders are gone afterwards.
  static func withLaunch<Result>(
    _ sandbox: Sandbox.Kind?, limits: WorkerLimits = WorkerLimits(), script: String = script,
    _ body: (WorkerLaunch) async throws -> Result
  ) async throws -> Result {
    let python = try #require(python)
    return try await Folders.withTemporary { folder in
      for part in ["/script", "/writable"] {
        try FileManager.default.createDirectory(atPath: folder + part, withIntermediateDirectories: true)
      }
      try Folders.write(script, to: folder + "/script/worker.py")
      return try await body(
        WorkerLaunch(
          python: python, workerFolder: root + "/Worker",
          arguments: [folder + "/script/worker.py", root + "/Worker"], folder: folder + "/writable",
          readable: [folder + "/script"], limits: limits, sandbox: sandbox))
    }
  }

  /// Runs Python in a worker and returns its answer.
  static func run(
    _ code: String, _ sandbox: Sandbox.Kind?, limits: WorkerLimits = WorkerLimits(), time: Duration = .seconds(30)
  )
    async throws -> JSONValue
  {
    try await withLaunch(sandbox, limits: limits) { launch in
      try await WorkerProcess.with(launch) { try await $0.call(["code": .string(code)], timeLimit: time) }
    }
  }

  /// The kinds that this machine has.
  static func kinds() async throws -> [Sandbox.Kind] {
    let obstacles = try await Sandbox.obstacles(python: #require(python), workerFolder: root + "/Worker")
    return Sandbox.Kind.allCases.filter { obstacles[$0] == nil }
  }
}

extension TestWorker {
  /// Whether this machine has a kind.
  static func has(_ kind: Sandbox.Kind) async throws -> Bool { try await kinds().contains(kind) }

  /// The error that Python in a worker ends with.
  static func error(
    _ code: String, _ sandbox: Sandbox.Kind?, limits: WorkerLimits = WorkerLimits(), time: Duration = .seconds(30)
  ) async throws -> WorkerError {
    do {
      let answer = try await run(code, sandbox, limits: limits, time: time)
      throw NoError(answer: answer)
    } catch let error as WorkerError {
      return error
    }
  }

  struct NoError: Error {
    var answer: JSONValue
  }

  static func size(_ path: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
  }
}

extension WorkerError {
  /// Its kind, in a word.
  var name: String { String("\(self)".prefix { $0 != "(" }) }
}

extension TestWorker {
  /// Whether what is forbidden can be kept out here: with limits alone it takes a kernel with Landlock that knows signals.
  static func isConfined(_ kind: Sandbox.Kind) async throws -> Bool {
    try await withLaunch(kind) { launch in
      try await WorkerProcess.with(launch) { kind != .limits || ($0.confinement["landlock"]?.integer ?? 0) >= 6 }
    }
  }
}
