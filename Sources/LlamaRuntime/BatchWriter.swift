import SpeculativeDecoding

/// What an engine writes several texts with: contexts of their own, beside those for a single text.
///
/// Used from the engine's thread only.
final class BatchWriter {
  /// What texts need.
  struct Room: Equatable {
    /// The number of texts.
    var width: Int
    /// The longest text, its prompt included, in tokens.
    var text: Int
    /// The prompt and all answers together, in tokens.
    var tokens: Int

    /// Whether what `other` needs is there.
    func covers(_ other: Room) -> Bool { width >= other.width && text >= other.text && tokens >= other.tokens }

    /// Some more, so that the next prompt, which is a little longer, need not have contexts made anew.
    func roundedUp(context: Int) -> Room {
      let text = min(context, (self.text + 511) / 512 * 512)
      return Room(width: width, text: text, tokens: tokens + width * (text - self.text))
    }
  }

  let room: Room
  let target: LlamaBatchTarget
  let draft: LlamaDraft?
  let decoder: BatchDecoder

  /// - Parameters:
  ///   - target: the target for single texts, whose results these texts' have to equal.
  ///   - draft: nil where nothing drafts.
  init(
    _ room: Room, target single: LlamaTarget, draft: LlamaModel?, nodeLimit: Int, leafLimit: Int,
    threads: ComputeThreads,
    stopwatch: Stopwatch
  ) throws {
    self.room = room
    // Two passes of the largest size have to fit beside the texts; more room means that texts are seldom read again.
    let spare = 2 * (2 * max(nodeLimit, room.width)) + max(1024, room.tokens / 4)
    target = try LlamaBatchTarget(
      model: single.context.model, width: room.width, textLimit: room.text, cells: room.tokens + spare,
      nodeLimit: nodeLimit, leafLimit: leafLimit,
      threads: threads)
    self.draft = try draft.map { model in
      try LlamaDraft(
        model: model, vocabularySize: single.vocabularySize, width: room.width, textLimit: room.text,
        cells: room.tokens, nodeLimit: 64, threads: threads)
    }
    decoder = try BatchDecoder(target: target, draft: self.draft, stopwatch: stopwatch)
  }

  /// Prepares for a batch: how many threads compute, and who hears of the prompt.
  func begin(threads: (target: Int, draft: Int?), onRead: @escaping (Int, Int) -> Void) {
    target.mayGoOn = { try Task.checkCancellation() }
    target.onRead = onRead
    target.context.threadCount = threads.target
    draft?.mayGoOn = { try Task.checkCancellation() }
    if let draft, let count = threads.draft { draft.context.threadCount = count }
  }
}
