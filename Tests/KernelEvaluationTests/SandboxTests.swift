import CUDAToolchain
import Foundation
import KernelEvaluation
import Testing

/// What a worker can reach from inside.
@Suite(.serialized, .enabled(if: TestWorker.python != nil, "there is no Python 3"))
struct `A sandbox` {
  /// Each line of Python has to fail with an OSError.
  static let forbidden = [
    "open('/etc/shadow').read()",
    "open(message['secret']).read()",
    "os.listdir(os.path.dirname(message['secret']))",
    "open('/usr/written', 'w')",
    "open('/etc/written', 'w')",
    "open('/written', 'w')",
    "open(sys.prefix + '/written', 'w')",
    "open(os.path.dirname(sys.argv[0]) + '/written', 'w')",
    "open(sys.argv[0], 'a')",
    "os.rename(sys.argv[0], sys.argv[0] + '.old')",
    "os.chown(sys.argv[0], 1, 1)",
    "os.setxattr(sys.argv[0], 'user.x', b'x')",
    "open('/proc/sys/kernel/core_pattern', 'w')",
    "open('/dev/kmsg').read(1)",
    "open('/dev/mem', 'rb').read(1)",
    "open(f'/proc/{os.getppid()}/mem', 'rb')",
    "open(f'/proc/{os.getppid()}/environ', 'rb').read()",
    "open(f'/proc/{message[\"parent\"]}/mem', 'rb')",
    "open(f'/proc/{message[\"parent\"]}/environ', 'rb').read()",
    "os.readlink(f'/proc/{message[\"parent\"]}/fd/0')",
    "os.kill(os.getppid(), 9)",
    "os.kill(message['parent'], 9)",
    "os.kill(message['parent'], 0)",
    "os.mknod('/tmp/device', 0o20666, os.makedev(1, 1))",
    "import socket; socket.create_connection(('127.0.0.1', message['port']), 2)",
    "import socket; socket.socket(socket.AF_INET6)",
    "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "import socket; socket.socket(socket.AF_UNIX).connect('/run/docker.sock')",
    "import ctypes; asked(165, b'none', b'/tmp', b'tmpfs', 0, 0)",
    "import ctypes; asked(272, 0x10000000)",
    "import ctypes; asked(272, 0x00020000)",
    "import ctypes; asked(101, 16, os.getppid(), 0, 0)",
    "import ctypes; asked(310, os.getppid(), 0, 0, 0, 0, 0)",
    "import ctypes; asked(425, 8, 0)",
    "import ctypes; asked(161, b'/')",
    "os.setgid(12345)",
    "os.setuid(12345)",
    "os.nice(-5)",
    "import resource; limit(resource.RLIMIT_CPU)",
    "import resource; limit(resource.RLIMIT_FSIZE)",
  ]

  /// Each line of Python has to succeed.
  static let allowed = [
    "open('own', 'w').write('x')",
    "open(os.environ['TMPDIR'] + '/own', 'w').write('x')",
    "open('/dev/null', 'w').write('x')",
    "assert len(open('/dev/urandom', 'rb').read(8)) == 8",
    "assert open('/proc/self/status').read() and open('/proc/cpuinfo').read()",
    "import tempfile; tempfile.TemporaryFile().write(b'x')",
    "import subprocess; assert subprocess.run(['/bin/sh', '-c', 'exit 3']).returncode == 3",
    "import threading; thread = threading.Thread(target=int); thread.start(); thread.join()",
    "import socket; socket.socketpair()",
    "import ctypes, decimal, sqlite3, ssl",
    "import mmap; mmap.mmap(-1, 1 << 20).write(b'x')",
    "child = os.fork() or os._exit(0); os.waitpid(child, 0)",
    "child = os.fork() or time.sleep(100); os.kill(child, 9); os.waitpid(child, 0)",
    "assert os.getcwd() == os.environ['HOME'] and sys.flags.isolated",
    "assert not [name for name in os.environ if name.startswith('BASIC')]",
    "assert sorted(map(int, os.listdir('/proc/self/fd')))[:5] == [0, 1, 2, 3, 4] and len(os.listdir('/proc/self/fd')) == 6",
    "assert 'NoNewPrivs:\\t1' in open('/proc/self/status').read()",
    "assert 'CapEff:\\t0000000000000000' in open('/proc/self/status').read()",
    "assert 'CapBnd:\\t0000000000000000' in open('/proc/self/status').read() or os.getuid()",
  ]

