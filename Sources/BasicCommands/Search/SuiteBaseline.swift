import ArgumentParser
import KernelBench
import KernelEvaluation
import KernelPrompting

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// `basic suite baseline`: how long PyTorch itself takes.
struct SuiteBaseline: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "baseline",
    abstract: "Time the references of a level on this machine's GPU, as they are and compiled.",
    discussion: """
      The times are kept in KernelBench's form, where its scripts look for them: DIR/HARDWARE/\(TimingBaseline.eagerFileName) \
      and DIR/HARDWARE/\(TimingBaseline.compiledFileName). They are taken with the clock that candidates are timed with: level 2 \
      cache emptied before each call, no call sees the values of another one, nothing else runs on the GPU by way of basic, and calls that the machine held up \
      do not count. Both ways take turns.

      Both files are written after each problem, so that the command may be stopped at any moment. Problems that are in them already are left \
      out, and so are all other levels; --again times them anew. A reference that fails is named and left out. A reference \
      that torch.compile does not do for is in the first file alone.

      The status is 0 if every problem has times, 1 if some have none, 64 for wrong arguments, 69 if there is no GPU that PyTorch can use, 130 \
      after Ctrl-C.

      Examples:
        basic suite baseline --level 1 --kernelbench ~/KernelBench
        basic suite baseline --level 2 --problems 1-20 --hardware H100_PCIe --output ~/KernelBench/results/timing
      """)

  @Option(name: .customLong("level"), help: ArgumentHelp("The level.", valueName: "n"))
  var level: Int

  @Option(help: ArgumentHelp("Which problems of it, such as 1-20,40. Default: all.", valueName: "numbers"))
  var problems: ProblemNumbers?

  @Option(
    help: ArgumentHelp("The KernelBench checkout. Default: $KERNELBENCH_DIR, or ./KernelBench.", valueName: "dir"),
    completion: .directory)
  var kernelbench: String?

  @Option(
    help: ArgumentHelp(
      "What the GPU is called in the file's path. Default: its driver's name for it, with underlines.",
      valueName: "name"))
  var hardware: String?

  @Option(help: ArgumentHelp("The folder of all times.", valueName: "dir"), completion: .directory)
  var output = "results/timing"

  @Option(help: ArgumentHelp("The precision that references run in.", valueName: "name"))
  var precision: KernelPrecision = .fp32

  @Option(help: ArgumentHelp("How many calls of each count.", valueName: "n"))
  var calls = 100

  @Flag(help: "Time problems anew that have times.")
  var again = false

  @Flag(help: "Show nothing but the files' paths.")
  var quiet = false

  func validate() throws {
    if !(10...10_000).contains(calls) { throw ValidationError("--calls must be between 10 and 10000.") }
    if let hardware, hardware.isEmpty || hardware.contains("/") || hardware.hasPrefix(".") {
      throw ValidationError("--hardware must be the name of a folder.")
    }
    if output.isEmpty { throw ValidationError("--output needs a folder.") }
  }

  func run() async throws {
    let command = self
    let missing = try await Interruption.cancels { try await command.measure() }
    if missing > 0 { throw CommandFailure(.badResult) }
  }

  /// - Returns: how many problems have no times.
  private func measure() async throws -> Int {
    let context = ProcessContext.current
    let settings = try Settings.load(context)
    let entries = try SuiteRun.entries(level: level, problems, kernelbench, context, settings)
    var options = JudgeOptions()
    options.precision = .init(precision)
    let tools = try await Judging.tools(context, device: .cuda, hasVirtual: false)
    let timer = try ReferenceTimer(tools: tools, options: options)
    let run = BaselineRun(
      folder: output + "/" + (hardware ?? Self.folderName(tools.gpu?.name ?? "GPU")), level: level,
      isAgain: again,
      announce: { [quiet] in if !quiet { Console.standardError.write($0.printableLines + "\n") } },
      time: { [calls] in try await timer.time($0, rounds: calls) })
    let missing = try await run.go(entries)
    try Console.standardOutput.deliver(run.paths.map { $0 + "\n" }.joined())
    return missing
  }

  /// A GPU's name as KernelBench's folders have it.
  static func folderName(_ name: String) -> String {
    let parts = name.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    return parts.isEmpty ? "GPU" : parts.joined(separator: "_")
  }
}

/// The measuring behind `basic suite baseline`, whoever has the clock.
struct BaselineRun {
  /// Where the files are.
  var folder: String
  var level: Int
  /// Whether what is there is timed anew.
  var isAgain: Bool
  var announce: @Sendable (String) -> Void
  /// Times a reference.
  var time: @Sendable (String) async throws -> ReferenceTimer.Times

  /// The files, the eager one first.
  var paths: [String] {
    [TimingBaseline.eagerFileName, TimingBaseline.compiledFileName].map { folder + "/" + $0 }
  }

  /// Times problems one after the other, and writes what is known after each.
  ///
  /// - Returns: how many have no times.
  func go(_ problems: [Problem]) async throws -> Int {
    try Files.makeDirectory(folder)
    var baselines: [TimingBaseline] = []
    for path in paths {
      let baseline = Files.exists(path) ? try TimingBaseline(path: path) : TimingBaseline()
      for note in baseline.notes { announce("note: \(note)") }
      baselines.append(baseline)
    }
    var missing = 0
    for (place, problem) in problems.enumerated() {
      guard case .file(let path) = problem.origin else { continue }
      let name = URL(filePath: path).lastPathComponent
      let head = "[\(place + 1)/\(problems.count)] \(problem.id.map { "\($0) " } ?? "")\(problem.name)"
      if !isAgain, baselines[0].levels[level]?[name] != nil {
        announce("\(head): has times")
        continue
      }
      do {
        let times = try await time(problem.source)
        guard record(times, name, in: &baselines) else {
          missing += 1
          announce("\(head): no call could be timed")
          continue
        }
        for (baseline, path) in zip(baselines, paths) { try baseline.write(path: path) }
        announce("\(head): \(text(name, baselines))\(times.obstacle.map { "; not compiled: \($0)" } ?? "")")
      } catch let error as KernelEvaluationError where error.code == .badReference {
        missing += 1
        announce("\(head): \(error.message)")
      }
    }
    return missing
  }

  private func record(_ times: ReferenceTimer.Times, _ name: String, in baselines: inout [TimingBaseline]) -> Bool {
    for (index, seconds) in [times.eager, times.compiled].enumerated() {
      baselines[index].levels[level, default: [:]][name] = RuntimeStatistics(
        milliseconds: seconds.map { $0 * 1e3 }, hardware: times.hardware, device: "cuda:0")
    }
    return !times.eager.isEmpty
  }

  private func text(_ name: String, _ baselines: [TimingBaseline]) -> String {
    let means = baselines.map { $0.levels[level]?[name].map { "\($0.mean) ms" } ?? "none" }
    return "eager \(means[0]), compiled \(means[1])"
  }
}
