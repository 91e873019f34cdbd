#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The embedded headers and scripts as files on disk, where the compiler and Python can read them.
package struct ResourceFolder: Sendable {
  /// Where they lie.
  package let path: String

  package var includes: String { path + "/include" }
  /// The sources of the light headers' other half.
  package var bridge: String { path + "/bridge" }
  var extractor: String { path + "/extract_cuda.py" }

  /// One hash over every file's name and text: another text, another folder.
  package static let hash = SHA256.hex(
    EmbeddedResources.files.map { "\($0.path)\n\($0.text.utf8.count)\n\($0.text)" }.joined())

  /// Writes what is missing into the user's cache; any number of processes may do so at once.
  ///
  /// Where the cache cannot be written, the files go into `fallback`.
  package init(environment: [String: String], fallback: String) throws(CUDAToolchainError) {
    if let cache = Folders.cache(environment) {
      let shared = cache + "/toolchain/" + Self.hash.prefix(16)
      // A read-only home is no reason not to compile.
      if (try? Self.fill(shared)) != nil {
        path = shared
        return
      }
    }
    path = fallback + "/toolchain"
    try Self.fill(path)
  }

  private static func fill(_ folder: String) throws(CUDAToolchainError) {
    for file in EmbeddedResources.files {
      let target = folder + "/" + file.path
      let size = (try? FileManager.default.attributesOfItem(atPath: target))?[.size] as? Int
      if size != file.text.utf8.count { try Folders.write(file.text, to: target) }
    }
  }
}
