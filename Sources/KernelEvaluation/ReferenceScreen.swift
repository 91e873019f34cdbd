import CUDAToolchain

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Looks at a reference alone, before anyone writes a candidate for it: some problems cannot be judged.
public struct ReferenceScreen: Sendable {
  /// What this machine has.
  public var tools: EvaluationTools
  /// How candidates would be judged.
  public var options: JudgeOptions

  /// Makes a screen.
  public init(tools: EvaluationTools, options: JudgeOptions) {
    self.tools = tools
    self.options = options
  }

  /// Why no candidate for a reference can be judged: it fails by itself, its outputs are random, not finite, or do not depend on its
  /// inputs. Nil where candidates can be judged.
  ///
  /// The reference runs on three sets of inputs, at the reduced size at which candidates are tried first: some seconds.
  ///
  /// - Returns: a sentence for a person.
  /// - Throws: ``KernelEvaluationError`` for what is our own fault; `CancellationError`.
  public func obstacle(_ reference: String) async throws -> String? {
    try await Folders.withTemporary { folder in
      do {
        try await look(at: reference, folder)
        return nil
      } catch let error as KernelEvaluationError where error.code == .badReference {
        try Task.checkCancellation()
        return error.message
      }
    }
  }

  private func look(at source: String, _ folder: String) async throws {
    let start = try await WorkerStart.prepare(tools: tools, options: options, folder: folder) { _ in }
    let side = try await start.reference()
    do {
      _ = try await side.open(source)
      let budget = tools.gpu == nil ? JudgeRun.budgets[0] : JudgeRun.deviceBudget
      _ = try await side.choose(options.isFullSize ? [:] : try await side.size(budget).values)
      var seeds = SeededGenerator(seed: options.seed ?? UInt64.random(in: 0...UInt64.max), purpose: "screen")
      _ = try await side.model(seed: seeds.next())
      var outputs: [ValueTree] = []
      for number in 0..<Self.setCount {
        let seed = seeds.next()
        let supply = InputSupply(kind: .own, seed: seed, folder: start.shared)
        let inputs = try await side.inputs(seed: seed, prefix: "inputs-\(number)", supply: supply)
        let expectation = try await side.expect(
          inputs, seed: seed, prefix: "expected-\(number)", isRepeated: number == 0)
        let trial = Trial(number: number, kind: .own, seed: seed, inputs: inputs, expectation: expectation)
        try ReferenceFaults.check(
          trial, Tolerance(precision: options.precision.elementType), folder: side.folder)
        outputs.append(expectation.exact ?? expectation.own)
      }
      try ReferenceFaults.checkSensitivity(outputs)
      await side.process.stop()
    } catch {
      await side.process.stop()
      throw error
    }
  }

  private static let setCount = 3
}
