import CUDAToolchain
import Foundation
import GPUModels
import KernelVerdicts
import Testing
import VirtualGPU

/// Programs that are built and run for tests: one cache for the process, so that the runtime is compiled once.
enum Programs {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().path

  static let isLong = ProcessInfo.processInfo.environment["BASIC_LONG_TESTS"] != nil

  /// The compilers, if this machine has them all.
  static func tools() async throws -> BuildTools? { try? BuildTools(toolchain: try await Toolchain.find()) }

  static let missing: Comment = "nvcc or clang is missing here (make setup, or basic doctor)"

  /// True where programs can be built.
  static func canBuild() async -> Bool { ((try? await tools()) ?? nil) != nil }

  static let sharedCache: BuildCache = {
    let folder =
      FileManager.default.temporaryDirectory.path + "/basic-test-programs-\(ProcessInfo.processInfo.processIdentifier)"
    testCacheFolder = folder
    atexit(removeTestCache)
    return BuildCache(folder: folder)
  }()

  /// The files of a folder, by name; only some of them unless the long tests are wanted.
  static func names(_ part: String, default chosen: [String]) -> [String] {
    guard isLong else { return chosen }
    return ((try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(part)")) ?? []).filter {
      $0.hasSuffix(".cu")
    }
    .map { String($0.dropLast(3)) }.sorted()
  }

  static func text(_ path: String) -> String? { try? String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8) }

  static func build(_ path: String, check: ProgramRunner.Check) async throws -> BuiltProgram {
    let source = try #require(Programs.text(path))
    return try await build(text: source, name: path, check: check)
  }

  static func build(text: String, name: String, check: ProgramRunner.Check) async throws -> BuiltProgram {
    let tools = try #require(try await tools())
    let own = "\(folder)/\(name)".split(separator: "/").dropLast().joined(separator: "/")
    let builder = ProgramBuilder(tools: tools, gpu: .h100, options: check.options, cache: sharedCache)
    return try await withFolder { scratch in
      try await builder.build(ProgramSource(text: text, name: name, folder: "/" + own), scratch: scratch)
    }
  }

  static func run(
    _ program: BuiltProgram, name: String, check: ProgramRunner.Check = .all, seed: UInt64? = nil,
    arguments: [String] = [], checksLeaks: Bool = false, timeLimit: Duration = .seconds(60)
  ) async throws -> (report: RunReport, output: String) {
    try await withFolder { scratch in
      var runner = ProgramRunner(gpu: .h100, check: check, randomSeed: seed, timeLimit: timeLimit)
      runner.checksLeaks = checksLeaks
      return try await runner.capture(
        program, name: name, arguments: arguments, scratch: scratch)
    }
  }

  static func withFolder<R>(_ body: (String) async throws -> R) async throws -> R {
    let folder = FileManager.default.temporaryDirectory.path + "/basic-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
  }
}

nonisolated(unsafe) private var testCacheFolder = ""

private func removeTestCache() { try? FileManager.default.removeItem(atPath: testCacheFolder) }
