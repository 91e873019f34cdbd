import CUDAToolchain
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// How a worker is kept from everything that is none of its business.
package enum Sandbox {
  /// From the best to the weakest.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// bwrap: namespaces of its own, a root folder with nothing in it but what was listed.
    case bubblewrap
    /// The same, made by enclosure.py itself.
    case namespaces
    /// Limits, and what Landlock and a filter of system calls keep out where the kernel has them.
    case limits
  }

  private struct Place: Hashable {
    var python: String
    var workerFolder: String
  }

  private static let known = Mutex<[Place: [Kind: String]]>([:])

  /// Why a kind cannot be had on this machine; a kind that can is not listed. Tried once in a process.
  package static func obstacles(python: String, workerFolder: String) async throws -> [Kind: String] {
    let place = Place(python: python, workerFolder: workerFolder)
    if let obstacles = known.withLock({ $0[place] }) { return obstacles }
    let obstacles = try await Folders.withTemporary { folder in
      let result = try await Command(
        executable: python, arguments: ["-I", "-B", workerFolder + "/enclosure.py", "probe"], folder: folder,
        environment: ["PATH": Self.searchPath], timeLimit: .seconds(60)
      ).run()
      guard result.ending == .exited(0),
        let answer = try? JSONValue(Array(result.standardOutput.utf8)).object
      else {
        throw WorkerError.notStarted(
          "\(python) could not say what sandboxes this machine has (\(result.ending)); "
            + "set BASIC_PYTHON to a working Python 3. \(result.standardError.prefix(2000))")
      }
      var obstacles: [Kind: String] = [:]
      for kind in Kind.allCases { obstacles[kind] = answer[kind.rawValue]?.string }
      return obstacles
    }
    known.withLock { $0[place] = obstacles }
    return obstacles
  }

  /// The best kind that this machine has.
  package static func best(python: String, workerFolder: String) async throws -> Kind {
    let obstacles = try await obstacles(python: python, workerFolder: workerFolder)
    return Kind.allCases.first { obstacles[$0] == nil } ?? .limits
  }

  /// Where programs are looked for, inside and for bwrap itself.
  static let searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
}
