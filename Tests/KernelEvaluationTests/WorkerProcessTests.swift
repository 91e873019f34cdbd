import CUDAToolchain
import Foundation
import KernelEvaluation
import Testing

/// Each test is of one kind of enclosure; a kind that the machine lacks is skipped, with a sentence.
@Suite(.serialized, .enabled(if: TestWorker.python != nil, "there is no Python 3"))
struct `A worker process` {
  @Test(arguments: Sandbox.Kind.allCases)
  func `answers with any JSON value`(_ kind: Sandbox.Kind) async throws {
    guard try await TestWorker.has(kind) else { return }
    let code = "answer = [1, 2.5, 'é\\n\\u2028\\x00', None, True, {'a': []}, message['text']]"
    let text = String(repeating: "x\"\\\n\u{1}é😀", count: 1000)
    try await TestWorker.withLaunch(kind) { launch in
      try await WorkerProcess.with(launch) { worker in
        for _ in 0..<3 {
          let answer = try await worker.call(["code": .string(code), "text": .string(text)], timeLimit: .seconds(30))
          #expect(answer == [1, 2.5, "é\n\u{2028}\u{0}", nil, true, ["a": []], .string(text)])
        }
      }
    }
  }

  @Test func `messages of many megabytes pass both ways`() async throws {
    let text = String(repeating: "0123456789", count: 1_000_000)
    try await TestWorker.withLaunch(nil) { launch in
      try await WorkerProcess.with(launch) { worker in
        let answer = try await worker.call(
          ["code": "answer = message['text'][1:]", "text": .string(text)], timeLimit: .seconds(60))
        #expect(answer.string == String(text.dropFirst()))
      }
    }
  }

  /// One request takes longer than the whole limit; what is left of that is for a machine that has more to do.
  @Test func `requests of the worker are answered, and their time is not its own`() async throws {
    let code = """
      first = connection.request({"n": 20})
      answer = connection.request({"n": first["n"]})
      """
    let limit = Duration.seconds(10)
    try await TestWorker.withLaunch(nil) { launch in
      try await WorkerProcess.with(launch) { worker in
        let answer = try await worker.call(["code": .string(code)], timeLimit: limit) { request in
          let number = try #require(request["n"]?.integer)
          if number == 20 { try await Task.sleep(for: limit + .seconds(1)) }
          return ["n": .integer(number + 1)]
        }
        #expect(answer == ["n": 22])
      }
    }
  }

