import Foundation
import LanguageModels
import SpeculativeDecoding
import Synchronization
import Testing

@testable import LlamaRuntime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The thread that runs this, as a number.
private func currentThread() -> UInt {
  #if canImport(Darwin)
    UInt(bitPattern: pthread_self())
  #else
    UInt(pthread_self())
  #endif
}

/// Threads that were seen.
private final class ThreadRecord: Sendable {
  private let seen = Mutex<Set<UInt>>([])
  var threads: Set<UInt> { seen.withLock { $0 } }
  func noteCurrent() {
    let thread = currentThread()
    seen.withLock { _ = $0.insert(thread) }
  }
}

@Suite(.enabled(if: Bundled.arePresent, Bundled.missing), .serialized)
struct EngineTests {
  static let example = "02_scaled_tanh.py"

  @Test func `a cancelled task ends between two passes, and the engine goes on`() async throws {
    let engine = try Bundled.engine()
    let prompt = try Bundled.target.tokens(of: Bundled.prompt(example: Self.example))
    for mode in [SpeculationMode.off, .tree] {
      let passes = Mutex(0)
      let task = Task {
        try await engine.write(
          after: prompt, maximumTokens: 100, options: .init(mode: mode),
          onPass: { _, _ in
            let made = passes.withLock { count in
              count += 1
              return count
            }
            if made == 3 { withUnsafeCurrentTask { $0?.cancel() } }
            return true
          })
      }
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(passes.withLock { $0 } == 3)
      let after = try await engine.write(after: prompt, maximumTokens: 30, options: .init(mode: mode))
      let other = try await Bundled.engine().write(after: prompt, maximumTokens: 30, options: .init(mode: mode))
      #expect(after.summary.tokens == other.summary.tokens)
    }
  }

