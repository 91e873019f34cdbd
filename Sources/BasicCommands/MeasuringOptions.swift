import ArgumentParser

/// Which problems decoding is measured on.
struct BenchProblemOptions: ParsableArguments {
  @Option(
    name: .customLong("problems"),
    help: ArgumentHelp(
      "A problem, as for generate; may be given several times. Default: the problems in Examples.", valueName: "problem"
    ),
    completion: .file(extensions: ["py", "txt"]))
  var problems: [String] = []

  @Option(
    help: ArgumentHelp("The KernelBench checkout. Default: $KERNELBENCH_DIR, or ./KernelBench.", valueName: "dir"),
    completion: .directory)
  var kernelbench: String?
}

/// How often is measured, and how the result is shown.
struct MeasuringOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How often everything is measured.", valueName: "n"))
  var rounds = 3

  @Option(help: ArgumentHelp("How the result is shown.", valueName: "format"))
  var format: OutputFormat = .text

  @Flag(help: "Show nothing but the result.")
  var quiet = false

  func validate() throws {
    if !(1...10_000).contains(rounds) { throw ValidationError("--rounds must be between 1 and 10000.") }
  }

  /// Says how far it has come.
  var announce: @Sendable (String) -> Void {
    { [quiet] text in if !quiet { Console.standardError.write(text + "\n") } }
  }

  /// Shows the result.
  func deliver(_ report: some Encodable, text: (Palette) -> String) throws {
    let console = Console.standardOutput
    switch format {
    case .json: try console.deliver(try JSON.document(report))
    case .text: try console.deliver(text(console.palette), isPrintable: true)
    }
  }
}

/// Numbers that something is measured for, such as `1,8,16`.
enum MeasuredNumbers {
  /// The numbers in ascending order, each once. One is among them: it is what the others are compared with.
  ///
  /// - Throws: `ValidationError` where a number is none or out of range.
  static func ascending(_ text: String, within range: ClosedRange<Int>, option: String) throws -> [Int] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let found = parts.compactMap { Int($0) }.filter(range.contains)
    guard !parts.isEmpty, found.count == parts.count else {
      throw ValidationError("\(option) must be numbers between 1 and \(range.upperBound), such as 1,4,8.")
    }
    return Set(found + [1]).sorted()
  }
}
