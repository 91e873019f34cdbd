import Foundation
import SpeculativeDecoding
import Testing

@testable import LlamaRuntime

/// The Python that `make setup` makes.
private enum Python {
  static let path = Bundled.root + "/.python/bin/python"
}

/// `Benchmarks/widen_gguf.py`: a larger model that says the same.
@Suite(
  .enabled(if: Bundled.arePresent, Bundled.missing),
  .enabled(
    if: FileManager.default.isExecutableFile(atPath: Python.path),
    "There is no Python environment: make setup."))
struct WidenedModelTests {
  /// Runs the script.
  ///
  /// - Returns: its status, and what it said of an error.
  static func widen(_ arguments: [String]) throws -> (status: Int32, error: String) {
    let process = Process()
    process.executableURL = URL(filePath: Python.path)
    process.arguments = [Bundled.root + "/Benchmarks/widen_gguf.py"] + arguments
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: said, as: UTF8.self))
  }

  @Test(arguments: [
    ["--hidden", "512", "--layers", "10", "--heads", "8", "--inner", "1024", "--vocabulary", "3000"],
    ["--hidden", "1024", "--layers", "8", "--heads", "4"], ["--vocabulary", "5000"],
    ["--hidden", "512", "--experts", "5", "--experts-used", "3"],
    // As many scales as a packed block has elements: what is not a matrix must not be packed as one.
    ["--experts", "32", "--experts-used", "2", "--expert-scales"],
  ])
  func `a widened model writes the same kernels`(shape: [String]) async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "basic-wide-\(UUID().uuidString).gguf").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let made = try Self.widen([Bundled.targetPath, path] + shape)
    try #require(made.status == 0, "\(made.error)")
    let wide = try LlamaModel(path: path)
    #expect(wide.parameterCount > (try Bundled.target).parameterCount)
    let engine = try LlamaEngine(target: wide, draft: nil, configuration: .init(context: 1024, threads: 1))
    for example in ["01_swish.py", "05_tall_matmul_bias.py"] {
      let prompt = try Bundled.target.tokens(of: Bundled.prompt(example: example))
      let options = SpeculativeDecoder.Options(mode: .suffix)
      let expected = try await Bundled.engine().write(after: prompt, maximumTokens: 200, options: options)
      let found = try await engine.write(after: prompt, maximumTokens: 200, options: options)
      #expect(found.summary.tokens == expected.summary.tokens)
    }
  }

  /// Rounded to another type it is another model, though one that begins as the bundled one does.
  @Test(arguments: ["q4_0", "f16", "bf16", "f32"])
  func `rounded to a type a widened model writes what the small one does`(type: String) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "basic-rounded-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let prompt = try Bundled.target.tokens(of: Bundled.prompt(example: "01_swish.py"))
    var texts: [[Token]] = []
    for shape in [["--vocabulary", "4000"], ["--hidden", "512", "--layers", "9", "--vocabulary", "4000"]] {
      let path = folder.appending(path: "\(shape.count).gguf").path
      let made = try Self.widen([Bundled.targetPath, path, "--to", type] + shape)
      try #require(made.status == 0, "\(made.error)")
      let engine = try LlamaEngine(
        target: LlamaModel(path: path), draft: nil, configuration: .init(context: 1024, threads: 1))
      texts.append(try await engine.write(after: prompt, maximumTokens: 120, options: .init(mode: .off)).summary.tokens)
    }
    #expect(texts[0] == texts[1])
    let bundled = try await Bundled.engine().write(after: prompt, maximumTokens: 120, options: .init(mode: .off))
    #expect(zip(texts[0], bundled.summary.tokens).prefix { $0 == $1 }.count >= 8)
  }

  /// Of each type that is packed; rows of 272, which are whole blocks of half registers only, and stay libllama's; and mixtures of
  /// experts, of which tokens choose all where columns are rounded: that may change what is chosen.
  @Test(
    arguments: Accelerator.types.map { ($0.lowercased(), 256, 0, 0) } + [
      ("f16", 272, 0, 0), ("f32", 256, 8, 3), ("f16", 256, 3, 3), ("q8_0", 256, 4, 4), ("q4_k", 256, 3, 3),
    ])
  func `random weights of a type are computed nearly as libllama computes them`(
    type: String, hidden: Int, experts: Int, expertsUsed: Int
  ) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "basic-random-\(UUID().uuidString).gguf").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let made = try Self.widen([
      Bundled.targetPath, path, "--random", type, "--inner", "768", "--hidden", "\(hidden)", "--experts", "\(experts)",
      "--experts-used", "\(expertsUsed)",
    ])
    try #require(made.status == 0, "\(made.error)")
    var generator = SeededGenerator(seed: 23)
    let text = generator.tokens(40)
    let tree = generator.tree(root: 9, nodes: 12)
    let rows = try [true, false].map { usesAccelerator in
      let target = try LlamaTarget(
        model: LlamaModel(path: path, usesAccelerator: usesAccelerator), textLimit: 128, nodeLimit: 32, leafLimit: 32,
        threads: ComputeThreads(limit: 1))
      try target.prepare(text[...])
      try target.evaluate(tree)
      return (0..<tree.count).flatMap { Array(target.logits(of: $0)) }
    }
    // The head is a matrix of its own: a pass reads a row of the embedding, and all else; or some experts of a mixture.
    let model = try LlamaModel(path: path)
    if experts > 0 {
      #expect(model.passSize == nil)
    } else {
      let pass = try #require(model.passSize)
      #expect(model.parameterCount - pass.weights == model.vocabulary.count * hidden)
      let read = Double(pass.bytes) / Double(model.byteCount)
      #expect(read < 1 && read > Double(pass.weights) / Double(model.parameterCount) - 0.1)
    }
    let size = (rows[1].reduce(0.0) { $0 + Double($1 * $1) } / Double(rows[1].count)).squareRoot()
    let largest = zip(rows[0], rows[1]).map { abs(Double($0 - $1)) }.max() ?? .infinity
    // libllama rounds activations to the type of the weights, and may add up in it on ARM; ours are not rounded where weights are no
    // integers.
    #if arch(arm64)
      let share = ["f32": 0.001, "f16": 0.05, "bf16": 0.04][type] ?? 0.2
    #else
      let share = ["f32": 0.001, "f16": 0.005, "bf16": 0.04][type] ?? 0.2
    #endif
    #expect(size > 0.01 && largest < share * size, "\(type): \(largest) beside \(size)")
    // Both ways are there, and not one twice.
    if Accelerator.instructions != nil { #expect(largest > 0) }
  }

  /// Which experts a token chooses, and in which order their columns come, changes nothing for the others.
  @Test(
    .enabled(if: Accelerator.instructions != nil, "libllama's own products depend on how many tokens there are."),
    arguments: [("q8_0", 6, 3), ("q4_k", 8, 2), ("f32", 3, 1), ("bf16", 2, 2)])
  func `a tree's logits are those of one token at a time, in a mixture of experts too`(
    type: String, experts: Int, expertsUsed: Int
  ) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "basic-mixture-\(UUID().uuidString).gguf").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let made = try Self.widen([
      Bundled.targetPath, path, "--random", type, "--inner", "768", "--experts", "\(experts)", "--experts-used",
      "\(expertsUsed)",
    ])
    try #require(made.status == 0, "\(made.error)")
    var generator = SeededGenerator(seed: UInt64(experts))
    for (nodes, context, threads) in [(64, 70, 1), (9, 20, 2), (3, 3, 3)] {
      let target = try LlamaTarget(
        model: LlamaModel(path: path), textLimit: 512, nodeLimit: 80, leafLimit: 64,
        threads: ComputeThreads(limit: threads))
      let text = generator.tokens(context)
      let tree = generator.tree(root: 9, nodes: nodes)
      try TreeLogitsTests.compare(tree, after: text, with: target, using: &generator).expectEquality()
    }
  }

  @Test(arguments: [
    (["Package.swift", "--like", "1.5b"], "no model in GGUF format"),
    (["Models/basic-kernel-target-q8_0.gguf", "--experts", "2", "--experts-used", "3"], "all at most"),
    (["Models/basic-kernel-target-q8_0.gguf", "--hidden", "64"], "larger only"),
    (["Models/basic-kernel-target-q8_0.gguf", "--hidden", "270"], "multiples of 32"),
    (["Models/basic-kernel-target-q8_0.gguf", "--to", "q4_0", "--random", "q8_0"], "a type of their own"),
  ])
  func `what cannot be widened is said`(arguments: [String], part: String) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "basic-wide-\(UUID().uuidString).gguf").path
    let made = try Self.widen([Bundled.root + "/" + arguments[0], path] + arguments.dropFirst())
    #expect(made.status != 0 && made.error.contains(part))
    #expect(!FileManager.default.fileExists(atPath: path))
  }
}
