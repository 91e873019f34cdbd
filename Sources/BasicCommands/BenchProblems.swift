import KernelBench
import KernelPrompting
import SpeculativeDecoding

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The problems that decoding is measured on.
enum BenchProblems {
  /// Those that are named, or the examples.
  static func load(_ options: BenchProblemOptions, _ context: ProcessContext) throws -> [Problem] {
    let loader = ProblemLoader(directory: options.kernelbench, environment: context.environment)
    let references = options.problems.isEmpty ? try examples(context) : options.problems
    return try references.map { try loader.load(ProblemReference($0)) }
  }

  /// Their prompts, as the models want to be asked.
  static func prompts(_ problems: [Problem], for pair: LocalPair) throws -> [(name: String, tokens: [Token])] {
    try problems.map { problem in
      (problem.outputName, try pair.tokens(of: PromptBuilder(form: pair.promptForm).prompt(for: problem)))
    }
  }

  /// The problems that come with basic: beside the working folder, or above the executable.
  private static func examples(_ context: ProcessContext) throws -> [String] {
    var folders = ["Examples"]
    folders += ModelFiles.folders(environment: context.environment, executable: context.executable)
      .compactMap { $0.hasSuffix("/Models") ? $0.dropLast("Models".count) + "Examples" : nil }
    folders.append(
      context.executable.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } + "/share/basic/examples")
    for folder in folders where Files.isDirectory(folder) {
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      let found = names.filter { $0.hasSuffix(".py") }.sorted().map { folder + "/" + $0 }
      if !found.isEmpty { return found }
    }
    throw CommandFailure(.usage, "No example problems were found here. Name some with --problems.")
  }
}