  @Test func `a task that was cancelled before writes nothing`() async throws {
    let engine = try Bundled.engine()
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await engine.write(after: [5, 6], maximumTokens: 4, options: .init())
    }
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func `passes run on a thread of the engine's own`() async throws {
    let engine = try Bundled.engine()
    let (engineThreads, poolThreads) = (ThreadRecord(), ThreadRecord())
    // Tasks that look where they run, while the engine works.
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for _ in 0..<3 {
          _ = try await engine.write(
            after: [5, 6, 7], maximumTokens: 20, options: .init(mode: .tree),
            onPass: { _, _ in
              engineThreads.noteCurrent()
              return true
            })
        }
      }
      for _ in 0..<16 {
        group.addTask {
          for _ in 0..<20 {
            poolThreads.noteCurrent()
            await Task.yield()
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(engineThreads.threads.count == 1)
    #expect(!poolThreads.threads.isEmpty && poolThreads.threads.isDisjoint(with: engineThreads.threads))
  }

  @Test func `a prompt that does not fit gets a sentence, and the engine goes on`() async throws {
    let engine = try Bundled.engine(context: 64)
    await #expect {
      try await engine.write(after: [Token](repeating: 7, count: 64), maximumTokens: 4, options: .init())
    } throws: {
      ($0 as? SpeculativeDecodingError)?.code == .contextExceeded
    }
    let written = try await engine.write(after: [Token](repeating: 7, count: 60), maximumTokens: 9, options: .init())
    #expect(written.summary.end == .contextFull || written.summary.end == .endToken)
    #expect(written.summary.tokens.count <= 4)
  }

  /// Threads that only looked again and again would take some minutes for these few tokens.
  @Test(.timeLimit(.minutes(2)))
  func `more threads than processors let each other run, and write the same`() async throws {
    let prompt = try Bundled.target.tokens(of: Bundled.prompt(example: Self.example))
    var texts: [[Token]] = []
    for threads in [1, 4 * ProcessInfo.processInfo.activeProcessorCount] {
      let engine = try Bundled.engine(threads: threads)
      texts.append(
        try await engine.write(after: prompt, maximumTokens: 250, options: .init(mode: .off)).summary.tokens)
    }
    #expect(texts[0].count >= 100 && texts[0] == texts[1])
  }

  @Test func `the number of threads is found out where it is not given`() async throws {
    let engine = try Bundled.engine(threads: nil)
    _ = try await engine.write(after: [5, 6], maximumTokens: 4, options: .init())
    let counts = await engine.threadCounts
    #expect(counts.target >= 1 && (counts.draft ?? 0) >= 1)
  }

  // What follows is the same engine behind the protocol that all models share.

  static func request(_ tokens: Int, stop: [String] = [], seed: UInt64? = nil) throws -> GenerationRequest {
    GenerationRequest(
      try Bundled.prompt(example: example), maximumTokens: tokens, temperature: seed == nil ? nil : 0.8,
      stopSequences: stop, seed: seed)
  }

  @Test(arguments: [nil, 4] as [UInt64?])
  func `events come in order and their pieces are the text`(seed: UInt64?) async throws {
    let model = LocalLanguageModel(engine: try Bundled.engine(), options: .init(mode: .tree))
    let request = try Self.request(50, seed: seed)
    var events: [GenerationEvent] = []
    for try await event in model.generate(request) { events.append(event) }
    let prompt = try Bundled.target.tokens(of: request.input)
    #expect(events.first == .started(promptTokens: prompt.count))
    guard case .finished(let outcome)? = events.last else {
      Issue.record("the last event is \(String(describing: events.last))")
      return
    }
    var (text, tokens, passes) = ("", 0, 0)
    for event in events.dropFirst().dropLast() {
      switch event {
      case .text(let piece):
        #expect(!piece.isEmpty)
        text += piece
      case .progress(let written, let made):
        #expect(written >= tokens && made == passes + 1)
        (tokens, passes) = (written, made)
      default: Issue.record("\(event) is out of place")
      }
    }
    #expect(outcome.completionTokens == tokens && outcome.promptTokens == prompt.count)
    let sampling = SamplingParameters(temperature: seed == nil ? 0 : 0.8, seed: seed ?? 0)
    let written = try await Bundled.engine().write(
      after: prompt, maximumTokens: 50, options: .init(mode: .off, sampling: sampling))
    #expect(text == written.text)
  }

  @Test func `what is held back for a stop sequence comes when the text is over`() async throws {
    let model = LocalLanguageModel(engine: try Bundled.engine(), options: .init(mode: .off))
    func text(_ stop: [String]) async throws -> String {
      var text = ""
      for try await event in model.generate(try Self.request(12, stop: stop)) {
        if case .text(let piece) = event { text += piece }
      }
      return text
    }
    let whole = try await text([])
    try #require(!whole.isEmpty)
    // A stop sequence that begins as the text ends, and never comes.
    #expect(try await text([String(whole.suffix(2)) + "\u{1}never"]) == whole)
  }

  @Test func `leaving a stream early stops the model`() async throws {
    let engine = try Bundled.engine(context: 4096)
    let model = LocalLanguageModel(engine: engine, options: .init(mode: .off))
    var seen = 0
    for try await event in model.generate(try Self.request(3000)) {
      if case .progress = event { seen += 1 }
      if seen == 2 { break }
    }
    // The engine is free again long before three thousand passes are over.
    let next = try await engine.write(after: [5, 6], maximumTokens: 2, options: .init(mode: .off))
    #expect(next.summary.tokens.count <= 2)
  }

  @Test func `a prompt with a token that the model does not have ends the stream with a sentence`() async throws {
    let model = LocalLanguageModel(engine: try Bundled.engine())
    let request = GenerationRequest(.segments([.specialToken("<|unheard-of|>")]), maximumTokens: 3)
    await #expect {
      for try await _ in model.generate(request) {}
    } throws: {
      ($0 as? LlamaRuntimeError)?.code == .untokenizable && "\($0)".contains("<|unheard-of|>")
    }
  }

  @Test func `what was written is drafted from the next time, alone and together, and the text is the same`()
    async throws
  {
    func write(_ model: LocalLanguageModel, seeds: [UInt64]) async throws -> (texts: [String], passes: Int) {
      var (texts, passes) = ([UInt64: String](), 0)
      let request = GenerationRequest(
        try Bundled.prompt(example: Self.example), maximumTokens: 150, temperature: 0.7)
      for try await event in model.generate(request, seeds: seeds) {
        guard case .event(let index, let event) = event else { continue }
        if case .text(let text) = event { texts[seeds[index], default: ""] += text }
        if case .progress(_, let made) = event { passes = max(passes, made) }
      }
      return (seeds.map { texts[$0] ?? "" }, passes)
    }
    var model = LocalLanguageModel(engine: try Bundled.engine(), options: .init(mode: .suffix))
    let expected = try await write(model, seeds: [5, 6])
    let corpus = DraftCorpus()
    model.options.corpus = corpus
    let first = try await write(model, seeds: [5])
    #expect(first.texts[0] == expected.texts[0] && corpus.tokenCount > 20)
    let again = try await write(model, seeds: [5])
    #expect(again.texts == first.texts && again.passes < first.passes / 3)
    let known = corpus.tokenCount
    #expect(try await write(model, seeds: [5, 6]).texts == expected.texts)
    #expect(corpus.tokenCount > known)
  }
}
