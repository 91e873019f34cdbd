public import ArgumentParser

/// `basic`: the command line's root.
public struct Basic: AsyncParsableCommand {
  /// What `basic --version` prints.
  public static let version = "0.1.0"

  /// How the command is called and what it has below it.
  public static let configuration = CommandConfiguration(
    commandName: "basic",
    abstract: "Writes GPU kernels: a PyTorch module in, a CUDA replacement out, by tree speculative decoding.",
    discussion: """
      Examples:
        basic generate Examples/01_swish.py
        basic generate 1/19 --kernelbench ~/KernelBench --output out
        basic generate 1/23 --model target.gguf --draft draft.gguf --seed 3
        basic check 1/19 candidate.py --kernelbench ~/KernelBench
        basic run program.cu
        basic bench decode
        basic doctor
      """,
    version: version,
    subcommands: [
      Generate.self, Solve.self, Suite.self, Runs.self, PromptCommand.self, Check.self, Run.self, Instructions.self,
      Bench.self, Doctor.self, ConfigCommand.self,
    ])

  /// Makes the command; its options are read afterwards.
  public init() {}

  /// Reads the arguments, runs what they ask for and ends the process with the right status.
  ///
  /// 0: done; 1: done, and the kernel is bad; 2: there is no verdict; 64: wrong arguments or input; 70: our own failure; 130: interrupted.
  public static func run() async -> Never {
    do {
      let arguments = try CommandDefaults.arguments(Array(CommandLine.arguments.dropFirst())) {
        () throws(ConfigurationError) in try Settings.load(.current)
      }
      var command = try parseAsRoot(arguments)
      if var asyncCommand = command as? any AsyncParsableCommand {
        try await asyncCommand.run()
      } else {
        try command.run()
      }
    } catch {
      exit(reporting: error)
    }
    Basic.exit()
  }
}
