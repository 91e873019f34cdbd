import KernelBench

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension KernelBenchAnalysis {
  /// What the script prints, character by character, from its first line to the table of fast_p.
  public func text(runName: String) -> String {
    let line = String(repeating: "-", count: 128)
    let rows = fast.map { [PythonNumber.general($0.p), PythonNumber.general($0.score)] }
    return """
      \(line)
      Eval Summary for \(PlainText.line(runName))
      \(line)
      Total test cases with Eval Results: \(totalEvaluated) out of \(totalProblems)
      Successfully compiled: \(compiled)
      Functionally correct: \(correct)

      Success rates:
      Compilation rate: \(PythonNumber.fixed(compilationRate * 100, 1))%
      Correctness rate: \(PythonNumber.fixed(correctnessRate * 100, 1))%

      Speedup Metrics:
      Geometric mean of speedup for correct samples: \(PythonNumber.fixed(geometricMean, 4))

      Fast_p Results:
      \(Self.grid(["Speedup Threshold (p)", "Fast_p Score"], rows))

      """
  }

  /// A table with lines all around, its numbers set point below point.
  private static func grid(_ titles: [String], _ rows: [[String]]) -> String {
    var columns: [[String]] = []
    for place in titles.indices {
      let cells = rows.map { $0[place] }
      let decimals = cells.map { cell in
        (cell.lastIndex(of: ".") ?? cell.lastIndex(of: "e")).map { cell.distance(from: $0, to: cell.endIndex) - 1 }
          ?? -1
      }
      let most = decimals.max() ?? 0
      let aligned = zip(cells, decimals).map { $0 + String(repeating: " ", count: most - $1) }
      let width = max(titles[place].count + 2, aligned.map(\.count).max() ?? 0)
      columns.append(
        ([titles[place]] + aligned).map { String(repeating: " ", count: width - $0.count) + $0 })
    }
    func rule(_ character: Character) -> String {
      "+" + columns.map { String(repeating: character, count: ($0.first?.count ?? 0) + 2) + "+" }.joined()
    }
    var lines = [rule("-")]
    for row in 0...rows.count {
      lines.append("|" + columns.map { " \($0[row]) |" }.joined())
      lines.append(rule(row == 0 ? "=" : "-"))
    }
    return lines.joined(separator: "\n")
  }

  /// The numbers as the script saves them in `analysis_results.json`, under its names, with a version and with ``notices``; a
  /// number that is none is null.
  ///
  /// - Throws: ``KernelReportsError`` if a value cannot be written.
  public func json(runName: String, hardware: String, baseline: String) throws(KernelReportsError) -> String {
    let document = AnalysisDocument(self, runName: runName, hardware: hardware, baseline: baseline)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
    } catch {
      throw KernelReportsError(.unwritable, "The analysis could not be written as JSON.", underlyingError: error)
    }
  }
}

/// The form of `analysis_results.json`.
private struct AnalysisDocument: Encodable {
  struct Summary: Encodable {
    var totalProblems: Int
    var totalEvaluated: Int
    var compiled: Int
    var correct: Int
    var compilationRate: Double
    var correctnessRate: Double

    enum CodingKeys: String, CodingKey {
      case totalProblems = "total_problems"
      case totalEvaluated = "total_evaluated"
      case compiled = "compiled_count"
      case correct = "correct_count"
      case compilationRate = "compilation_rate"
      case correctnessRate = "correctness_rate"
    }
  }

  struct Metrics: Encodable {
    var geometricMean: Double?
    var fast: [String: Double]

    enum CodingKeys: String, CodingKey {
      case geometricMean = "geometric_mean_speedup"
      case fast = "fast_p"
    }
  }

  var schemaVersion = 1
  var runName: String
  var level: Int
  var hardware: String
  var baseline: String
  var summary: Summary
  var metrics: Metrics
  var notices: [String]

  enum CodingKeys: String, CodingKey {
    case schemaVersion
    case runName = "run_name"
    case level
    case hardware
    case baseline
    case summary
    case metrics = "speedup_metrics"
    case notices
  }

  init(_ analysis: KernelBenchAnalysis, runName: String, hardware: String, baseline: String) {
    self.runName = runName
    level = analysis.level
    self.hardware = hardware
    self.baseline = baseline
    summary = Summary(
      totalProblems: analysis.totalProblems, totalEvaluated: analysis.totalEvaluated, compiled: analysis.compiled,
      correct: analysis.correct, compilationRate: analysis.compilationRate, correctnessRate: analysis.correctnessRate)
    metrics = Metrics(
      geometricMean: analysis.geometricMean.isFinite ? analysis.geometricMean : nil,
      fast: Dictionary(analysis.fast.map { ("\($0.p)", $0.score) }) { first, _ in first })
    notices = analysis.notices
  }
}
