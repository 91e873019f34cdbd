import Foundation
import Testing

@testable import KernelReports

@Suite(.serialized, .enabled(if: Browser.program != nil, Comment(rawValue: Browser.isMissing)))
struct BrowserTests {
  /// Writes a page, to be kept in `BASIC_REPORT_FOLDER` where that is set, and hands it to a body.
  private func withPage<Result>(_ html: String, _ name: String, _ body: (URL) throws -> Result) throws -> Result {
    let kept = ProcessInfo.processInfo.environment["BASIC_REPORT_FOLDER"]
    let folder =
      kept.map { URL(filePath: $0) }
      ?? FileManager.default.temporaryDirectory.appending(path: "basic-page-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { if kept == nil { try? FileManager.default.removeItem(at: folder) } }
    let page = folder.appending(path: name)
    try Data(html.utf8).write(to: page)
    return try body(page)
  }

  @Test(arguments: ["several-runs", "one-timed-run", "one-untimed-run", "no-problems"])
  func `a browser shows the page and its console stays silent`(_ name: String) throws {
    let runs =
      switch name {
      case "several-runs": [Sample.timed, Sample.sampled, Sample.untimed]
      case "one-timed-run": [Sample.timed]
      case "one-untimed-run": [Sample.untimed]
      default: [SuiteResults(name: "empty", id: "r", model: "m", strategy: "greedy", device: "cuda", problems: [])]
      }
    let visit = try withPage(try PageTests.page(runs), "\(name).html") { try Browser.visit($0) }
    #expect(visit.status == 0)
    #expect(visit.console == [])
    // The page's own script ran, and nobody else's did.
    #expect(visit.document.contains("data-ready=\"true\""))
    #expect(!visit.document.contains("<title>taken</title>"))
    #expect(visit.document.components(separatedBy: "class=\"run\"").count - 1 == runs.count)
    let problems = runs.reduce(0) { $0 + $1.problems.count }
    #expect(visit.document.components(separatedBy: "<details class=\"problem\"").count - 1 == problems)
  }
}
