import Foundation
import KernelBench

/// What the tests find beside the sources and outside of the package.
enum TestData {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  static let directory = ProcessInfo.processInfo.environment["BASIC_TEST_DATA"]
  static let isLongRun = ProcessInfo.processInfo.environment["BASIC_LONG_TESTS"] != nil

  static let compactCases = root + "/Training/tests/compact_cases.json"
  static let trainingCode = root + "/Training"
  static let candidates = (directory ?? "") + "/kernels/cuda-l1-h100.jsonl"
  static let examples = root + "/Examples"

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
  }

  /// The hand-written prompts that the test data has, by path.
  static var prompts: [String] {
    guard let directory else { return [] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory + "/prompts")) ?? []
    return names.filter { $0.hasSuffix(".txt") }.sorted().map { directory + "/prompts/" + $0 }
  }

  /// The benchmark's files, by path.
  static var problems: [String] {
    guard let directory, let catalog = try? ProblemCatalog(directory: directory + "/KernelBench") else { return [] }
    return catalog.entries.map(\.path)
  }
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

/// Changes a text in a few places: bytes removed, doubled, cut off, or snippets put in that parsers trip over.
func mutated(_ text: String, snippets: [String], using generator: inout SeededGenerator) -> String {
  var bytes = Array(text.utf8)
  for _ in 0..<Int.random(in: 1...6, using: &generator) {
    let position = Int.random(in: 0...bytes.count, using: &generator)
    let end = min(bytes.count, position + Int.random(in: 0...40, using: &generator))
    switch Int.random(in: 0..<8, using: &generator) {
    case 0, 1: bytes.removeSubrange(position..<end)
    case 2: bytes.insert(contentsOf: Array(bytes[position..<end]), at: position)
    case 3: bytes = Array(bytes[..<position])
    default: bytes.insert(contentsOf: Array((snippets.randomElement(using: &generator) ?? "").utf8), at: position)
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}

let moduleSource = """
  import torch
  import torch.nn as nn

  class Model(nn.Module):
      \"\"\"Says nothing.\"\"\"
      def __init__(self):
          super().__init__()  # nothing to do

      def forward(self, x):
          return x.abs()

  def get_inputs():
      return [torch.randn(8, 8)]

  """

let promptSource = """
  Write the kernel. (Only the code.)

  def __init__(self, scale):
          super().__init__()
          self.scale = scale

      def forward(self, x):
          \"\"\"
          Scales.
          \"\"\"
          return self.scale * x

  C code begins:

  #include <stdio.h>

  // The kernel.
  __global__ void scale_kernel(
      const float* x,   // read
      float* y, float scale, int n) {
      // implement this { not a brace }
  }

  int main() {
      const int n = 1024; // "dim3 no(1);"
      float *x, *y;
      dim3 block(256), spare(1);
      dim3 grid((n + block.x - 1) /
                block.x);
      scale_kernel<<<grid, block>>>(
          x, y, 2.0f, n);
      printf("%d }\\n", n);
      return 0;
  }
  """

extension TestData {
  /// The files in `Examples/` that are problems.
  static var exampleNames: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: examples)) ?? []
    return names.filter { $0.hasSuffix(".py") || $0.hasSuffix(".txt") }.sorted()
  }
}
