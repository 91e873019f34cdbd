import CUDAToolchain

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The worker's Python, out of this executable into a folder.
enum WorkerFiles {
  /// One hash over every file's name and text.
  static let hash = SHA256.hex(
    EmbeddedWorker.files.map { "\($0.path)\n\($0.text.utf8.count)\n\($0.text)" }.joined())

  /// Writes the files below a folder.
  static func write(to folder: String) throws {
    do {
      for file in EmbeddedWorker.files { try Folders.write(file.text, to: "\(folder)/\(file.path)") }
    } catch {
      throw KernelEvaluationError(
        .fileSystem, "The evaluation worker could not be written to \(folder); check permissions and free space.",
        underlyingError: error)
    }
  }
}
