import CUDAToolchain
import Foundation
import KernelEvaluation
import Testing

/// A conversation with a worker that does not keep to its rules: the script is the worker's whole program.
@Suite(.serialized, .enabled(if: TestWorker.python != nil, "there is no Python 3"))
struct `A conversation` {
  /// Reads the first message and a call, then says something.
  private func error(saying code: String, limits: WorkerLimits = WorkerLimits(), time: Duration = .seconds(20))
    async throws -> WorkerError
  {
    let script = """
      import json, os, sys, time
      nonce = json.loads(os.read(3, 10000))["nonce"]
      def say(value): os.write(4, json.dumps(value).encode() + b"\\n")
      say({"nonce": nonce, "ready": {}})
      call = json.loads(os.read(3, 10000))
      \(code)
      time.sleep(1000)
      """
    return try await TestWorker.withLaunch(nil, limits: limits, script: script) { launch in
      try await WorkerProcess.with(launch) { worker in
        do {
          let answer = try await worker.call(["a": 1], timeLimit: time)
          throw TestWorker.NoError(answer: answer)
        } catch let error as WorkerError {
          return error
        }
      }
    }
  }

  @Test(arguments: [
    "os.write(4, b'no JSON\\n')",
    "os.write(4, b'\\xff\\xfe\\x00\\n')",
    "os.write(4, b'\\n')",
    "os.write(4, b'[' * 100000 + b'\\n')",
    "os.write(4, b'{\"a\":' * 100000 + b'\\n')",
    "say({'nonce': 'guessed', 'id': 1, 'result': 1})",
    "say({'id': 1, 'result': 1})",
    "say([nonce])",
    "say({'nonce': nonce, 'id': 2, 'result': 1})",
    "say({'nonce': nonce, 'result': 1})",
    "say({'nonce': nonce, 'id': 1})",
    "os.write(4, json.dumps({'nonce': nonce, 'id': 1, 'result': 1}).encode()[:-1] + b', \"id\": 1}\\n')",
    "os.write(4, b'x' * 1000)\nos.close(4)",
    "os.close(3); os.close(4)",
    "try:\n  while True: os.write(4, b'x' * 65536)\nexcept OSError: pass",
  ])
  func `that is garbled ends`(_ code: String) async throws {
    let start = ContinuousClock.now
    let error = try await error(saying: code)
    #expect(error.name == "garbled", "\(error)")
    #expect(ContinuousClock.now - start < .seconds(15))
  }

  @Test func `a line without end is late`() async throws {
    #expect(try await error(saying: "os.write(4, b'{')", time: .seconds(1)).name == "outOfTime")
  }

  @Test func `a worker that does not read is late`() async throws {
    let script = """
      import json, os, time
      say = {"nonce": json.loads(os.read(3, 10000))["nonce"], "ready": {}}
      os.write(4, json.dumps(say).encode() + b"\\n")
      time.sleep(1000)
      """
    try await TestWorker.withLaunch(nil, script: script) { launch in
      try await WorkerProcess.with(launch) { worker in
        let text = JSONValue.string(String(repeating: "x", count: 1 << 20))
        let error = await #expect(throws: WorkerError.self) {
          _ = try await worker.call(["text": text], timeLimit: .seconds(1))
        }
        #expect(error?.name == "outOfTime")
      }
    }
  }

  @Test func `gigabytes on the standard streams leave the beginning and the end`() async throws {
    let code = """
      print("first", flush=True)
      for i in range(20000): os.write(1, b"x" * 65536)
      os.write(1, b"last"); os.write(2, b"error")
      os._exit(3)
      """
    guard case .exited(3, let output) = try await error(saying: code, time: .seconds(60)) else {
      Issue.record("It did not exit with 3.")
      return
    }
    #expect(output.standardOutput.hasPrefix("first\nxxx"))
    #expect(output.standardOutput.hasSuffix("xxxlast"))
    #expect(output.standardOutput.utf8.count < 70_000)
    #expect(output.standardError == "error")
  }

  @Test(arguments: ["import nothing_of_that_name", "import os; os._exit(0)", "syntax error", "\u{0}"])
  func `that never begins is told with what it said`(_ script: String) async throws {
    let error = await #expect(throws: WorkerError.self) {
      try await TestWorker.withLaunch(nil, script: script) { try await WorkerProcess.start($0).stop() }
    }
    guard case .exited(_, let output) = error else { Issue.record("\(String(describing: error))"); return }
    #expect(script.contains("_exit") || !output.standardError.isEmpty)
  }

  @Test func `that does not begin in time is late`() async throws {
    let error = await #expect(throws: WorkerError.self) {
      try await TestWorker.withLaunch(nil, script: "while True: pass") { launch in
        var launch = launch
        launch.startLimit = .seconds(1)
        try await WorkerProcess.start(launch).stop()
      }
    }
    #expect(error?.name == "outOfTime")
  }

  @Test func `with a Python that is none is not begun`() async throws {
    let error = await #expect(throws: (any Error).self) {
      try await TestWorker.withLaunch(nil) { launch in
        var launch = launch
        launch.python = "/nowhere/python"
        try await WorkerProcess.start(launch).stop()
      }
    }
    #expect((error as? WorkerError)?.name == "notStarted")
  }
}
