public import SpeculativeDecoding

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A target model, and a draft model where there is one, ready to write.
///
/// All passes run on a thread of the engine's own. One text is written at a time; further calls wait.
public actor LlamaEngine {
  /// How an engine is set up.
  public struct Configuration: Sendable {
    /// The longest text, prompt and answer together, in tokens.
    public var context: Int
    /// The number of threads that compute; `nil` to find out which number is fastest, up to one per processor.
    public var threads: Int?
    /// The most nodes of a token tree, its root included.
    public var nodeLimit: Int
    /// The most leaves of a token tree.
    public var leafLimit: Int

    /// Makes a configuration.
    public init(
      context: Int = 4096, threads: Int? = nil, nodeLimit: Int = 201, leafLimit: Int = 64
    ) {
      self.context = context
      self.threads = threads
      self.nodeLimit = nodeLimit
      self.leafLimit = leafLimit
    }
  }

  /// The target's model.
  public nonisolated let targetModel: LlamaModel
  /// The draft's model.
  public nonisolated let draftModel: LlamaModel?
  /// How the engine is set up.
  public nonisolated let configuration: Configuration
  /// What a person should know of how these models are used: what they cannot do.
  public nonisolated let notices: [String]

  private let executor = EngineExecutor()
  private let target: LlamaTarget
  private let draft: LlamaDraft?
  private let decoder: SpeculativeDecoder
  private let threads: ComputeThreads
  private let stopwatch = Stopwatch(clock: ContinuousClock())
  private var hasChosenThreads = false

  /// The engine's own thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Makes an engine of loaded models.
  ///
  /// - Throws: ``LlamaRuntimeError`` where the vocabularies differ or the context does not fit the memory.
  public init(target model: LlamaModel, draft: LlamaModel?, configuration: Configuration) throws {
    if let draft, let difference = model.vocabulary.difference(from: draft.vocabulary) {
      throw LlamaRuntimeError(
        .vocabularyMismatch,
        "\(draft.path) cannot draft for \(model.path): \(difference). A draft model has to have the target's vocabulary."
      )
    }
    var notices: [String] = []
    var usableDraft = draft
    if !model.takesTrees {
      notices.append(
        "\(model.name) keeps a recurrent state and cannot take tokens back: it writes without speculation.")
      usableDraft = nil
    } else if let draft, !draft.takesTrees {
      notices.append("\(draft.name) keeps a recurrent state and cannot draft; it is not used.")
      usableDraft = nil
    }
    if configuration.context > model.trainedContext {
      notices.append("\(model.name) was trained for \(model.trainedContext) tokens; beyond them it may write nonsense.")
    }
    let threads = ComputeThreads(limit: configuration.threads ?? ProcessInfo.processInfo.activeProcessorCount)
    let target = try LlamaTarget(
      model: model, textLimit: configuration.context, nodeLimit: configuration.nodeLimit,
      leafLimit: configuration.leafLimit, threads: threads)
    let draftContext = try usableDraft.map {
      try LlamaDraft(
        model: $0, vocabularySize: model.vocabulary.count, textLimit: configuration.context, nodeLimit: 64,
        threads: threads)
    }
    self.target = target
    self.draft = draftContext
    decoder = try SpeculativeDecoder(
      target: target, draft: draftContext, stopwatch: stopwatch)
    self.threads = threads
    targetModel = model
    draftModel = usableDraft
    self.configuration = configuration
    self.notices = notices
  }

  /// Writes text after a prompt.
  ///
  /// - Parameters:
  ///   - onRead: called while the prompt is read, with the tokens read and all of them.
  ///   - onPass: called after each pass with its record and the text that it completed; returns whether to go on.
  /// - Throws: `CancellationError` where the task is cancelled, between two passes.
  public func write(
    after prompt: [Token], maximumTokens: Int, options: SpeculativeDecoder.Options, stopSequences: [String] = [],
    onRead: @escaping @Sendable (Int, Int) -> Void = { _, _ in },
    onPass: @Sendable (PassRecord, String) -> Bool = { _, _ in true }
  ) throws -> WrittenText {
    target.mayGoOn = { try Task.checkCancellation() }
    draft?.mayGoOn = { try Task.checkCancellation() }
    target.onRead = onRead
    try chooseThreads()
    var assembler = TextAssembler(stopSequences: stopSequences)
    var text = ""
    let vocabulary = targetModel.vocabulary
    // Tokens up to the one that completed a stop sequence. A pass may bring more; plain decoding would not have.
    var wanted = 0
    var summary = try decoder.decode(
      prompt: prompt, maximumTokens: maximumTokens, endTokens: vocabulary.endTokens, options: options
    ) { record in
      var piece = ""
      for token in record.tokens where !assembler.isStopped {
        piece += assembler.append(vocabulary.bytes(of: token))
        wanted += 1
      }
      text += piece
      return onPass(record, piece) && !assembler.isStopped
    }
    summary.tokens.removeSubrange(wanted...)
    if assembler.isStopped { summary.end = .stopped }
    let rest = assembler.finish()
    return WrittenText(
      text: text + rest, rest: rest, promptTokens: prompt.count, summary: summary,
      metStopSequence: assembler.isStopped)
  }

  /// How many threads compute the target's and the draft's passes.
  public var threadCounts: (target: Int, draft: Int?) { (target.context.threadCount, draft?.context.threadCount) }

  /// Once per engine, unless the number was given.
  private func chooseThreads() throws {
    guard configuration.threads == nil, !hasChosenThreads else { return }
    hasChosenThreads = true
    defer {
      target.context.mayChangeThreads = true
      draft?.context.mayChangeThreads = true
    }
    let tree = TokenTree(root: 0)
    try target.prepare([])
    try threads.choose(for: target.context, stopwatch: stopwatch) {
      try target.evaluate(tree)
      try target.keep([], of: tree)
    }
    guard let draft else { return }
    try threads.choose(for: draft.context, stopwatch: stopwatch) {
      try draft.prepare([])
      try draft.begin(with: [0])
    }
    try draft.prepare([])
  }

  /// The target's logits for some tokens after a text, computed one pass at a time as plain decoding does.
  public func logits(after text: [Token], of tokens: [Token]) throws -> [Float] {
    guard let last = text.last else { return [] }
    target.mayGoOn = { try Task.checkCancellation() }
    let tree = TokenTree(root: last)
    try target.prepare(text.dropLast())
    try target.evaluate(tree)
    let row = target.logits(of: 0)
    let found = tokens.map { row.indices.contains(Int($0)) ? row[Int($0)] : -.infinity }
    try target.keep([], of: tree)
    return found
  }

  /// The cost of passes as measured last; `nil` before the first text with speculation.
  public var passCosts: (verification: PassCosts, draft: PassCosts?)? { decoder.passCosts }
}

/// A text and how it was written.
public struct WrittenText: Sendable {
  /// The text.
  public let text: String
  /// The end of the text that no pass reported, because until the very end it might have become part of a character or
  /// of a stop sequence. Mostly empty.
  public let rest: String
  /// The number of tokens in the prompt.
  public let promptTokens: Int
  /// How the decoding went.
  public let summary: DecodingSummary
  /// Whether the text ends where a stop sequence stood.
  public let metStopSequence: Bool
}
