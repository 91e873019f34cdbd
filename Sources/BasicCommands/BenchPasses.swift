import ArgumentParser
import LlamaRuntime
import SpeculativeDecoding

/// `basic bench passes`: what a pass over several tokens costs.
struct BenchPasses: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "passes",
    abstract: "Time passes over several tokens, with our matrix products and with libllama's own.",
    discussion: """
      Speculation gains at most what a pass over n tokens costs less than n passes. A pass is a tree of eight chains after a text of random \
      tokens. Both ways take turns in one process, each with the model loaded for itself, and every size comes once in each round. Attention is ours \
      in both; with --no-accelerator everything is libllama's, and nothing is compared. Shown are medians with quartiles, and how many times as long as a pass over one token of the same way.

      Examples:
        basic bench passes --model model-q8_0.gguf
        basic bench passes --model model-q8_0.gguf --sizes 1,8,16 --text 1000 --threads 2
      """)

  @OptionGroup(title: "Models") var models: ModelOptions

  @Option(
    help: ArgumentHelp("How many tokens passes have, separated by commas, at most 128 each.", valueName: "numbers"))
  var sizes = "1,2,4,8,12,16,24,32,64"

  @Option(help: ArgumentHelp("How many tokens there are before.", valueName: "n"))
  var text = 200

  @OptionGroup var measuring: MeasuringOptions

  /// The sizes in ascending order.
  var sizeList: [Int] { get throws { try MeasuredNumbers.ascending(sizes, within: 1...128, option: "--sizes") } }

  func validate() throws {
    _ = try sizeList
    if !(1...65_536).contains(text) { throw ValidationError("--text must be between 1 and 65536.") }
  }

  func run() async throws {
    let command = self
    let report = try await Interruption.cancels { try await command.measure(.current) }
    try measuring.deliver(report, text: report.text)
  }

  private func measure(_ context: ProcessContext) async throws -> PassesReport {
    let (announce, rounds) = (measuring.announce, measuring.rounds)
    let sizes = try sizeList
    // Ours first, where this processor has them and nobody leaves them out.
    let isOffered = !models.noAccelerator && Accelerator.instructions != nil
    var engines: [(way: PassesReport.Way, engine: LlamaEngine)] = []
    for way in isOffered ? [PassesReport.Way.packed, .libllama] : [.libllama] {
      var options = models
      options.noAccelerator = way == .libllama
      let pair = try await LocalPair.load(options, wantsDraft: false, context: context, announce: announce)
      engines.append((way, try pair.engine(context: text + 256, limits: TreeLimits(totalNodes: 127))))
    }
    let tokens = engines[0].engine.targetModel.vocabulary.count
    // Any text does; what it says is no matter for the cost.
    let before = (0..<text).map { Token(($0 * 7919 + 13) % max(1, tokens)) }
    var times: [PassesReport.Way: [[Double]]] = [:]
    for round in 0..<rounds {
      announce("round \(round + 1) of \(rounds)")
      for (way, engine) in round % 2 == 0 ? engines : engines.reversed() {
        let made = try await engine.passTimes(of: sizes, after: before, rounds: 1)
        times[way] = zip(times[way] ?? sizes.map { _ in [] }, made).map { $0 + $1 }
      }
    }
    var threads: [PassesReport.Way: Int] = [:]
    for (way, engine) in engines { threads[way] = await engine.threadCounts.target }
    return PassesReport(
      model: engines[0].engine.targetModel.name, parameters: engines[0].engine.targetModel.parameterCount,
      bytes: engines[0].engine.targetModel.byteCount, instructions: isOffered ? Accelerator.instructions : nil,
      text: text, rounds: rounds,
      ways: engines.map { way, _ in
        PassesReport.Row(way: way, threads: threads[way] ?? 0, sizes: sizes, times: times[way] ?? [])
      })
  }
}

/// What `basic bench passes` found.
struct PassesReport: Encodable {
  /// Whose matrix products they are.
  enum Way: String, Encodable { case packed, libllama }

  /// A way's passes of one size.
  struct Size: Encodable {
    var tokens: Int
    /// The median in milliseconds, and the quartiles.
    var milliseconds: Double
    var lowerQuartile: Double
    var upperQuartile: Double
    /// How many times as long as a pass over one token.
    var ratio: Double
  }

  struct Row: Encodable {
    var way: Way
    var threads: Int
    var passes: [Size]

    init(way: Way, threads: Int, sizes: [Int], times: [[Double]]) {
      self.way = way
      self.threads = threads
      let one = times.first.map(Statistics.median) ?? 0
      passes = zip(sizes, times).map { size, times in
        let spread = Statistics.quartiles(times, decimals: 3)
        return Size(
          tokens: size, milliseconds: spread.median, lowerQuartile: spread.lower, upperQuartile: spread.upper,
          ratio: (Statistics.median(times) / max(one, 1e-9)).rounded(to: 3))
      }
    }
  }

  var schemaVersion = 1
  var model: String
  var parameters: Int
  var bytes: Int
  /// The instructions of our products; nil where they are not used.
  var instructions: String?
  var text: Int
  var rounds: Int
  var ways: [Row]

  func text(_ palette: Palette) -> String {
    var lines = [
      palette.bold(model.printable)
        + ", \((Double(parameters) / 1e6).fixed(0)) M weights in \((Double(bytes) / 1e6).fixed(0)) MB, after \(text) tokens, \(rounds) rounds"
    ]
    for row in ways {
      lines += [
        "", "\(row.way == .packed ? "packed, \(instructions ?? "")" : "libllama's own"), \(row.threads) threads",
      ]
      var table = ColumnTable(
        columns: ["tokens", "ms", "(quartiles)", "to one"].map { .init(title: $0, isNumeric: true) }, palette: palette)
      for size in row.passes {
        table.add([
          .init(text: "\(size.tokens)"), .init(text: size.milliseconds.fixed(2)),
          .init(text: "(\(size.lowerQuartile.fixed(2))–\(size.upperQuartile.fixed(2)))"),
          .init(text: size.ratio.fixed(2)),
        ])
      }
      lines += table.text.split(separator: "\n").map(String.init)
    }
    if ways.count == 2 {
      let ratios = zip(ways[0].passes, ways[1].passes).map {
        "\($0.tokens): \(($1.milliseconds / max($0.milliseconds, 1e-9)).fixed(2))"
      }
      lines += ["", "libllama's time over ours: " + ratios.joined(separator: "  ")]
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
