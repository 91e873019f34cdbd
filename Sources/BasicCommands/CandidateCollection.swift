import Foundation
import KernelBench

/// A file with candidates that somebody wrote, one JSON object per line.
enum CandidateCollection {
  /// A candidate with the problem that it is for, both in Python.
  struct Entry: Decodable, Sendable {
    var reference: String
    var candidate: String
    var name: String?
    var level: Int?
    var problem: Int?
    var reportedSpeedup: Double?

    enum CodingKeys: String, CodingKey {
      case reference, candidate, name, level, problem
      case reportedSpeedup = "reported_speedup_h100"
    }
  }

  /// The candidates of a file, in its order.
  ///
  /// - Throws: ``CommandFailure`` for a file that cannot be read, and for a line that is no such object.
  static func read(_ file: String) throws -> [Entry] {
    let bytes = try FileBytes.read(path: file, limit: 1 << 28)
    let decoder = JSONDecoder()
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    return try lines.enumerated().map { number, line in
      guard let entry = try? decoder.decode(Entry.self, from: Data(line)) else {
        throw CommandFailure(.usage, "Line \(number + 1) of \(file) is no object with a reference and a candidate.")
      }
      return entry
    }
  }
}
