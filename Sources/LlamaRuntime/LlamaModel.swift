import CLlama
import Synchronization

/// A model file, loaded.
///
/// The weights are mapped into memory and shared by all contexts that use the model; they go when the last reference
/// does. Its members that read the vocabulary may be called from any thread.
public final class LlamaModel: Sendable {
  /// Owns libllama's model.
  private struct Handle: ~Copyable, @unchecked Sendable {
    // Safe: libllama never writes to a model after it is loaded.
    let pointer: OpaquePointer
    deinit { llama_model_free(pointer) }
  }

  private let handle: Handle
  /// Where the file is.
  public let path: String
  /// The model's tokens.
  public let vocabulary: LlamaVocabulary
  /// What a pass reads and multiplies with; nil where that depends on the tokens (a mixture of experts), or is not known.
  public let passSize: PassSize?

  var pointer: OpaquePointer { handle.pointer }

  /// Loads a model.
  ///
  /// - Parameters:
  ///   - path: a GGUF file.
  ///   - gpuLayers: how many layers to keep on a GPU, where libllama was built for one; negative for all.
  ///   - usesAccelerator: whether weights are packed for ``Accelerator``, where the processor has what that takes.
  ///   - progress: called with the share that is loaded, from 0 to 1; returns whether to go on.
  /// - Throws: ``LlamaRuntimeError``; `CancellationError` where `progress` says to stop.
  public init(
    path: String, gpuLayers: Int = -1, usesAccelerator: Bool = true,
    progress: @escaping @Sendable (Float) -> Bool = { _ in true }
  ) throws {
    LlamaLibrary.start()
    let header = try GGUFCheck.check(path: path)
    _ = LlamaLibrary.takeErrors()
    let loading = Loading(progress)
    var parameters = llama_model_default_params()
    parameters.n_gpu_layers = Int32(gpuLayers)
    parameters.progress_callback = { share, data in
      guard let data else { return true }
      return Unmanaged<Loading>.fromOpaque(data).takeUnretainedValue().report(share)
    }
    parameters.progress_callback_user_data = Unmanaged.passUnretained(loading).toOpaque()
    let loaded = withExtendedLifetime(loading) {
      Accelerator.whileLoading(packs: usesAccelerator) { llama_model_load_from_file(path, parameters) }
    }
    guard let loaded else {
      if loading.isStopped { throw CancellationError() }
      let reasons = LlamaLibrary.takeErrors().map { line in
        line.replacingPrefix("llama_model_load: error loading model: ").replacingPrefix("gguf_init_from_file_impl: ")
      }
      let reason = reasons.first ?? "libllama gave no reason"
      throw LlamaRuntimeError(
        .invalidModel,
        "\(path) could not be loaded: \(reason). It may be truncated or of a kind that this build of "
          + "libllama does not know; fetch or convert it again.")
    }
    handle = Handle(pointer: loaded)
    self.path = path
    vocabulary = LlamaVocabulary(model: loaded)
    passSize = header.flatMap { $0.passSize(ofModelWith: Int(llama_model_n_params(loaded))) }
  }

  /// Keeps the caller's closure, and whether it stopped the loading.
  private final class Loading: Sendable {
    private let progress: @Sendable (Float) -> Bool
    private let stopped = Atomic(false)

    init(_ progress: @escaping @Sendable (Float) -> Bool) { self.progress = progress }

    var isStopped: Bool { stopped.load(ordering: .relaxed) }

    func report(_ share: Float) -> Bool {
      let goesOn = progress(share)
      if !goesOn { stopped.store(true, ordering: .relaxed) }
      return goesOn
    }
  }
}

extension LlamaModel {
  /// What the file says of itself, by key; `nil` where it says nothing under that key.
  public func metadata(_ key: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 1024)
    var length = llama_model_meta_val_str(pointer, key, &buffer, buffer.count)
    if length >= buffer.count {
      buffer = [CChar](repeating: 0, count: Int(length) + 1)
      length = llama_model_meta_val_str(pointer, key, &buffer, buffer.count)
    }
    guard length >= 0 else { return nil }
    return String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The model's name: its own, or else the file's.
  public var name: String {
    if let name = metadata("general.name"), !name.isEmpty { return name }
    return path.split(separator: "/").last.map(String.init) ?? path
  }

  /// Architecture, size and weight type, in libllama's words.
  public var summary: String {
    var buffer = [CChar](repeating: 0, count: 256)
    let length = llama_model_desc(pointer, &buffer, buffer.count)
    let words = String(decoding: buffer.prefix(max(0, Int(length))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // libllama knows the names of sizes that have been published.
    guard let unknown = words.firstRange(of: "?B") else { return words }
    let millions = Int((Double(parameterCount) / 1e6).rounded(.up))
    return words[..<unknown.lowerBound] + "\(millions)M" + words[unknown.upperBound...]
  }

  /// The number of weights.
  public var parameterCount: Int { Int(llama_model_n_params(pointer)) }

  /// The bytes of all weights.
  public var byteCount: Int { Int(llama_model_size(pointer)) }

  /// The context that the model was trained for, in tokens.
  public var trainedContext: Int { Int(llama_model_n_ctx_train(pointer)) }

  /// Whether the model's memory of the text can be taken back token by token and shared between branches. Recurrent and
  /// hybrid models cannot do that, so trees cannot be verified with them.
  public var takesTrees: Bool {
    !llama_model_is_recurrent(pointer) && !llama_model_is_hybrid(pointer) && !llama_model_is_diffusion(pointer)
      && !llama_model_has_encoder(pointer)
  }

  /// The chat template that the file brings, in Jinja.
  public var chatTemplate: String? {
    llama_model_chat_template(pointer, nil).map { String(cString: $0) }
  }
}

extension String {
  fileprivate func replacingPrefix(_ prefix: String) -> String {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
  }
}
