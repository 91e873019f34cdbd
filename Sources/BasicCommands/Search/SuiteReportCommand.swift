import ArgumentParser
import KernelReports
import RunStore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// `basic suite report`: what runs came to.
struct SuiteReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Solve rate, pass@k, fast_p and more of one run or several side by side.",
    discussion: """
      What each number is, and where its formula comes from, is in Documentation/Reports.md. Times are measured ones; estimates have a \
      column of their own and are in no score. The page (--format html) is one file that needs nothing else.

      Examples:
        basic suite report night
        basic suite report 261126 261125 --format html --output report.html
      """)

  /// How a report is written.
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, html }

  @Argument(help: ArgumentHelp("Runs: identifiers, beginnings of them, or names.", valueName: "run"))
  var runs: [String]

  @Option(help: ArgumentHelp("How it is written.", valueName: "format"))
  var format: Format = .text

  @Option(help: ArgumentHelp("A file for it instead of standard output.", valueName: "file"), completion: .file())
  var output: String?

  @OptionGroup(title: "Store") var store: StoreOptions

  func run() async throws {
    let console = Console.standardOutput
    let width = console.isTerminal && output == nil ? max(80, console.width) : 80
    let text = try await text(width: width)
    if let output {
      guard output != "" else { throw CommandFailure(.usage, "--output needs the name of a file.") }
      let folder = try OutputFolder(checking: Files.folder(of: output))
      try folder.keep([(URL(filePath: output).lastPathComponent, text)])
    } else {
      try console.deliver(text)
    }
  }

  private func text(width: Int) async throws -> String {
    do {
      let database = try store.location.open(.readOnly)
      var results: [SuiteResults] = []
      for name in runs {
        let run = try await database.run(matching: name)
        guard !results.contains(where: { $0.id == run.id }) else {
          throw CommandFailure(.usage, "The run \(run.id) is named twice.")
        }
        results.append(try await SuiteResults(run, in: database))
      }
      let report = try SuiteReport(results)
      switch format {
      case .text: return report.text(width: width)
      case .json: return try report.json()
      case .html: return try SuitePage(results, report: report).html()
      }
    } catch let error as RunStoreError {
      throw CommandFailure(error)
    } catch let error as KernelReportsError {
      throw CommandFailure(.usage, error.message)
    }
  }
}
