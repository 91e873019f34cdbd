import CLlama
import SpeculativeDecoding

/// A model's working memory for one text and the trees that grow from it. Used from one thread at a time.
final class LlamaContext {
  private struct Handle: ~Copyable {
    let pointer: OpaquePointer
    deinit { llama_free(pointer) }
  }

  let model: LlamaModel
  /// The most tokens of a pass.
  let passLimit: Int
  /// The most branches.
  let sequenceLimit: Int
  /// Whether logits are the same to the bit however a text is divided into passes, for weights whose products are.
  let hasOrderedAttention: Bool
  private let handle: Handle
  private let memory: llama_memory_t?
  private var batch: llama_batch
  /// Whether the number of threads is ours to choose.
  var mayChangeThreads = false
  private var stalls = StallWatch()
  /// Keeps the threads alive as long as libllama may use them.
  private let threads: ComputeThreads

  /// - Parameters:
  ///   - cells: the tokens that the memory holds, of text and tree together.
  ///   - passLimit: the most tokens of a pass.
  ///   - sequenceLimit: the most branches; at most 256.
  init(model: LlamaModel, cells: Int, passLimit: Int, sequenceLimit: Int, threads: ComputeThreads) throws {
    var parameters = llama_context_default_params()
    parameters.n_ctx = UInt32(cells)
    parameters.n_batch = UInt32(passLimit)
    parameters.n_ubatch = UInt32(passLimit)
    parameters.n_seq_max = UInt32(sequenceLimit)
    parameters.n_outputs_max = 0
    parameters.n_threads = Int32(threads.limit)
    parameters.n_threads_batch = Int32(threads.limit)
    // Flash attention, in the order of the cells: then a token's logits depend on the tokens before it and on nothing
    // else, not on what is beside it in the pass or on gaps between cells. Without flash attention they change with a
    // token's place in the cache, because the products with the values are summed up lane by lane.
    parameters.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_AUTO
    // Keys and values stay in half precision, as they are by default: libllama's attention rounds those of single precision to it
    // in each pass anew.
    parameters.kv_unified = true
    parameters.swa_full = true
    parameters.no_perf = true
    _ = LlamaLibrary.takeErrors()
    guard let pointer = llama_init_from_model(model.pointer, parameters) else {
      let reason = LlamaLibrary.takeErrors().first.map { " (\($0))" } ?? ""
      throw LlamaRuntimeError(
        .noContext,
        "A context of \(cells) tokens could not be made for \(model.path)\(reason). Choose a smaller one (--context).")
    }
    hasOrderedAttention = basic_use_ordered_attention(pointer)
    handle = Handle(pointer: pointer)
    memory = llama_get_memory(pointer)
    self.model = model
    self.passLimit = passLimit
    self.sequenceLimit = sequenceLimit
    self.threads = threads
    batch = llama_batch_init(Int32(passLimit), 0, Int32(sequenceLimit))
    llama_attach_threadpool(pointer, threads.pool, threads.pool)
  }

  /// How many threads compute a pass. The results do not depend on it.
  var threadCount: Int {
    get { Int(llama_n_threads(handle.pointer)) }
    set { llama_set_n_threads(handle.pointer, Int32(newValue), Int32(newValue)) }
  }

  deinit {
    llama_detach_threadpool(handle.pointer)
    llama_batch_free(batch)
  }

  /// Empties the batch.
  func beginPass() { batch.n_tokens = 0 }

  /// Adds a token to the batch, seen by the given branches.
  func add(_ token: Token, position: Int, sequences: Range<Int32>, wantsLogits: Bool) {
    let index = Int(batch.n_tokens)
    precondition(index < passLimit && sequences.count <= sequenceLimit)
    batch.token[index] = token
    batch.pos[index] = Int32(position)
    batch.n_seq_id[index] = Int32(sequences.count)
    for (place, sequence) in sequences.enumerated() { batch.seq_id[index]?[place] = sequence }
    batch.logits[index] = wantsLogits ? 1 : 0
    batch.n_tokens += 1
  }

  /// Runs the batch.
  func runPass() throws {
    let started = llama_time_us()
    let status = llama_decode(handle.pointer, batch)
    if mayChangeThreads, threadCount > 1,
      stalls.record(size: Int(batch.n_tokens), milliseconds: Double(llama_time_us() - started) / 1e3)
    {
      threadCount /= 2
      stalls = StallWatch()
    }
    guard status == 0 else {
      let reason =
        switch status {
        case 1: "the context has no room for \(batch.n_tokens) more tokens"
        case 2: "it was stopped"
        default: LlamaLibrary.takeErrors().last ?? "libllama reports \(status)"
        }
      throw LlamaRuntimeError(.passFailed, "A pass of \(model.name) failed: \(reason).")
    }
  }

  /// The logits after the token at `index` of the latest batch.
  func logits(at index: Int) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: llama_get_logits_ith(handle.pointer, Int32(index)), count: model.vocabulary.count)
  }

  /// Removes a branch's tokens from `position` on.
  func remove(_ sequence: Int32, from position: Int) {
    llama_memory_seq_rm(memory, sequence, Int32(position), -1)
  }

  /// Makes a branch's tokens in a range of positions belong to another branch too.
  func copy(_ source: Int32, to target: Int32, positions: Range<Int>) {
    guard !positions.isEmpty, source != target else { return }
    llama_memory_seq_cp(memory, source, target, Int32(positions.lowerBound), Int32(positions.upperBound))
  }

  /// Reads tokens into a branch without asking for logits.
  ///
  /// - Parameter mayGoOn: asked before each pass; throws to stop.
  func read(
    _ tokens: ArraySlice<Token>, at position: Int, sequence: Int32, mayGoOn: () throws -> Void
  ) throws {
    var start = tokens.startIndex
    while start < tokens.endIndex {
      try mayGoOn()
      let end = min(start + passLimit, tokens.endIndex)
      beginPass()
      for index in start..<end {
        add(
          tokens[index], position: position + index - tokens.startIndex, sequences: sequence..<sequence + 1,
          wantsLogits: false)
      }
      try runPass()
      start = end
    }
  }

  /// The index in the latest batch of its last token.
  var lastIndex: Int { Int(batch.n_tokens) - 1 }
}
