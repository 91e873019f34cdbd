import Testing

@testable import LlamaRuntime

struct RooflineTests {
  static let large = PassSize(weights: 1_000_000_000, bytes: 1_000_000_000)

  /// 50 GB and 2 T operations a second: reading takes 20 ms, a token's products 1 ms.
  @Test(arguments: [(1, 20.0), (8, 20.0), (20, 20.0), (21, 21.0), (64, 64.0)])
  func `a pass takes as long as the slower of reading and multiplying`(tokens: Int, milliseconds: Double) {
    let roofline = Roofline(threads: 2, bytesPerSecond: 50e9, operationsPerSecond: 2e12)
    #expect(abs((roofline.milliseconds(tokens: tokens, of: Self.large) ?? 0) - milliseconds) < 1e-9)
  }

  @Test func `what is not known does not bound`() {
    let small = PassSize(weights: 8_000_000, bytes: 8_000_000)
    let readsOnly = Roofline(threads: 1, bytesPerSecond: 50e9, operationsPerSecond: nil)
    #expect(readsOnly.milliseconds(tokens: 8, of: Self.large).map { abs($0 - 20) < 1e-9 } == true)
    // Eight megabytes stay in a cache.
    #expect(readsOnly.milliseconds(tokens: 8, of: small) == nil)
    let both = Roofline(threads: 1, bytesPerSecond: 1e6, operationsPerSecond: 1e12)
    #expect(both.milliseconds(tokens: 1, of: small).map { abs($0 - 0.016) < 1e-9 } == true)
  }

  @Test func `the best of two measurements counts`() {
    let one = Roofline(threads: 2, bytesPerSecond: 3, operationsPerSecond: 5)
    let other = Roofline(threads: 2, bytesPerSecond: 4, operationsPerSecond: nil)
    #expect(one.best(of: other) == Roofline(threads: 2, bytesPerSecond: 4, operationsPerSecond: 5))
  }

  @Test(.enabled(if: Bundled.arePresent, Bundled.missing))
  func `a pass multiplies with all that the file holds, where the embedding is the head`() throws {
    let model = try Bundled.target
    let size = try #require(model.passSize)
    #expect(size.weights == model.parameterCount && size.bytes == model.byteCount)
  }
}
