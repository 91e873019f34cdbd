import CUDAToolchain
import LlamaRuntime
import VirtualGPU

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What passes of a pair of models cost on this machine, in the user's cache: a file for each pair and way of computing, so that a
/// program need not measure what the one before it did. Two programs at once leave what one of them says.
struct PassCostFile: Sendable {
  let path: String

  /// The file of a pair; nil where the environment names no home.
  ///
  /// - Parameter threads: the number that was asked for; nil where it is found out.
  init?(
    target: String, draft: String?, threads: Int?, usesAccelerator: Bool, environment: [String: String]
  ) {
    guard let cache = Folders.cache(environment) else { return nil }
    func identity(_ path: String) -> String {
      URL(filePath: path).resolvingSymlinksInPath().path + FileIdentity.of(path)
    }
    // The first number changes when what costs are of does.
    let parts = [
      "1", identity(target), draft.map(identity) ?? "", threads.map { "\($0)" } ?? "",
      "\(ProcessInfo.processInfo.activeProcessorCount)", FileIdentity.processor,
      usesAccelerator ? Accelerator.instructions ?? "" : "",
    ]
    path = "\(cache)/passes/\(SHA256.hex(parts.joined(separator: "\0"))).json"
  }

  /// What the file says; nil where there is none, or none that can be read.
  var record: PassCostRecord? {
    guard let text = Folders.read(path, limit: 1 << 16) else { return nil }
    return try? JSONDecoder().decode(PassCostRecord.self, from: Data(text.utf8))
  }

  /// Keeps a record. A cache that cannot be written costs time and nothing else.
  func keep(_ record: PassCostRecord) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard let data = try? encoder.encode(record) else { return }
    try? Folders.write(String(decoding: data, as: UTF8.self), to: path)
  }

  /// For an engine.
  var memory: PassCostMemory { PassCostMemory(known: record, keep: keep) }
}
