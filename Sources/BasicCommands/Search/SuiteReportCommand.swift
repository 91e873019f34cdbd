import ArgumentParser
import CUDAToolchain
import KernelBench
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

      --compat kernelbench gives what KernelBench's own analysis script gives on the exported run folder and a baseline: sample 0 of each problem, \
      the run's problems as the subset, its thresholds and its rounding, its oddities included.

      Examples:
        basic suite report night
        basic suite report 261126 261125 --format html --output report.html
        basic suite report night --compat kernelbench --baseline times.json
      """)

  /// How a report is written.
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, html }
  /// Whose numbers they are.
  enum Compatibility: String, ExpressibleByArgument, CaseIterable { case kernelbench }

  @Argument(help: ArgumentHelp("Runs: identifiers, beginnings of them, or names.", valueName: "run"))
  var runs: [String]

  @Option(help: ArgumentHelp("How it is written.", valueName: "format"))
  var format: Format = .text

  @Option(help: ArgumentHelp("A file for it instead of standard output.", valueName: "file"), completion: .file())
  var output: String?

  @Option(help: ArgumentHelp("Whose numbers: those of KernelBench's own script, instead of ours.", valueName: "script"))
  var compat: Compatibility?

  @Option(
    help: ArgumentHelp("With --compat: a file of times in KernelBench's form.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var baseline: String?

  @OptionGroup(title: "Store") var store: StoreOptions

  func validate() throws {
    if runs.isEmpty { throw ValidationError("Name a run; basic runs list shows which there are.") }
    if (compat == nil) != (baseline == nil) {
      throw ValidationError(
        "--compat kernelbench and --baseline go together: the script compares with a file of times.")
    }
    if compat != nil, runs.count > 1 { throw ValidationError("--compat takes one run.") }
    if compat != nil, format == .html { throw ValidationError("--compat gives text or JSON.") }
  }

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
      let database = try store.location(Settings.load(.current)).open(.readOnly)
      if let baseline { return try await compatible(database, baseline) }
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

  /// What KernelBench's script says about the run folder that `basic runs export` writes.
  private func compatible(_ database: RunDatabase, _ baseline: String) async throws -> String {
    let times = try FileBytes.read(path: baseline, limit: TimingBaseline.maximumByteCount)
    let view = try await RunView.read(database, run: runs[0])
    let export = try KernelBenchExport(view, database)
    let numbers = view.problems.compactMap { ProblemID(runProblem: $0.id) }
    guard let level = numbers.first?.level else { throw CommandFailure(.usage, "The run has no problems.") }
    return try await Folders.withTemporary { folder in
      let outcome = try await export.write(to: folder)
      guard outcome.results > 0 else { throw CommandFailure(.usage, "The run has no results yet.") }
      let results = try FileBytes.read(
        path: folder + "/eval_results.json", limit: EvaluationResults.maximumByteCount)
      let analysis = try KernelBenchAnalysis(
        evalResults: results, baseline: times, level: level, subset: Set(numbers.map(\.problem)))
      for notice in analysis.notices { Console.standardError.write(notice.printableLines + "\n") }
      let name = view.run.name ?? view.run.id
      if format == .text { return analysis.text(runName: name) + "\n" }
      let path = URL(filePath: baseline)
      return try analysis.json(
        runName: name, hardware: path.deletingLastPathComponent().lastPathComponent,
        baseline: path.deletingPathExtension().lastPathComponent)
    }
  }
}
