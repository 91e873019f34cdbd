import CUDAToolchain
import KernelVerdicts
import Synchronization
import VirtualGPU

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Builds what a candidate asks for, outside of its process, and remembers how that went.
final class ExtensionService: Sendable {
  private struct State {
    var layouts: [BuiltProgram.Layout] = []
    var failures: [Failure] = []
    var seconds = 0.0
    var builds = 0
    var fresh = 0
    var flags: Set<String> = []
    var sources: [String] = []
    var fullHeaders = 0
  }

  /// A build that did not succeed.
  struct Failure: Sendable {
    var name: String
    var verdict: Verdict
    var reason: String
    var log: String
  }

  /// The most extensions of one candidate.
  private static let mostBuilds = 32

  let builder: ExtensionBuilder
  /// A folder that the candidate may read.
  let shared: String
  let scratch: String
  private let state = Mutex(State())

  init(builder: ExtensionBuilder, shared: String, scratch: String) {
    self.builder = builder
    self.shared = shared
    self.scratch = scratch
  }

  /// What the numbers in reports mean.
  var layouts: [BuiltProgram.Layout] { state.withLock { $0.layouts } }
  /// The builds that did not succeed.
  var failures: [Failure] { state.withLock { $0.failures } }
  /// How many builds were asked for, how long they took, and how many were not in the cache.
  var effort: (builds: Int, seconds: Double, fresh: Int) { state.withLock { ($0.builds, $0.seconds, $0.fresh) } }
  /// The flags that the candidate gave, and its sources.
  var flags: Set<String> { state.withLock { $0.flags } }
  /// The sources that it gave.
  var sources: [String] { state.withLock { $0.sources } }
  /// How many builds needed PyTorch's own headers.
  var fullHeaderBuilds: Int { state.withLock { $0.fullHeaders } }

  /// Builds one extension and answers as the worker's loader expects it.
  func answer(_ json: JSONValue) async throws -> JSONValue {
    let request: ExtensionRequest
    do {
      request = try JSONDecoder().decode(ExtensionRequest.self, from: Data(json.text.utf8))
    } catch {
      return refusal("an extension", .runtimeError, "Its extension is not described as it should be.", "\(error)")
    }
    let number = state.withLock { state in
      state.builds += 1
      state.flags.formUnion(request.extraCUDAFlags + request.extraCFlags)
      state.sources += request.cudaSources + request.cppSources + Array((request.sources ?? [:]).values)
      return state.builds
    }
    guard number <= Self.mostBuilds else {
      return refusal(request.name, .rejected, "It builds more than \(Self.mostBuilds) extensions.", "")
    }
    let start = ContinuousClock.now
    defer { state.withLock { $0.seconds += start.duration(to: .now) / .seconds(1) } }
    let folder = scratch + "/extension-\(number)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    do {
      let build = try await builder.build(request, scratch: folder)
      let library = "\(shared)/\(UUID().uuidString).so"
      try FileManager.default.copyItem(atPath: build.library, toPath: library)
      state.withLock { state in
        state.layouts += build.layouts
        if !build.isFromCache { state.fresh += 1 }
        if build.usedFullHeaders { state.fullHeaders += 1 }
      }
      return .object([
        "ok": .boolean(true), "library": .string(library), "fullHeaders": .boolean(build.usedFullHeaders),
      ])
    } catch let error as VirtualGPUError {
      switch error.code {
      case .doesNotCompile, .doesNotLink:
        return refusal(request.name, .compileError, "Its extension does not build", error.message)
      case .unsupported: return refusal(request.name, .unsupported, error.message, "")
      case .refused: return refusal(request.name, .rejected, error.message, "")
      case .outOfTime:
        return refusal(
          request.name, .compileError, "Its extension takes too long, or too much memory, to build", error.message)
      default: throw error
      }
    }
  }

  private func refusal(_ name: String, _ verdict: Verdict, _ reason: String, _ log: String) -> JSONValue {
    state.withLock {
      $0.failures.append(Failure(name: name, verdict: verdict, reason: reason, log: log))
    }
    let kind =
      switch verdict {
      case .unsupported: "unsupported"
      case .rejected: "refused"
      default: "compile-error"
      }
    return .object([
      "ok": .boolean(false), "kind": .string(kind), "log": .string(log.isEmpty ? reason : String(log.prefix(100_000))),
    ])
  }

  /// The fault behind an exception that a failed build raised in the candidate; nil where the exception is another one.
  func fault(_ message: String) -> CandidateFault? {
    guard let failure = failures.last, message.contains("Error building extension") else { return nil }
    return fault(failure)
  }

  /// What a failed build says about the candidate.
  func fault(_ failure: Failure) -> CandidateFault {
    let first = BuildLog.firstError(failure.log)
    let reason = first.map { "\(failure.reason): \($0)" } ?? failure.reason
    return CandidateFault(
      verdict: failure.verdict, reason: Sentences.firstLine(reason), details: failure.log.isEmpty ? nil : failure.log)
  }
}
