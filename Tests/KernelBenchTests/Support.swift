import Foundation

/// What the tests find outside of the package.
enum TestData {
  static let directory = ProcessInfo.processInfo.environment["BASIC_TEST_DATA"]
  static let isThere =
    directory.map { FileManager.default.fileExists(atPath: $0 + "/KernelBench/KernelBench") } ?? false
  static let isMissing = "Set BASIC_TEST_DATA to a folder with a KernelBench checkout to run this test."
  static let isLongRun = ProcessInfo.processInfo.environment["BASIC_LONG_TESTS"] != nil

  static var checkout: String { (directory ?? "") + "/KernelBench" }
}

/// SplitMix64: small, fast, and the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Changes a text in a few places: bytes replaced, removed, doubled, swapped for snippets that parsers trip over.
func mutated(_ bytes: [UInt8], snippets: [String], using generator: inout SeededGenerator) -> [UInt8] {
  var bytes = bytes
  for _ in 0..<Int.random(in: 1...6, using: &generator) {
    let position = Int.random(in: 0...bytes.count, using: &generator)
    let end = min(bytes.count, position + Int.random(in: 0...12, using: &generator))
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: bytes.removeSubrange(position..<end)
    case 1: bytes.insert(contentsOf: Array(bytes[position..<end]), at: position)
    case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: position)
    case 3: bytes = Array(bytes[..<position])
    default: bytes.insert(contentsOf: Array((snippets.randomElement(using: &generator) ?? "").utf8), at: position)
    }
  }
  return bytes
}

/// Runs a body with a new folder, which is removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kernelbench-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

/// Writes files below a folder, making the folders on their way.
func write(_ files: [String: String], in folder: String) throws {
  for (path, text) in files {
    let url = URL(fileURLWithPath: folder + "/" + path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }
}

let moduleSource = """
  import torch
  import torch.nn as nn

  class Model(nn.Module):
      def forward(self, x):
          return x.abs()

  def get_inputs():
      return [torch.randn(8, 8)]

  def get_init_inputs():
      return []

  """

/// Python, to compare with what it writes itself.
enum Python {
  static let isThere = (try? run("print(1)", input: "")) == "1\n"
  static let hasYAML = (try? run("import yaml; print(1)", input: "")) == "1\n"

  /// What a program prints that is given a text; an error where it fails.
  static func run(_ program: String, input: String) throws -> String {
    try withTemporaryFolder { folder in
      try write(["input": input], in: folder)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["python3", "-c", program]
      let output = Pipe()
      process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: folder + "/input"))
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      let bytes = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      struct Failure: Error {}
      guard process.terminationStatus == 0 else { throw Failure() }
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}
