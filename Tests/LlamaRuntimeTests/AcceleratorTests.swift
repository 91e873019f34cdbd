import SpeculativeDecoding
import Testing

@testable import LlamaRuntime

/// Our own products, in the engine.
@Suite(
  .enabled(if: Bundled.arePresent, Bundled.missing),
  .enabled(
    if: Accelerator.instructions != nil, "This processor has no instructions that our products would be faster with."
  ))
struct AcceleratorTests {
  @Test func `a model computes nearly what it computes with libllama's own products, and not the very same`() throws {
    let packed = try Bundled.target
    let plain = try LlamaModel(path: Bundled.targetPath, usesAccelerator: false)
    var generator = SeededGenerator(seed: 17)
    let text = generator.tokens(60)
    let tree = generator.tree(root: 9, nodes: 20)
    let rows = try [packed, plain].map { model in
      let target = try LlamaTarget(
        model: model, textLimit: 256, nodeLimit: 64, leafLimit: 32, threads: ComputeThreads(limit: 1))
      try target.prepare(text[...])
      try target.evaluate(tree)
      return (0..<tree.count).map { Array(target.logits(of: $0)) }
    }
    var largest: Float = 0
    for (packed, plain) in zip(rows[0], rows[1]) {
      for (packed, plain) in zip(packed, plain) { largest = max(largest, abs(packed - plain)) }
    }
    // Both round activations to eight bits; the scales of libllama's are rounded to sixteen.
    #expect(largest > 0 && largest < 0.5, "\(largest)")
  }
}
