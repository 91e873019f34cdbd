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

  /// The numbers as the script saves them in `analysis_results.json`, with a version and with ``notices``; a number that is
  /// none is null.
  ///
  /// - Throws: ``KernelReportsError`` if a value cannot be written.
  public func json(runName: String, hardware: String, baseline: String) throws(KernelReportsError) -> String {
    struct Document: Encodable {
      struct Summary: Encodable {
        var total_problems: Int
        var total_evaluated: Int
        var compiled_count: Int
        var correct_count: Int
        var compilation_rate: Double
        var correctness_rate: Double
      }
      struct Metrics: Encodable {
        var geometric_mean_speedup: Double?
        var fast_p: [String: Double]
      }
      var schemaVersion = 1
      var run_name: String
      var level: Int
      var hardware: String
      var baseline: String
      var summary: Summary
      var speedup_metrics: Metrics
      var notices: [String]
    }
    let document = Document(
      run_name: runName, level: level, hardware: hardware, baseline: baseline,
      summary: Document.Summary(
        total_problems: totalProblems, total_evaluated: totalEvaluated, compiled_count: compiled,
        correct_count: correct, compilation_rate: compilationRate, correctness_rate: correctnessRate),
      speedup_metrics: Document.Metrics(
        geometric_mean_speedup: geometricMean.isFinite ? geometricMean : nil,
        fast_p: Dictionary(fast.map { ("\($0.p)", $0.score) }) { first, _ in first }),
      notices: notices)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
    } catch {
      throw KernelReportsError(.unwritable, "The analysis could not be written as JSON.", underlyingError: error)
    }
  }
}
