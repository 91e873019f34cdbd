import LlamaRuntime
import SpeculativeDecoding

/// Times passes over several tokens, with our matrix products and with libllama's own in turn, and what the machine allows.
struct PassMeasurement: Sendable {
  var models: ModelOptions
  /// How many tokens passes have, in ascending order, one among them.
  var sizes: [Int]
  /// How many tokens there are before.
  var text: Int
  var rounds: Int

  func report(_ context: ProcessContext, announce: @Sendable (String) -> Void) async throws -> PassesReport {
    // Ours first, where this processor has them and nobody leaves them out.
    let isOffered = !models.noAccelerator && Accelerator.instructions != nil
    var engines: [(way: PassesReport.Way, engine: LlamaEngine)] = []
    for way in isOffered ? [PassesReport.Way.packed, .libllama] : [.libllama] {
      var options = models
      options.noAccelerator = way == .libllama
      let pair = try await LocalPair.load(options, wantsDraft: false, context: context, announce: announce)
      engines.append((way, try pair.engine(context: text + 256, limits: TreeLimits(totalNodes: 127))))
    }
    let model = engines[0].engine.targetModel
    // Any text does; what it says is no matter for the cost.
    let before = (0..<text).map { Token(($0 * 7919 + 13) % max(1, model.vocabulary.count)) }
    var times: [PassesReport.Way: [[Double]]] = [:]
    var roofline: ProcessorRoofline?
    for round in 0..<rounds {
      announce("round \(round + 1) of \(rounds)")
      for (way, engine) in round % 2 == 0 ? engines : engines.reversed() {
        let made = try await engine.passTimes(of: sizes, after: before, rounds: 1)
        times[way] = zip(times[way] ?? sizes.map { _ in [] }, made).map { $0 + $1 }
      }
      guard !LlamaLibrary.usesGPU else { continue }
      let measured = try await engines[0].engine.roofline()
      roofline = roofline?.best(of: measured) ?? measured
    }
    var threads: [PassesReport.Way: Int] = [:]
    for (way, engine) in engines { threads[way] = await engine.threadCounts.target }
    func least(_ way: PassesReport.Way) -> [Double?] {
      // libllama may have other instructions than ours.
      let limits = roofline.map { way == .packed ? $0 : $0.withoutProducts }
      return sizes.map { size in model.passSize.flatMap { limits?.milliseconds(tokens: size, of: $0) } }
    }
    return PassesReport(
      model: model.name, parameters: model.parameterCount, bytes: model.byteCount,
      instructions: isOffered ? Accelerator.instructions : nil, text: text, rounds: rounds,
      machine: roofline.map(PassesReport.Machine.init),
      ways: engines.map { way, _ in
        PassesReport.Row(way: way, threads: threads[way] ?? 0, sizes: sizes, times: times[way] ?? [], least: least(way))
      })
  }
}
