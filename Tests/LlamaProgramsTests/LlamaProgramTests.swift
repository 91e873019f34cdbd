import Foundation
import Testing

@testable import LlamaPrograms

struct LlamaProgramTests {
  /// What llama-speculative of llama.cpp 0.3.36 says at its end.
  static let output = """
     <|begin|>softmax<|kernel|>#include <torch/extension.h>

    encoded   13 tokens in    0.021 seconds, speed:  619.048 t/s
    decoded  202 tokens in    1.250 seconds, speed:  161.600 t/s

    n_draft   = 8
    n_predict = 202
    n_drafted = 180
    n_accept  = 150
    accept    = 83.333%
    """

  @Test func `the figures of llama-speculative are read`() throws {
    let run = try #require(LlamaSpeculative.read(Self.output))
    #expect(run.promptTokens == 13)
    #expect(run.completion.count == 202 && run.completion.milliseconds == 1250 && run.completion.accepted == 150)
    #expect(abs(run.completion.speed - 161.6) < 0.01)
    #expect(abs(run.completion.tokensPerPass - 202.0 / 52) < 1e-9)
  }

  @Test(arguments: ["encoded", "decoded", "n_accept"])
  func `without one of its figures there are none`(figure: String) {
    #expect(LlamaSpeculative.read(Self.output.replacingOccurrences(of: figure, with: "other")) == nil)
  }

  @Test func `a program that fails is said with what it printed`() async throws {
    let error = await #expect(throws: LlamaProgramTrouble.self) {
      try await LlamaSpeculative.run(
        program: "/bin/sh", arguments: ["-c", "echo no such model >&2; exit 3"], prompt: "", maximumTokens: 1,
        patience: .seconds(20))
    }
    #expect(error?.what.contains("status 3") == true && error?.log.contains("no such model") == true)
  }

  @Test func `a program that goes on after failed passes has no figures`() async throws {
    let error = await #expect(throws: LlamaProgramTrouble.self) {
      try await LlamaSpeculative.run(
        program: "/bin/sh", arguments: ["-c", "printf '%s' 'E decode: failed to initialize batch\n\(Self.output)'"],
        prompt: "", maximumTokens: 1, patience: .seconds(20))
    }
    #expect(error?.what.contains("passes that failed") == true)
  }

  /// Its log may end before its figures.
  @Test func `a program that says no figures is run again, and then said with what it printed`() async throws {
    let log = FileManager.default.temporaryDirectory.appending(path: "basic-runs-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: log) }
    func run(_ script: String) async throws -> LlamaSpeculative.Run {
      try await LlamaSpeculative.run(
        program: "/bin/sh", arguments: ["-c", "echo run >> \(log); \(script)"], prompt: "", maximumTokens: 1,
        patience: .seconds(20))
    }
    let error = await #expect(throws: LlamaProgramTrouble.self) { try await run("echo nothing") }
    #expect(error?.what.contains("no figures") == true && error?.log.contains("nothing") == true)
    #expect(try String(contentsOfFile: log, encoding: .utf8) == "run\nrun\nrun\n")
    let figures = "encoded 5 tokens in 1 seconds; decoded 8 tokens in 2.0 seconds; n_accept = 3"
    let second = try await run("test $(wc -l < \(log)) -lt 5 || echo '\(figures)'")
    #expect(second.promptTokens == 5)
    #expect(try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").count == 5)
  }

  @Test func `a program that takes too long is ended`() async throws {
    let start = ContinuousClock.now
    let error = await #expect(throws: LlamaProgramTrouble.self) {
      try await LlamaSpeculative.run(
        program: "/bin/sh", arguments: ["-c", "echo $$; exec sleep 60"], prompt: "", maximumTokens: 1,
        patience: .milliseconds(300))
    }
    #expect(ContinuousClock.now - start < .seconds(30))
    let process = try #require(error.flatMap { Int32($0.log.trimmingCharacters(in: .whitespacesAndNewlines)) })
    #expect(kill(process, 0) != 0)
  }

  @Test func `a server that does not answer in time is said with what it printed`() async throws {
    // Connections are made by the kernel, and nobody accepts them.
    #if canImport(Glibc)
      let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      let listener = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 1) == 0 && getsockname(listener, $0, &size) == 0
      }
    }
    try #require(isListening)
    let script = FileManager.default.temporaryDirectory.appending(path: "basic-silent-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: script) }
    let text = "#!/bin/sh\necho listening on http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))\nexec sleep 60\n"
    try #require(
      FileManager.default.createFile(
        atPath: script, contents: Data(text.utf8), attributes: [.posixPermissions: 0o755]))
    let server = try await LlamaServerProcess(program: script, arguments: [], patience: .seconds(20))
    defer { server.stop() }
    let error = await #expect(throws: LlamaProgramTrouble.self) {
      try await server.complete([1], maximumTokens: 1, patience: .milliseconds(300))
    }
    #expect(error?.what.contains("within 0.3 seconds") == true && error?.log.contains("listening") == true)
  }

  @Test func `a server that ends at once is said with what it printed`() async throws {
    let error = await #expect(throws: LlamaProgramTrouble.self) {
      try await LlamaServerProcess(
        program: "/bin/sh", arguments: [], patience: .seconds(20))
    }
    #expect(error?.what.contains("ended at once") == true && error?.log.isEmpty == false)
  }
}
