import Testing

@testable import LlamaRuntime

struct ProcessorRooflineTests {
  static let large = PassSize(weights: 1_000_000_000, integers: 1_000_000_000, bytes: 1_000_000_000)

  /// 50 GB and 2 T operations a second: reading takes 20 ms, a token's products 1 ms.
  @Test(arguments: [(1, 20.0), (8, 20.0), (20, 20.0), (21, 21.0), (64, 64.0)])
  func `a pass takes as long as the slower of reading and multiplying`(tokens: Int, milliseconds: Double) {
    let roofline = ProcessorRoofline(threads: 2, bytesPerSecond: 50e9, operationsPerSecond: 2e12)
    #expect(abs((roofline.milliseconds(tokens: tokens, of: Self.large) ?? 0) - milliseconds) < 1e-9)
  }

  @Test func `what is not known does not bound`() {
    let small = PassSize(weights: 8_000_000, integers: 8_000_000, bytes: 8_000_000)
    let readsOnly = ProcessorRoofline(threads: 1, bytesPerSecond: 50e9, operationsPerSecond: nil)
    #expect(readsOnly.milliseconds(tokens: 8, of: Self.large).map { abs($0 - 20) < 1e-9 } == true)
    // Eight megabytes stay in a cache.
    #expect(readsOnly.milliseconds(tokens: 8, of: small) == nil)
    let both = ProcessorRoofline(threads: 1, bytesPerSecond: 1e6, operationsPerSecond: 1e12)
    #expect(both.milliseconds(tokens: 1, of: small).map { abs($0 - 0.016) < 1e-9 } == true)
    // Half of the weights are no integers, then none is.
    let mixed = PassSize(weights: 2_000_000_000, integers: 1_000_000_000, bytes: 1_000_000_000)
    let machine = ProcessorRoofline(threads: 2, bytesPerSecond: 50e9, operationsPerSecond: 2e12)
    #expect(machine.milliseconds(tokens: 64, of: mixed).map { abs($0 - 64) < 1e-9 } == true)
    let few = PassSize(weights: 8_000_000, integers: 0, bytes: 16_000_000)
    #expect(machine.milliseconds(tokens: 64, of: few) == nil)
    let floats = PassSize(weights: 1_000_000_000, integers: 0, bytes: 1_000_000_000)
    #expect(machine.milliseconds(tokens: 64, of: floats).map { abs($0 - 20) < 1e-9 } == true)
  }

  @Test func `the best of two measurements counts`() {
    let one = ProcessorRoofline(threads: 2, bytesPerSecond: 3, operationsPerSecond: 5)
    let other = ProcessorRoofline(threads: 2, bytesPerSecond: 4, operationsPerSecond: nil)
    #expect(one.best(of: other) == ProcessorRoofline(threads: 2, bytesPerSecond: 4, operationsPerSecond: 5))
  }

  @Test(.enabled(if: Bundled.arePresent, Bundled.missing))
  func `a pass multiplies with all that the file holds, where the embedding is the head`() throws {
    let model = try Bundled.target
    let size = try #require(model.passSize)
    #expect(size.weights == model.parameterCount && size.bytes == model.byteCount)
    // Norms are of single precision.
    #expect(size.integers < size.weights && size.integers > size.weights * 99 / 100)
  }
}

/// What of a file a pass multiplies with.
struct PassSizeTests {
  /// A header of matrices of 64 numbers a row in ggml's type 0, four bytes each.
  static func header(_ rows: [(name: String, count: UInt64)], experts: UInt32? = nil) throws -> GGUFHeader {
    func bytes(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.littleEndian, Array.init) }
    func text(_ text: String) -> [UInt8] { bytes(UInt64(text.utf8.count)) + Array(text.utf8) }
    var file = Array("GGUF".utf8) + bytes(UInt32(3)) + bytes(UInt64(rows.count)) + bytes(UInt64(experts == nil ? 1 : 3))
    file += text("general.architecture") + bytes(UInt32(8)) + text("llama")
    if let experts {
      file += text("llama.expert_count") + bytes(UInt32(4)) + bytes(experts)
      file += text("llama.expert_used_count") + bytes(UInt32(4)) + bytes(min(1, experts))
    }
    for row in rows {
      file += text(row.name) + bytes(UInt32(2)) + bytes(UInt64(64)) + bytes(row.count) + bytes(UInt32(0))
      file += bytes(UInt64(0))
    }
    return try file.withUnsafeBytes { file in try GGUFHeader(file) }
  }

  @Test(arguments: [
    (["token_embd.weight", "blk.0.ffn_up.weight"], 128), (["token_embd.weight", "output.weight"], 64),
    (["position_embd.weight", "token_embd.weight"], 64),
    (["per_layer_token_embd.weight", "output.weight", "token_embd.weight", "token_types.weight"], 64),
  ])
  func `tables of which a pass reads a row do not count`(names: [String], weights: Int) throws {
    let header = try Self.header(names.map { ($0, 1) })
    #expect(
      header.passSize(ofModelWith: 64 * names.count) == PassSize(weights: weights, integers: 0, bytes: 4 * weights),
      "\(names)")
  }

  @Test func `of experts and of a file's first part nothing is said`() throws {
    let header = try Self.header([("output.weight", 3)])
    #expect(header.passSize(ofModelWith: 192) == PassSize(weights: 192, integers: 0, bytes: 768))
    #expect(header.passSize(ofModelWith: 500) == nil)
    #expect(try Self.header([("output.weight", 3)], experts: 0).passSize(ofModelWith: 192) != nil)
    #expect(try Self.header([("output.weight", 3)], experts: 8).passSize(ofModelWith: 192) == nil)
  }
}
