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
    /// What is known of the cost of passes, and who is told of it; nil to measure it each time.
    public var costs: PassCostMemory?

    /// Makes a configuration.
    public init(
      context: Int = 4096, threads: Int? = nil, nodeLimit: Int = 201, leafLimit: Int = 64, costs: PassCostMemory? = nil
    ) {
      self.context = context
      self.threads = threads
      self.nodeLimit = nodeLimit
      self.leafLimit = leafLimit
      self.costs = costs
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
  private let stopwatch: Stopwatch
  /// The numbers of threads that were found to be best before the first text.
  private var chosenThreads: (target: Int, draft: Int?)?
  private var writtenTexts = 0
  /// Made when it is first asked for.
  private var replay: Replay?
  /// What writes several texts together; made when it is first asked for.
  private var batch: BatchWriter?

  /// The engine's own thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Makes an engine of loaded models.
  ///
  /// - Throws: ``LlamaRuntimeError`` where the vocabularies differ or the context does not fit the memory.
  public init(target model: LlamaModel, draft: LlamaModel?, configuration: Configuration) throws {
    try self.init(target: model, draft: draft, configuration: configuration, clock: ContinuousClock())
  }

  /// Makes an engine that times its passes with a clock.
  init(
    target model: LlamaModel, draft: LlamaModel?, configuration: Configuration,
    clock: some Clock<Duration>
  ) throws {
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
    stopwatch = Stopwatch(clock: clock)
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
    try getReady()
    let vocabulary = targetModel.vocabulary
    var text = TextInProgress(stopSequences: stopSequences)
    let summary = try decoder.decode(
      prompt: prompt, maximumTokens: maximumTokens, endTokens: vocabulary.endTokens, options: options
    ) { record in
      let piece = text.add(record.tokens, of: vocabulary)
      return onPass(record, piece) && !text.isStopped
    }
    keep(decoder.passCosts)
    return text.finished(summary, promptTokens: prompt.count)
  }

  /// Writes a recording after a prompt, as if the target had chosen it, and without the draft model: passes cost what the target's
  /// cost, and what is accepted is what the recording says.
  public func replay(
    _ recording: [Token], after prompt: [Token], options: SpeculativeDecoder.Options
  ) throws -> DecodingSummary {
    target.mayGoOn = { try Task.checkCancellation() }
    try getReady()
    let replay = try self.replay ?? Replay(target: target, stopwatch: stopwatch)
    self.replay = replay
    replay.target.play(recording)
    return try replay.decoder.decode(
      prompt: prompt, maximumTokens: recording.count, endTokens: [], options: options, onPass: { _ in true })
  }

  /// What replays; it keeps what it has learnt of costs.
  private struct Replay {
    let target: RecordedTarget
    let decoder: SpeculativeDecoder

    init(target model: LlamaTarget, stopwatch: Stopwatch) throws {
      target = RecordedTarget(model: model)
      decoder = try SpeculativeDecoder(target: target, stopwatch: stopwatch)
    }
  }

  /// How many threads compute the target's and the draft's passes.
  public var threadCounts: (target: Int, draft: Int?) { calibration.threadCounts }

  private var calibration: PassCalibration {
    PassCalibration(target: target, draft: draft, threads: threads, stopwatch: stopwatch)
  }

  /// Once per engine, before its first text.
  private func getReady() throws {
    guard chosenThreads == nil else { return }
    let isFree = configuration.threads == nil
    if let known = try calibration.settle(choosesThreads: isFree, known: configuration.costs?.known) {
      decoder.assume(verification: known.verification, draft: known.draft)
    }
    target.context.mayChangeThreads = isFree
    draft?.context.mayChangeThreads = isFree
    chosenThreads = threadCounts
  }

  /// Tells whoever wants to remember it what passes have come to cost.
  private func keep(_ costs: (verification: PassCosts, draft: PassCosts?)?) {
    writtenTexts += 1
    // What fewer threads take that gave way to other work is no measure for the next time.
    guard let memory = configuration.costs, let costs, writtenTexts & (writtenTexts - 1) == 0,
      let chosenThreads, chosenThreads == threadCounts
    else { return }
    memory.keep(
      PassCostRecord(
        threads: chosenThreads.target, draftThreads: chosenThreads.draft, verification: costs.verification.samples,
        draft: costs.draft?.samples))
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

  /// Times passes of the target over a root and chains below it, after a text: one pass of each size in each round.
  ///
  /// - Parameters:
  ///   - sizes: how many tokens passes have, at least 1 and at most the configuration's limit on nodes.
  ///   - text: what passes come after, at least one token.
  /// - Returns: for each size the milliseconds of each round.
  /// - Throws: `CancellationError` where the task is cancelled, between two passes; what the target throws.
  public func passTimes(of sizes: [Int], after text: [Token], rounds: Int) throws -> [[Double]] {
    target.mayGoOn = { try Task.checkCancellation() }
    try getReady()
    try target.prepare(text.dropLast())
    var times = [[Double]](repeating: [], count: sizes.count)
    // The first round touches memory for the first time.
    for round in 0...rounds {
      for (place, size) in sizes.enumerated() {
        let tree = TokenTree(
          root: text[text.count - 1], size: min(max(1, size), target.capacity.nodes),
          width: min(8, target.capacity.leaves), vocabulary: targetModel.vocabulary.count)
        let started = stopwatch.milliseconds
        try target.evaluate(tree)
        if round > 0 { times[place].append(stopwatch.milliseconds - started) }
        try target.keep([], of: tree)
      }
    }
    return times
  }

  /// What the machine allows the target's threads, measured now.
  public func roofline() async throws -> ProcessorRoofline {
    target.mayGoOn = { try Task.checkCancellation() }
    try getReady()
    // For a while after a pass its threads look out for the next one, on processors that are to be measured.
    try await Task.sleep(for: .milliseconds(150))
    return ProcessorRoofline.measure(threads: target.context.threadCount)
  }

  /// The cost of passes as measured last; `nil` before the first text with speculation.
  public var passCosts: (verification: PassCosts, draft: PassCosts?)? { decoder.passCosts }
}

extension LlamaEngine {
  /// The most texts that ``write(after:seeds:maximumTokens:options:stopSequences:onRead:onPass:onEnd:)`` writes together; 1
  /// where the target cannot.
  public nonisolated var batchLimit: Int { targetModel.takesTrees ? LlamaBatchTarget.widthLimit : 1 }

  /// Writes a text after a prompt for each seed, together: the prompt is read once and kept once, and each pass scores a
  /// tree of every text that is not complete. Each is the very text that is written for its seed alone.
  ///
  /// - Parameters:
  ///   - seeds: at least one and at most ``batchLimit``; that of `options` is not looked at.
  ///   - maximumTokens: the most tokens of a text.
  ///   - onRead: called while the prompt is read, with the tokens read and all of them.
  ///   - onPass: called for each text after each pass; returns whether the text goes on.
  ///   - onEnd: called once for each text, when it is complete.
  /// - Throws: `CancellationError` where the task is cancelled, between two passes; ``LlamaRuntimeError`` with the code
  ///   ``LlamaRuntimeError/Code/noContext`` where there is not enough memory for so many texts.
  public func write(
    after prompt: [Token], seeds: [UInt64], maximumTokens: Int, options: SpeculativeDecoder.Options,
    stopSequences: [String] = [], onRead: @escaping @Sendable (Int, Int) -> Void = { _, _ in },
    onPass: @Sendable (Int, PassRecord, String) -> Bool = { _, _, _ in true },
    onEnd: @Sendable (Int, WrittenText) -> Void
  ) throws {
    try getReady()
    let writer = try batchWriter(width: seeds.count, promptTokens: prompt.count, maximumTokens: maximumTokens)
    writer.begin(threads: (target.context.threadCount, draft?.context.threadCount), onRead: onRead)
    let vocabulary = targetModel.vocabulary
    var texts = seeds.map { _ in TextInProgress(stopSequences: stopSequences) }
    try writer.decoder.decode(
      prompt: prompt, seeds: seeds, maximumTokens: maximumTokens, endTokens: vocabulary.endTokens, options: options,
      onPass: { index, record in
        let piece = texts[index].add(record.tokens, of: vocabulary)
        return onPass(index, record, piece) && !texts[index].isStopped
      },
      onEnd: { index, summary in onEnd(index, texts[index].finished(summary, promptTokens: prompt.count)) })
  }

  /// The cost of passes over several texts as measured last, by all tokens in them.
  public var batchPassCosts: PassCosts? { batch?.decoder.passCosts?.verification }

  /// The writer of several texts, made anew where the one there is has too little room.
  private func batchWriter(width: Int, promptTokens: Int, maximumTokens: Int) throws -> BatchWriter {
    precondition((1...batchLimit).contains(width))
    let answer = max(1, min(maximumTokens, configuration.context - promptTokens))
    let room = BatchWriter.Room(
      width: width, text: min(configuration.context, promptTokens + answer), tokens: promptTokens + width * answer)
    if let batch, batch.room.covers(room) { return batch }
    let costs = batch?.decoder.passCosts ?? decoder.passCosts
    // Two at once might not fit the memory.
    batch = nil
    let made = try BatchWriter(
      room.roundedUp(context: configuration.context), target: target, draft: draftModel,
      nodeLimit: configuration.nodeLimit, leafLimit: configuration.leafLimit, threads: threads, stopwatch: stopwatch)
    if let costs {
      made.decoder.assume(verification: costs.verification.samples, draft: costs.draft?.samples)
    }
    batch = made
    return made
  }
}
