#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Looks at the first bytes of a model file, so that a wrong file gets a sentence of its own.
enum GGUFCheck {
  static func check(path: String) throws {
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
    var magic = [UInt8](repeating: 0, count: 4)
    let count = read(descriptor, &magic, 4)
    guard count == 4, magic == Array("GGUF".utf8) else {
      let found = status.st_size == 0 ? "it is empty" : "it does not begin with the letters GGUF"
      throw LlamaRuntimeError(
        .invalidModel, "\(path) is not a model in GGUF format: \(found). Convert the model to GGUF first.")
    }
  }
}
