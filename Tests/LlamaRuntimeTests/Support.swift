import LanguageModels
import SpeculativeDecoding
import Synchronization
import Testing

@testable import LlamaRuntime

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The models that come with the project, and what tests need of them.
enum Bundled {
  static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
  static let targetPath = root + "/Models/basic-kernel-target-q8_0.gguf"
  static let draftPath = root + "/Models/basic-kernel-draft-q8_0.gguf"
  static let arePresent =
    FileManager.default.fileExists(atPath: targetPath) && FileManager.default.fileExists(atPath: draftPath)
  static let missing: Comment = "The bundled models are not in Models/: fetch them (git lfs pull, or make setup)."

  private static let loadedTarget = Result { try LlamaModel(path: targetPath) }
  private static let loadedDraft = Result { try LlamaModel(path: draftPath) }
  static var target: LlamaModel { get throws { try loadedTarget.get() } }
  static var draft: LlamaModel { get throws { try loadedDraft.get() } }

  /// An engine on one thread: tests run beside each other.
  static func engine(context: Int = 1024, threads: Int? = 1) throws -> LlamaEngine {
    try LlamaEngine(target: target, draft: draft, configuration: .init(context: context, threads: threads))
  }

  static func llamaTarget(threads: Int = 1, text: Int = 1024) throws -> LlamaTarget {
    try LlamaTarget(
      model: target, textLimit: text, nodeLimit: 201, leafLimit: 64, threads: ComputeThreads(limit: threads))
  }

  static func llamaDraft(width: Int = 1, text: Int = 1024, vocabularySize: Int? = nil) throws -> LlamaDraft {
    try LlamaDraft(
      model: draft, vocabularySize: vocabularySize ?? draft.vocabulary.count, width: width, textLimit: text,
      cells: width * text, nodeLimit: 64, threads: ComputeThreads(limit: 1))
  }

  /// The prompt that the models were trained for, from one of the project's examples.
  static func prompt(example: String) throws -> GenerationRequest.Input {
    let source = try String(contentsOfFile: root + "/Examples/" + example, encoding: .utf8)
    return .segments([.specialToken("<|problem|>"), .text(source), .specialToken("<|kernel|>")])
  }
}

/// Numbers for property tests: the same for the same seed, on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }
  mutating func next() -> UInt64 {
    state = state &+ 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func tokens(_ count: Int, below limit: Int = 1000) -> [Token] {
    (0..<count).map { _ in Token(Int.random(in: 5..<limit, using: &self)) }
  }

  /// A tree with up to `nodes` nodes, its root included.
  mutating func tree(root: Token, nodes: Int) -> TokenTree {
    var tree = TokenTree(root: root)
    for _ in 1..<max(nodes, 1) {
      let deepest = Int.random(in: 0..<3, using: &self) == 0 ? 0 : tree.count / 2
      let parent = Int.random(in: deepest..<tree.count, using: &self)
      tree.add(tokens(1)[0], to: parent, logProbability: -1, origin: .model)
    }
    return tree
  }
}

/// A clock that goes on by what passes say that they take, or by a step each time it is read.
final class PassClock: Clock {
  typealias Instant = ContinuousClock.Instant

  private let start = ContinuousClock.now
  private let offset = Mutex(Duration.zero)
  private let step: Duration
  init(step: Duration = .zero) { self.step = step }
  var now: Instant {
    offset.withLock { offset in
      defer { offset += step }
      return start + offset
    }
  }
  var minimumResolution: Duration { .nanoseconds(1) }
  func sleep(until deadline: Instant, tolerance: Duration?) async throws {}
  func advance(milliseconds: Double) { offset.withLock { $0 += .nanoseconds(Int64(milliseconds * 1e6)) } }
}

/// Whether the code under test is optimised; without that, sampling is slow.
var isOptimized: Bool {
  #if DEBUG
    false
  #else
    true
  #endif
}

/// Whether `BASIC_LONG_TESTS` asks for more cases.
let isLongRun = ProcessInfo.processInfo.environment["BASIC_LONG_TESTS"] != nil

/// A row of logits by its bits: equal only if every bit is.
func bits(_ row: UnsafeBufferPointer<Float>) -> [UInt32] { row.map(\.bitPattern) }

/// Runs `body` with the path of a file that holds `bytes`.
func withFile<Result>(_ bytes: some Sequence<UInt8>, _ body: (String) throws -> Result) throws -> Result {
  let url = FileManager.default.temporaryDirectory.appending(path: "basic-test-\(UUID().uuidString).gguf")
  try Data(bytes).write(to: url)
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(url.path)
}