  @Test func `what answering throws is thrown on, and the worker ends`() async throws {
    struct Refused: Error {}
    try await TestWorker.withLaunch(nil) { launch in
      try await WorkerProcess.with(launch) { worker in
        await #expect(throws: Refused.self) {
          _ = try await worker.call(["code": "connection.request({})"], timeLimit: .seconds(30)) { _ in throw Refused()
          }
        }
        await #expect(throws: WorkerError.self) { _ = try await worker.call(["code": ""], timeLimit: .seconds(30)) }
      }
    }
  }

  @Test(arguments: ["raise ValueError('bad é')", "sys.exit(0)", "raise KeyboardInterrupt", "1/0"])
  func `an exception is an answer, and the worker goes on`(_ code: String) async throws {
    try await TestWorker.withLaunch(nil) { launch in
      try await WorkerProcess.with(launch) { worker in
        let error = await #expect(throws: WorkerError.self) {
          _ = try await worker.call(["code": .string(code)], timeLimit: .seconds(30))
        }
        guard case .raised(let exception) = error else { Issue.record("\(String(describing: error))"); return }
        #expect(["ValueError", "SystemExit", "KeyboardInterrupt", "ZeroDivisionError"].contains(exception.type))
        #expect(exception.traceback.contains("Traceback"))
        let next = try await worker.call(["code": "answer = 3"], timeLimit: .seconds(30))
        #expect(next == 3)
      }
    }
  }

  /// A profiler is such a program: it starts the interpreter, and has something to say when that has ended.
  @Test(arguments: Sandbox.Kind.allCases)
  func `a program that starts the interpreter ends after it`(_ kind: Sandbox.Kind) async throws {
    guard try await TestWorker.has(kind) else { return }
    try await TestWorker.withLaunch(kind) { launch in
      var launch = launch
      launch.wrapper = ["/bin/sh", "-c", "\"$@\"; echo counted > \"$HOME/log\"", "profiler"]
      let folder = launch.folder
      try await WorkerProcess.with(launch) { worker in
        let answer = try await worker.call(["code": "answer = 3"], timeLimit: .seconds(30))
        #expect(answer == 3)
        #expect(!FileManager.default.fileExists(atPath: folder + "/log"))
        await #expect(throws: WorkerError.self) {
          _ = try await worker.call(
            ["code": "import channel; raise channel.ChannelClosed('asked to')"], timeLimit: .seconds(30))
        }
        let log = try String(contentsOfFile: folder + "/log", encoding: .utf8)
        #expect(log == "counted\n")
      }
    }
  }

  // MARK: Endings

  @Test(arguments: Sandbox.Kind.allCases)
  func `its own end is told`(_ kind: Sandbox.Kind) async throws {
    guard try await TestWorker.has(kind) else { return }
    let exited = try await TestWorker.error("print('last words', flush=True); os._exit(7)", kind)
    #expect(exited == .exited(code: 7, output: WorkerOutput(standardOutput: "last words\n", standardError: "")))
    for (code, signal) in [
      ("os.kill(os.getpid(), 11)", 11), ("os.abort()", 6), ("import ctypes; ctypes.string_at(0)", 11),
      ("os.kill(os.getpid(), 9)", 9),
    ] {
      guard case .signalled(signal, _) = try await TestWorker.error(code, kind) else {
        Issue.record("\(code) was not told as signal \(signal)")
        continue
      }
    }
  }

  /// Python, and the name of the error that it must end with.
  static let excesses = [
    ("x = [b'x' * 1000000 for i in range(1000000)]", "outOfMemory"),
    // In many processes, none of which is large.
    (
      """
      for i in range(50):
        if not os.fork():
          x = b'x' * 20000000
          time.sleep(100)
      time.sleep(100)
      """, "outOfMemory"
    ),
    (
      """
      for i in range(1000):
        try:
          if not os.fork(): time.sleep(100)
        except OSError: time.sleep(0.1)
      """, "tooManyProcesses"
    ),
    (
      """
      import threading
      for i in range(1000):
        try: threading.Thread(target=time.sleep, args=(100,)).start()
        except RuntimeError: time.sleep(0.1)
      """, "tooManyProcesses"
    ),
    (
      """
      for i in range(1000): open(f"f{i}", "wb").write(b"x" * 1000000)
      time.sleep(100)
      """, "tooMuchOutput"
    ),
    ("for i in range(100000): open(f'f{i}', 'wb')", "tooMuchOutput"),
    (
      """
      for i in range(100): os.mkdir("a"); os.chdir("a")
      time.sleep(100)
      """, "tooMuchOutput"
    ),
    // Files without a name, on disk and in memory.
    (
      """
      files = []
      for i in range(100):
        files.append(open("f", "wb"))
        files[-1].write(b"x" * 1000000)
        os.remove("f")
      time.sleep(100)
      """, "tooMuchOutput"
    ),
    (
      """
      for i in range(100): os.write(os.memfd_create("f"), b"x" * 1000000)
      time.sleep(100)
      """, "tooMuchOutput"
    ),
  ]

  static let stubborn = """
    for number in range(1, 32):
      try: signal.signal(number, lambda *arguments: None)
      except (OSError, ValueError): pass
    while True:
      try: time.sleep(9)
      except BaseException: pass
    """

  @Test(arguments: Sandbox.Kind.allCases)
  func `limits end it`(_ kind: Sandbox.Kind) async throws {
    guard try await TestWorker.has(kind) else { return }
    var limits = WorkerLimits(
      cpuSeconds: 100, memoryBytes: 300 << 20, tasks: 100, fileBytes: 8 << 20, folderBytes: 20 << 20, folderEntries: 300
    )
    func name(_ code: String, time: Duration = .seconds(20)) async throws -> String {
      try await TestWorker.error(code, kind, limits: limits, time: time).name
    }
    for (code, expected) in Self.excesses {
      let ending = try await name(code)
      #expect(ending == expected, "\(code)")
    }
    for code in ["time.sleep(100)", "while True: pass", Self.stubborn] {
      let ending = try await name(code, time: .seconds(1))
      #expect(ending == "outOfTime", "\(code)")
    }
    limits.cpuSeconds = 2
    // Each alone, and four together.
    for code in ["while True: pass", "os.fork(); os.fork()\nwhile True: pass"] {
      let ending = try await name(code)
      #expect(ending == "outOfTime", "\(code)")
    }
  }

  @Test(arguments: Sandbox.Kind.allCases)
  func `a bomb of processes goes off inside`(_ kind: Sandbox.Kind) async throws {
    guard try await TestWorker.has(kind) else { return }
    // Two thousand processes and no more, should nothing stop them: a test must not take the machine down.
    let code = """
      for generation in range(11):
        try: os.fork(); os.setsid()
        except OSError: pass
      while True: time.sleep(0.01)
      """
    let start = ContinuousClock.now
    let error = try await TestWorker.error(code, kind, limits: WorkerLimits(tasks: 200))
    #expect(error.name == "tooManyProcesses" || error.name == "outOfMemory")
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test(arguments: Sandbox.Kind.allCases)
  func `nothing outlives it`(_ kind: Sandbox.Kind) async throws {
    guard try await TestWorker.has(kind) else { return }
    // A child that leaves its group and its parents, ignores what it can, and writes while it lives.
    let code = """
      if not os.fork():
        os.setsid()
        if os.fork(): os._exit(0)
        for number in range(1, 32):
          try: signal.signal(number, signal.SIG_IGN)
          except (OSError, ValueError): pass
        for descriptor in range(10):
          try: os.close(descriptor)
          except OSError: pass
        while True:
          open("alive", "a").write("x"); time.sleep(0.01)
      while not os.path.exists("alive") or not os.path.getsize("alive"): time.sleep(0.01)
      \(kind == .limits ? "time.sleep(0.3)" : "")
      if message["end"] == "exit": os._exit(0)
      if message["end"] == "sleep": time.sleep(1000)
      """
    for end in ["exit", "sleep", "answer"] {
      try await TestWorker.withLaunch(kind) { launch in
        try await WorkerProcess.with(launch) { worker in
          let limit = Duration.seconds(end == "sleep" ? 2 : 30)
          _ = try? await worker.call(["code": .string(code), "end": .string(end)], timeLimit: limit)
        }
        let size = TestWorker.size(launch.folder + "/alive")
        #expect(size > 0)
        try await Task.sleep(for: .milliseconds(200))
        #expect(TestWorker.size(launch.folder + "/alive") == size)
      }
    }
  }

  @Test(arguments: Sandbox.Kind.allCases)
  func `a cancelled call ends it at once`(_ kind: Sandbox.Kind) async throws {
    guard try await TestWorker.has(kind) else { return }
    try await TestWorker.withLaunch(kind) { launch in
      let task = Task {
        try await WorkerProcess.with(launch) { worker in
          try await worker.call(["code": "open('alive', 'w')\nwhile True: pass"], timeLimit: .seconds(100))
        }
      }
      while !FileManager.default.fileExists(atPath: launch.folder + "/alive") {
        try await Task.sleep(for: .milliseconds(10))
      }
      let start = ContinuousClock.now
      task.cancel()
      await #expect(throws: CancellationError.self) { _ = try await task.value }
      #expect(ContinuousClock.now - start < .seconds(2))
    }
  }
}