  static let trial = """
    def asked(*arguments):
      library = ctypes.CDLL(None, use_errno=True)
      if library.syscall(*arguments) == -1: raise OSError(ctypes.get_errno(), "refused")
    def limit(which):
      try: resource.setrlimit(which, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
      except ValueError as error: raise OSError(str(error))
    answer = []
    for line in message["lines"]:
      try:
        exec(line)
        answer.append("succeeds")
      except OSError as error: answer.append("OSError")
      except BaseException as error: answer.append(type(error).__name__ + ": " + str(error))
    """

  private func outcomes(_ lines: [String], _ kind: Sandbox.Kind) async throws -> [JSONValue] {
    try await Folders.withTemporary { folder in
      // Where a reference lies: nothing that the worker was told of.
      try Folders.write("secret", to: folder + "/reference/secret.py")
      return try await TestWorker.withLaunch(kind) { launch in
        try await WorkerProcess.with(launch) { worker in
          let answer = try await worker.call(
            [
              "code": .string(Self.trial), "lines": .array(lines.map { .string($0) }),
              "secret": .string(folder + "/reference/secret.py"), "port": 22,
              "parent": .integer(Int(ProcessInfo.processInfo.processIdentifier)),
            ], timeLimit: .seconds(60))
          return try #require(answer.array)
        }
      }
    }
  }

  @Test(arguments: Sandbox.Kind.allCases)
  func `keeps out what is none of a worker's business`(_ kind: Sandbox.Kind) async throws {
    guard try await TestWorker.has(kind), try await TestWorker.isConfined(kind) else { return }
    let outcomes = try await outcomes(Self.forbidden, kind)
    for (line, outcome) in zip(Self.forbidden, outcomes) { #expect(outcome == "OSError", "\(line)") }
    #expect(outcomes.count == Self.forbidden.count)
  }

  @Test(arguments: Sandbox.Kind.allCases)
  func `lets a worker do its work`(_ kind: Sandbox.Kind) async throws {
    guard try await TestWorker.has(kind) else { return }
    let outcomes = try await outcomes(Self.allowed, kind)
    for (line, outcome) in zip(Self.allowed, outcomes) { #expect(outcome == "succeeds", "\(line)") }
    #expect(outcomes.count == Self.allowed.count)
  }

  @Test(arguments: [Sandbox.Kind.bubblewrap, .namespaces])
  func `of namespaces shows no process and no file of others`(_ kind: Sandbox.Kind) async throws {
    guard try await TestWorker.has(kind) else { return }
    let code = """
      answer = [
        sorted(int(name) for name in os.listdir("/proc") if name.isdigit()) == [1, os.getpid()],
        os.path.exists(message["other"]),
        "shadow" in os.listdir("/etc"),
        open("/etc/passwd").read().count("\\n"),
      ]
      """
    try await Folders.withTemporary { other in
      try await TestWorker.withLaunch(kind) { launch in
        try await WorkerProcess.with(launch) { worker in
          let answer = try await worker.call(["code": .string(code), "other": .string(other)], timeLimit: .seconds(30))
          #expect(answer == [true, false, false, 1])
        }
      }
    }
  }

  @Test(arguments: Sandbox.Kind.allCases)
  func `keeps the modes of what is not the worker's`(_ kind: Sandbox.Kind) async throws {
    guard try await TestWorker.has(kind) else { return }
    let code = """
      try: os.chmod(sys.argv[0], 0o777)
      except OSError: pass
      answer = os.stat(sys.argv[0]).st_mode & 0o777 == 0o777
      """
    #expect(try await TestWorker.run(code, kind) == false)
  }

  @Test func `the best kind that there is gets chosen and named`() async throws {
    let kinds = try await TestWorker.kinds()
    #expect(kinds.contains(.limits))
    try await TestWorker.withLaunch(nil) { launch in
      try await WorkerProcess.with(launch) { worker in
        #expect(worker.sandbox == kinds.first)
        #expect(worker.confinement["kind"]?.string == kinds.first?.rawValue)
      }
    }
  }
}
