import CLlama
import Synchronization

/// libllama as a whole: started once, its log kept instead of printed.
public enum LlamaLibrary {
  /// The last lines that libllama logged as errors, so that a failure can say what the library said.
  private static let errors = Mutex<[String]>([])

  private static let started: Void = {
    llama_log_set(
      { level, text, _ in
        guard level.rawValue >= GGML_LOG_LEVEL_ERROR.rawValue, level.rawValue != GGML_LOG_LEVEL_CONT.rawValue, let text
        else { return }
        LlamaLibrary.remember(String(cString: text))
      }, nil)
    _ = Accelerator.isOffered
    llama_backend_init()
  }()

  /// Starts the library, once per process.
  static func start() { started }

  private static func remember(_ line: String) {
    errors.withLock { lines in
      lines.append(String(line.prefix(400).drop { $0.isWhitespace }.trimmingSuffix { $0.isWhitespace }))
      if lines.count > 8 { lines.removeFirst() }
    }
  }

  /// What the library logged as errors since this was asked last.
  static func takeErrors() -> [String] {
    errors.withLock { lines in
      defer { lines = [] }
      return lines
    }
  }

  /// Whether models are computed on a GPU, which libllama was built for and which there is.
  public static var usesGPU: Bool {
    start()
    return llama_supports_gpu_offload()
  }

  /// What libllama was built for: processor features and backends, in its own words.
  public static var systemInformation: String {
    start()
    return String(cString: llama_print_system_info())
  }
}

extension Substring {
  fileprivate func trimmingSuffix(while isDropped: (Character) -> Bool) -> Substring {
    var rest = self
    while let last = rest.last, isDropped(last) { rest.removeLast() }
    return rest
  }
}
