import SpeculativeDecoding
import Testing

@testable import LlamaRuntime

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Files that are no models, or damaged ones, get a sentence; the process goes on.
@Suite(.enabled(if: Bundled.arePresent, Bundled.missing), .serialized)
struct GGUFTests {
  static let whole = (try? Data(contentsOf: URL(filePath: Bundled.draftPath))).map { [UInt8]($0) } ?? []
  /// Where the weights of the draft begin; damage there changes numbers only.
  static let headerSize = (try? whole.withUnsafeBytes { try GGUFHeader($0).byteCount }) ?? 0

  func code(_ path: String) -> LlamaRuntimeError.Code? {
    do {
      _ = try LlamaModel(path: path)
      return nil
    } catch {
      #expect(error is LlamaRuntimeError)
      #expect("\(error)".contains(path))
      return (error as? LlamaRuntimeError)?.code
    }
  }

  @Test func `what is no file at all cannot be read`() {
    #expect(code("/nowhere/model.gguf") == .unreadable)
    #expect(code(FileManager.default.temporaryDirectory.path) == .unreadable)
  }

  @Test(arguments: [[], Array("GG".utf8), Array("GGUF".utf8), Array("# A text, not a model.\n".utf8)])
  func `what does not begin as a model is none`(bytes: [UInt8]) throws {
    #expect(try withFile(bytes, code) == .invalidModel)
  }

  @Test(arguments: [0.00001, 0.0005, 0.01, 0.04, 0.0825, 0.09, 0.3, 0.9, 0.999999])
  func `a file that ends early is no model`(share: Double) throws {
    let length = Int(share * Double(Self.whole.count))
    #expect(try withFile(Self.whole.prefix(length), code) == .invalidModel)
  }

  @Test(arguments: [-1, 0, 1])
  func `a file that ends where its header ends is no model`(difference: Int) throws {
    #expect(try withFile(Self.whole.prefix(Self.headerSize + difference), code) == .invalidModel)
  }

  /// The bytes with those after `key`'s type replaced.
  static func replacing(_ key: String, offset: Int = 4, with bytes: [UInt8]) -> [UInt8] {
    var copy = whole
    guard let start = copy.firstRange(of: Array(key.utf8))?.upperBound else { return copy }
    copy.replaceSubrange(start + offset..<start + offset + bytes.count, with: bytes)
    return copy
  }

  @Test(
    arguments: [
      ("llama.block_count", [0, 0, 0, 0]), ("llama.block_count", [1, 2, 0, 0]),
      ("llama.block_count", [255, 255, 255, 255]),
      // Not-a-number, and minus one.
      ("llama.attention.layer_norm_rms_epsilon", [0, 0, 192, 127]),
      ("llama.attention.layer_norm_rms_epsilon", [0, 0, 128, 191]),
    ] as [(String, [UInt8])])
  func `values that libllama answers with abort are refused before`(key: String, value: [UInt8]) throws {
    #expect(try withFile(Self.replacing(key, with: value), code) == .invalidModel)
  }

  @Test func `a token that stands twice is refused before libllama aborts over it`() throws {
    let twice = Self.replacing("<|problem|>", offset: -11, with: Array("<|problem|\0".utf8))
    #expect(try withFile(twice, code) == nil)
    // To libllama, which reads up to a zero byte, both are now the token “<”.
    var both = Self.replacing("<|problem|>", offset: -10, with: [0])
    both = try #require(Self.cut("<|program|>", in: both))
    #expect(try withFile(both, code) == .invalidModel)
  }

  /// The bytes with a zero after the first character of `token`.
  static func cut(_ token: String, in bytes: [UInt8]) -> [UInt8]? {
    guard let start = bytes.firstRange(of: Array(token.utf8))?.lowerBound else { return nil }
    var copy = bytes
    copy[start + 1] = 0
    return copy
  }

