public import ArgumentParser
import KernelBench
public import KernelPrompting

/// `basic prompt`: the prompt for a problem.
struct PromptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prompt",
    abstract: "Write the prompt for a problem.",
    discussion: """
      The prompt goes to standard output, or with --output into a file prompt_LEVEL_ID.txt in that folder.

      Examples:
        basic prompt 1/19 --kernelbench ~/KernelBench
        basic prompt Examples/01_swish.py --form compact
        basic prompt 2/40 --output prompts
      """)

  @OptionGroup var problemOptions: ProblemOptions
  @OptionGroup(title: "Hardware") var hardware: HardwareOptions

  @Option(help: ArgumentHelp("How the problem is put.", valueName: "form"))
  var form: PromptForm = .instruct

  @Option(help: ArgumentHelp("A folder for the prompt.", valueName: "dir"), completion: .directory)
  var output: String?

  func run() async throws {
    let problem = try problemOptions.load(.current)
    let prompt = try PromptBuilder(form: form, gpu: hardware.gpu, precision: hardware.precision).prompt(for: problem)
    let text = prompt.text.hasSuffix("\n") ? prompt.text : prompt.text + "\n"
    guard let output else { return try Console.standardOutput.deliver(text) }
    let folder = try OutputFolder(checking: output)
    let name = problem.id.map { PromptFileName($0).description } ?? "prompt_\(problem.outputName).txt"
    try folder.keep([(name, text)])
    Console.standardError.write("written to \(folder.path)/\(name)\n")
  }
}

extension PromptForm: ExpressibleByArgument {}
