import Foundation
import Testing

@testable import KernelReports

@Suite struct TextAndJSONTests {
  @Test func `the text of one run is the one that was looked at`() throws {
    try Golden.check(SuiteReport([Sample.small]).text(), "one-run.txt")
  }

  @Test func `the text of several runs is the one that was looked at`() throws {
    try Golden.check(SuiteReport([Sample.timed, Sample.sampled, Sample.untimed]).text(), "several-runs.txt")
  }

  @Test(arguments: [80, 100, 160])
  func `no line is wider than the terminal`(_ width: Int) throws {
    let text = try SuiteReport([Sample.timed, Sample.sampled, Sample.untimed]).text(width: width)
    for line in text.split(separator: "\n") { #expect(PlainText.columns(line) <= width, "\(line)") }
  }

  @Test func `a terminal is told nothing but characters`() throws {
    var run = Sample.small
    run.name = "a\u{1B}]0;taken\u{7}\nb\u{202E}"
    run.problems[0].name = "\u{9B}31mred\u{2028}"
    run.problems[1].notice = "x\r\ny\u{8}"
    let text = try SuiteReport([run, run]).text()
    #expect(!text.unicodeScalars.contains { $0 != "\n" && PlainText.isObeyed($0) })
    #expect(text.contains("a\\u{1B}]0;taken"))
  }

  @Test func `the JSON has the shape that was looked at`() throws {
    let json = try SuiteReport([Sample.small, Sample.untimed]).json()
    let value = try JSONSerialization.jsonObject(with: Data(json.utf8))
    try Golden.check(Self.shape(value, "").sorted().joined(separator: "\n") + "\n", "report-shape.txt")
  }

  @Test func `the JSON reads back as the report`() throws {
    let report = try SuiteReport([Sample.small])
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    #expect(try decoder.decode(SuiteReport.self, from: Data(report.json().utf8)) == report)
    let object = try JSONSerialization.jsonObject(with: Data(report.json().utf8)) as? [String: Any]
    #expect(object?["schemaVersion"] as? Int == SuiteReport.schemaVersion)
  }

  @Test func `results survive being written and read`() throws {
    let encoded = try JSONEncoder().encode(Sample.timed)
    #expect(try JSONDecoder().decode(SuiteResults.self, from: encoded) == Sample.timed)
  }

  @Test func `values that are no numbers spoil nothing`() throws {
    var run = Sample.timed
    for place in run.problems.indices {
      run.problems[place].secondsSpent = .nan
      for other in run.problems[place].candidates.indices {
        run.problems[place].candidates[other].cost = .infinity
        run.problems[place].candidates[other].judgedAtSeconds = .nan
        run.problems[place].candidates[other].ratio?.upper = .nan
        run.problems[place].candidates[other].runtimeMilliseconds = .nan
        run.problems[place].candidates[other].estimateMilliseconds = -.infinity
        run.problems[place].candidates[other].inputTokens = .max
        run.problems[place].candidates[other].outputTokens = .min
      }
    }
    run.budgetSeconds = .infinity
    let report = try SuiteReport([run])
    #expect(try !report.json().isEmpty)
    #expect(!report.text().contains("nan") && !report.text().contains("inf"))
    #expect(try !SuitePage([run], report: report).html().contains("NaN"))
  }

  /// The paths of a document's values with their types; lists by their first element that has most to say.
  private static func shape(_ value: Any, _ path: String) -> Set<String> {
    switch value {
    case let object as [String: Any]:
      // The verdicts that a run has seen are no part of the form.
      if path.hasSuffix("verdictCounts") { return ["\(path): object of numbers"] }
      return object.reduce(into: []) { $0.formUnion(shape($1.value, "\(path).\($1.key)")) }
    case let list as [Any]: return list.reduce(into: ["\(path): list"]) { $0.formUnion(shape($1, "\(path)[]")) }
    case is String: return ["\(path): text"]
    case let number as NSNumber:
      let isBoolean = String(cString: number.objCType) == "c"
      return ["\(path): \(isBoolean ? "boolean" : "number")"]
    default: return ["\(path): \(type(of: value))"]
    }
  }

  @Test(arguments: [
    (0.0, "0"), (0.001234, "0.00123"), (0.0999, "0.0999"), (0.5, "0.500"), (1.005, "1.00"), (12.34, "12.3"),
    (1234.5, "1235"),
    (9.999, "10.00"), (1e-12, "0"),
  ])
  func `short numbers have three digits`(_ value: Double, _ text: String) {
    #expect(NumberText.short(value) == text)
  }

  @Test(arguments: [
    (0.0, "0.0 s"), (59.9, "59.9 s"), (59.96, "1 min"), (65, "1 min 5 s"), (3599.4, "59 min 59 s"), (3600, "1 h"),
    (7380, "2 h 3 min"),
  ])
  func `lengths of time are read easily`(_ seconds: Double, _ text: String) {
    #expect(NumberText.duration(seconds) == text)
  }

  @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")])
  func `counts stand in groups of three`(_ count: Int, _ text: String) {
    #expect(NumberText.count(count) == text)
  }
}
