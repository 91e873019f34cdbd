import CUDAToolchain
import Foundation

/// What the tests have on this machine. Without it a test is skipped, with a sentence.
enum Machine {
  static let environment = ProcessInfo.processInfo.environment
  static let data = environment["BASIC_TEST_DATA"]
  static let wantsLongTests = environment["BASIC_LONG_TESTS"] == "1"

  /// The checkout, from this file's own place.
  static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  static func toolchain() async throws -> Toolchain { try await Toolchain.find(roots: [checkout]) }

  /// A look at the file system alone, for a test's condition; the tests themselves ask the toolchain.
  static let hasCompiler =
    environment["BASIC_NVCC"] != nil || FileManager.default.fileExists(atPath: checkout + "/.python/cuda.stamp")
  static let hasPython =
    ["/usr/bin", "/usr/local/bin"].contains {
      FileManager.default.isExecutableFile(atPath: $0 + "/python3")
    }
    || (environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: $0 + "/python3")
    }

  static let noCompiler = "nvcc is not here: run make setup"
  static let noPython = "python3 is not here"
  static let noCandidates = "the candidates are not here: set BASIC_TEST_DATA"

  /// Real candidates that a language model wrote, with the problem that each answers.
  struct Candidate: Decodable, Sendable {
    var name: String
    var candidate: String

    enum CodingKeys: CodingKey { case level, problem, candidate }

    init(from decoder: any Decoder) throws {
      let row = try decoder.container(keyedBy: CodingKeys.self)
      func text(_ key: CodingKeys) throws -> String {
        try (try? row.decode(String.self, forKey: key)) ?? String(row.decode(Int.self, forKey: key))
      }
      name = try "\(text(.level))/\(text(.problem))"
      candidate = try text(.candidate)
    }
  }

  static let candidates: [Candidate] = {
    guard let data, let text = try? String(contentsOfFile: data + "/kernels/cuda-l1-h100.jsonl", encoding: .utf8) else {
      return []
    }
    return text.split(separator: "\n").compactMap { try? JSONDecoder().decode(Candidate.self, from: Data($0.utf8)) }
  }()
}
