import ArgumentParser
import GPUModels
import KernelBench
import KernelEvaluation
import KernelVerdicts

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// `basic bench check`: verdicts over a collection of candidates.
struct BenchCheck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Judge every candidate of a collection, and show the verdicts in a table.",
    discussion: """
      The collection is a file with one JSON object per line: `reference` and `candidate`, two Python sources, and where \
      known `name`, or `level` and `problem`, and `reported_speedup_h100`. The table is Markdown.

      Examples:
        basic bench check kernels.jsonl
        basic bench check kernels.jsonl --only 7 --only 13 --format json
      """)

  @Argument(help: ArgumentHelp("The collection.", valueName: "file"), completion: .file(extensions: ["jsonl"]))
  var file: String

  @Option(
    name: .customLong("only"),
    help: ArgumentHelp("Judge this one, counted from 0; may be given several times.", valueName: "n"))
  var only: [Int] = []

  @Option(help: ArgumentHelp("Where to run: auto, cuda or virtual.", valueName: "device"))
  var device: DeviceChoice = .auto

  @Flag(name: .customLong("no-timing"), help: "On a GPU: judge without timing.")
  var isNotTimed = false

  @Flag(name: .customLong("profile"), help: "On a GPU: count with ncu what the kernels of those that are timed do.")
  var isProfiled = false

  @Option(help: ArgumentHelp("How many are judged at once; on a GPU they take turns.", valueName: "n"))
  var jobs = 1

  @Option(
    help: ArgumentHelp("A file for each result, a line of JSON, written when it is there.", valueName: "file"),
    completion: .file(extensions: ["jsonl"]))
  var rows: String?

  @Option(help: ArgumentHelp("The GPU whose limits hold and for which times are estimated.", valueName: "name"))
  var gpu = GPUModel.h100

  @Option(help: ArgumentHelp("What inputs and weights are made from.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("How long one call of a candidate, or its import, may take.", valueName: "s"))
  var timeout: Double = 120

  @Option(help: ArgumentHelp("How the result is shown.", valueName: "format"))
  var format: OutputFormat = .text

  @Flag(help: "Show nothing but the result.")
  var quiet = false

  struct Row: Encodable, Sendable {
    var index: Int
    var problem: String
    var reportedSpeedup: Nullable<Double>
    var seconds: Double
    /// Where judging itself failed, the sentence; else `null`.
    var failure: Nullable<String>
    var judgement: Nullable<Judgement>
  }

  struct Report: Encodable {
    var schemaVersion = 1
    var gpu: String
    var rows: [Row]
  }

  func validate() throws {
    if !(1...64).contains(jobs) { throw ValidationError("--jobs must be between 1 and 64.") }
  }

  func run() async throws {
    let command = self
    let report = try await Interruption.cancels { try await command.measure(.current) }
    switch format {
    case .json: try Console.standardOutput.deliver(try JSON.document(report))
    case .text: try Console.standardOutput.deliver(Self.text(report))
    }
  }

  private func measure(_ context: ProcessContext) async throws -> Report {
    let entries = try CandidateCollection.read(file)
    if let wrong = only.first(where: { !entries.indices.contains($0) }) {
      throw CommandFailure(.usage, "There is no candidate \(wrong): the file has \(entries.count), from 0 on.")
    }
    let file = try self.rows.map { try LineFile(path: $0) }
    let chosen = entries.indices.filter { only.isEmpty || only.contains($0) }
    var waiting = chosen[...]
    let rows = try await withThrowingTaskGroup(of: Row.self) { group in
      for _ in 0..<jobs {
        if let index = waiting.popFirst() { group.addTask { try await row(index, entries[index], context) } }
      }
      var rows: [Row] = []
      while let row = try await group.next() {
        rows.append(row)
        // What was found out survives whatever ends this process.
        try file?.append(try JSON.line(row))
        if let index = waiting.popFirst() { group.addTask { try await self.row(index, entries[index], context) } }
      }
      return rows.sorted { $0.index < $1.index }
    }
    return Report(gpu: rows.lazy.compactMap { $0.judgement.value?.gpu }.first ?? gpu.name, rows: rows)
  }

  private func row(_ index: Int, _ entry: CandidateCollection.Entry, _ context: ProcessContext) async throws -> Row {
    let options = JudgeOptions(
      gpu: gpu, seed: seed, timeLimit: .seconds(timeout), isTimed: !isNotTimed,
      isProfiled: isProfiled)
    let clock = ContinuousClock.now
    var judgement: Judgement?
    var failure: String?
    do {
      judgement = try await Judging.judge(entry.reference, entry.candidate, options, context, device: device) { _ in }
    } catch let error as CommandFailure {
      failure = error.message ?? ""
    }
    let problem = entry.name ?? entry.level.flatMap { level in entry.problem.map { "\(level)/\($0)" } } ?? ""
    if !quiet {
      Console.standardError.write(
        "\(index) \(problem): \(judgement.map { "\($0.verdict.rawValue): \($0.reason)" } ?? failure ?? "")\n"
          .printableLines)
    }
    return Row(
      index: index, problem: problem, reportedSpeedup: .init(entry.reportedSpeedup),
      seconds: (clock.duration(to: .now) / .seconds(1)).rounded(to: 2), failure: .init(failure),
      judgement: .init(judgement))
  }

  /// A table in Markdown, so that it can go where it is reported.
  static func text(_ report: Report) -> String {
    let isTimed = report.rows.contains { $0.judgement.value?.timing != nil }
    var lines = [
      "| # | problem | reported |\(isTimed ? " speed |" : "") verdict | s | why |",
      "|---:|---|---:|\(isTimed ? "---|" : "")---|---:|---|",
    ]
    for row in report.rows {
      let verdict = row.judgement.value?.verdict.rawValue ?? "no verdict"
      let reason = cell(row.judgement.value?.reason ?? row.failure.value ?? "")
      let speedup = row.reportedSpeedup.value.map { "\($0.fixed(2))×" } ?? ""
      let speed = isTimed ? " \(row.judgement.value.map(speed) ?? "") |" : ""
      lines.append(
        "| \(row.index) | \(row.problem) | \(speedup) |\(speed) \(verdict) | \(row.seconds.fixed(1)) | \(reason) |")
    }
    lines.append("")
    for verdict in Verdict.allCases {
      let count = report.rows.filter { $0.judgement.value?.verdict == verdict }.count
      if count > 0 { lines.append("- \(verdict.rawValue): \(count)") }
    }
    let failed = report.rows.filter { $0.judgement.value == nil }.count
    if failed > 0 { lines.append("- no verdict: \(failed)") }
    let times = report.rows.map(\.seconds).sorted()
    if !times.isEmpty {
      lines.append("- seconds: median \(times[times.count / 2].fixed(1)), at most \(times[times.count - 1].fixed(1))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// `1.42× (1.39 to 1.45), faster`.
  private static func speed(_ judgement: Judgement) -> String {
    guard let timing = judgement.timing, timing.interval.count == 2 else { return "" }
    let ends = timing.interval.map { $0.fixed(2) }.joined(separator: " to ")
    return "\(timing.ratio.fixed(2))× (\(ends)), \(judgement.speed.rawValue)"
  }

  private static func cell(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ").replacing("|", with: "\\|")
    return line.count > 220 ? line.prefix(220) + " …" : line
  }
}
