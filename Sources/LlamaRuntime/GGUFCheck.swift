#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Looks at a model file before libllama does, so that a wrong or damaged one gets a sentence instead of an abort.
enum GGUFCheck {
  /// - Returns: what stands before the weights; nil where the file could not be looked at.
  static func check(path: String) throws -> GGUFHeader? {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw LlamaRuntimeError(.unreadable, "There is no model file at \(path).")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw LlamaRuntimeError(.unreadable, "\(path) is not a file. Name a model in GGUF format.")
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw LlamaRuntimeError(.unreadable, "\(path) cannot be read: \(String(cString: strerror(errno))).")
    }
    defer { close(descriptor) }
    do {
      return try withBytes(of: descriptor, count: Int(status.st_size)) { bytes throws(GGUFHeader.Fault) in
        try GGUFHeader(bytes)
      }
    } catch {
      throw LlamaRuntimeError(
        .invalidModel,
        "\(path) is not a model in GGUF format, or a damaged one: \(error.reason). Fetch it again, or convert the model "
          + "to GGUF.", underlyingError: error)
    }
  }

  /// Maps the file: of a large one only the header's pages are read.
  private static func withBytes<Result>(
    of descriptor: Int32, count: Int, _ body: (UnsafeRawBufferPointer) throws(GGUFHeader.Fault) -> Result
  ) throws(GGUFHeader.Fault) -> Result? {
    guard count > 0, let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
      // Without a mapping libllama has the first and the last word.
      return count == 0 ? try body(UnsafeRawBufferPointer(start: nil, count: 0)) : nil
    }
    defer { munmap(start, count) }
    return try body(UnsafeRawBufferPointer(start: start, count: count))
  }
}