  @Test func `empty tokens may stand twice, since libllama gives them names`() throws {
    var bytes = Self.whole
    for token in ["<|problem|>", "<|program|>"] {
      let start = try #require(bytes.firstRange(of: Array(token.utf8))?.lowerBound)
      bytes[start] = 0
    }
    #expect(try withFile(bytes, code) == nil)
  }

  /// The vocabularies of many families of models, which lie beside libllama's source.
  static let families: [String] = {
    let engine = Bundled.root + "/.engine"
    let sources = (try? FileManager.default.contentsOfDirectory(atPath: engine)) ?? []
    return sources.filter { $0.hasPrefix("llama.cpp") }.flatMap { source in
      let folder = "\(engine)/\(source)/models"
      let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      return files.filter { $0.hasSuffix(".gguf") }.map { folder + "/" + $0 }
    }.sorted()
  }()

  @Test func `whole headers are accepted, of whatever family`() throws {
    for path in Self.families + [Bundled.targetPath, Bundled.draftPath] {
      #expect(throws: Never.self, "\(path)") { try GGUFCheck.check(path: path) }
    }
  }

  static func damaged(_ seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    var bytes = whole
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      // Most of the header is the vocabulary; the values before and the tensors after it are as important.
      let place = [0..<1000, 0..<headerSize, headerSize - 1_600..<headerSize][Int.random(in: 0..<3, using: &generator)]
      let index = Int.random(in: place, using: &generator)
      bytes[index] =
        [0, 255, bytes[index] ^ 1 << UInt8.random(in: 0..<8, using: &generator), generator.next(upperBound: 255)][
          Int.random(in: 0..<4, using: &generator)]
    }
    return bytes
  }

  @Test(arguments: 0..<(isLongRun ? 3000 : 40) as Range<UInt64>)
  func `a damaged header is refused or loaded, and never ends the process`(seed: UInt64) throws {
    let found = try withFile(Self.damaged(seed), code)
    #expect(found == nil || found == .invalidModel)
  }

  @Test func `the reader of headers takes any bytes`() throws {
    func read(_ bytes: some Sequence<UInt8>) -> Bool {
      Array(bytes).withUnsafeBytes { bytes in
        do throws(GGUFHeader.Fault) {
          _ = try GGUFHeader(bytes)
          return true
        } catch {
          return false
        }
      }
    }
    #expect(read(Self.whole))
    for length in stride(from: 0, to: Self.headerSize, by: 1_009) { #expect(!read(Self.whole.prefix(length))) }
    var generator = SeededGenerator(seed: 1)
    for seed in 0..<UInt64(isLongRun ? 3000 : 60) { _ = read(Self.damaged(seed).prefix(Self.headerSize)) }
    for _ in 0..<200 {
      let noise = (0..<Int.random(in: 0..<400, using: &generator)).map { _ in UInt8.random(in: 0...9, using: &generator)
      }
      _ = read(Array("GGUF".utf8) + [3, 0, 0, 0] + noise)
    }
  }

  @Test func `the reader finds what the file says`() throws {
    let header = try Self.whole.withUnsafeBytes { bytes in try GGUFHeader(bytes) }
    #expect(header.texts["general.architecture"] == "llama")
    let blocks = try #require(try Bundled.draft.metadata("llama.block_count"))
    #expect(header.integers["llama.block_count"].map(String.init) == blocks)
    #expect(header.tensors.contains { $0.name == "token_embd.weight" })
  }

  @Test func `a draft with another vocabulary is refused`() throws {
    try withFile(Self.replacing("<|kernel|>", offset: -10, with: Array("<|colonel".utf8))) { path in
      let other = try LlamaModel(path: path)
      #expect {
        _ = try LlamaEngine(target: Bundled.target, draft: other, configuration: .init(context: 64, threads: 1))
      } throws: {
        ($0 as? LlamaRuntimeError)?.code == .vocabularyMismatch && "\($0)".contains("<|kernel|>")
      }
      #expect(try Bundled.target.vocabulary.difference(from: Bundled.draft.vocabulary) == nil)
    }
  }
}
