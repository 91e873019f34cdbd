import LlamaRuntime

/// What passes over several tokens take.
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
    /// The least milliseconds that the machine allows; nil where that is not known.
    var least: Double?
  }

  struct Row: Encodable {
    var way: Way
    var threads: Int
    var passes: [Size]

    init(way: Way, threads: Int, sizes: [Int], times: [[Double]], least: [Double?]) {
      self.way = way
      self.threads = threads
      let one = times.first.map(Statistics.median) ?? 0
      passes = zip(zip(sizes, times), least).map { measured, least in
        let (size, times) = measured
        let spread = Statistics.quartiles(times, decimals: 3)
        return Size(
          tokens: size, milliseconds: spread.median, lowerQuartile: spread.lower, upperQuartile: spread.upper,
          ratio: (Statistics.median(times) / max(one, 1e-9)).rounded(to: 3), least: least?.rounded(to: 3))
      }
    }
  }

  /// What the machine can do, threads together.
  struct Machine: Encodable {
    var threads: Int
    var bytesPerSecond: Double
    var operationsPerSecond: Double?

    init(_ roofline: ProcessorRoofline) {
      threads = roofline.threads
      bytesPerSecond = roofline.bytesPerSecond.rounded()
      operationsPerSecond = roofline.operationsPerSecond?.rounded()
    }

    var words: String {
      "\(RunText.plural(threads, "thread")): \((bytesPerSecond / 1e9).fixed(1)) GB of memory a second"
        + (operationsPerSecond.map { ", \(($0 / 1e12).fixed(2)) T operations of bytes" } ?? "")
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
  /// The best of all rounds; nil where a GPU computes.
  var machine: Machine?
  var ways: [Row]

  func text(_ palette: Palette) -> String {
    var lines = [
      palette.bold(model.printable)
        + ", \((Double(parameters) / 1e6).fixed(0)) M weights in \((Double(bytes) / 1e6).fixed(0)) MB, after \(text) tokens, \(rounds) rounds"
    ]
    if let machine { lines.append(machine.words) }
    for row in ways {
      let way = row.way == .packed ? "packed, \(instructions ?? "")" : "libllama's own"
      lines += ["", "\(way), \(RunText.plural(row.threads, "thread"))"]
      var table = ColumnTable(
        columns: ["tokens", "ms", "(quartiles)", "to one", "at least"].map { .init(title: $0, isNumeric: true) },
        palette: palette)
      for size in row.passes {
        table.add([
          .init(text: "\(size.tokens)"), .init(text: size.milliseconds.fixed(2)),
          .init(text: "(\(size.lowerQuartile.fixed(2))–\(size.upperQuartile.fixed(2)))"),
          .init(text: size.ratio.fixed(2)), .init(text: size.least.map { $0.fixed(2) } ?? "–"),
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
