public import ArgumentParser
import CUDAToolchain
import GPUModels
import KernelVerdicts
public import VirtualGPU

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// `basic run`: builds a CUDA program and runs it, on a GPU or without one.
struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Build a CUDA program and run it, with a GPU or without one.",
    discussion: """
      Without a GPU the program runs unchanged on this machine's processors, and every access of its kernels is looked at. \
      The program's own output goes to standard output; what its kernels did and what was found goes to standard error, or \
      as JSON to the file that --output names. Times on the virtual GPU are host time; times for a GPU are estimates.

      The status is the program's own. Where that is 0 and a check found an error it is --error-exitcode. It is 64 for a \
      wrong call or a program that does not compile, 69 where the virtual GPU could not do a part of it, 70 for a failure of \
      ours, 124 where the time was up, 130 after Ctrl-C, 137 where it held too much memory, 128 and a signal's number where \
      the program was killed by one.

      Examples:
        basic run program.cu
        basic run program.cu --check none -- 1024 7
        basic run program.cu --gpu t4 --schedule random --seed 3
        basic run program.cu --format json --output report.json
      """)

  enum Schedule: String, ExpressibleByArgument, CaseIterable { case fixed, random }

  @Argument(
    help: ArgumentHelp("A CUDA program (.cu) with a main function, or - for standard input.", valueName: "file"),
    completion: .file(extensions: ["cu"]))
  var file: String

  @Argument(
    parsing: .postTerminator, help: ArgumentHelp("Arguments of the program, after --.", valueName: "args"))
  var arguments: [String] = []

  @Option(help: ArgumentHelp("Where to run: a GPU, the virtual GPU, or a GPU where there is one.", valueName: "device"))
  var device: DeviceChoice = .auto

  @Option(help: ArgumentHelp("The GPU whose limits hold and for which times are estimated.", valueName: "name"))
  var gpu = GPUModel.h100

  @Option(help: ArgumentHelp("What to look for.", valueName: "what"))
  var check: ProgramRunner.Check = .all

  @Flag(name: .customLong("leak-check"), help: "Warn of memory on the GPU that the program never frees.")
  var checksLeaks = false

  @Option(
    help: ArgumentHelp("The order of blocks and warps: one order, or one that the seed decides.", valueName: "order"))
  var schedule: Schedule = .fixed

  @Option(help: ArgumentHelp("The seed of --schedule random.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("End the program after this many seconds.", valueName: "s"))
  var timeout: Double = 300

  @Option(
    help: ArgumentHelp(
      "End the program when it holds more than this many MB of memory. Default: most of what is free.", valueName: "mb")
  )
  var memory: Int?

  @Option(
    name: .customLong("error-exitcode"),
    help: ArgumentHelp("The status where the program's own is 0 and a check found an error.", valueName: "n"))
  var errorExitCode: Int32 = 1

  @Option(
    name: .customLong("nvcc-flag"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A further flag for nvcc; may be repeated.", valueName: "flag"))
  var flags: [String] = []

  @Option(help: ArgumentHelp("How the report is written.", valueName: "format"))
  var format: OutputFormat = .text

  @Option(
    help: ArgumentHelp("A file for the report instead of standard error.", valueName: "file"), completion: .file())
  var output: String?

  @Flag(help: "Report nothing but findings.")
  var quiet = false

  func validate() throws {
    if !(timeout > 0 && timeout <= 1e6) {
      throw ValidationError("--timeout must be above 0 and at most 1000000 seconds.")
    }
    if !(0...255).contains(errorExitCode) { throw ValidationError("--error-exitcode must be between 0 and 255.") }
    if let memory, !(1...1_000_000_000).contains(memory) {
      throw ValidationError("--memory must be between 1 and 1000000000 MB.")
    }
  }

  func run() async throws {
    let command = self
    // Outside of what Ctrl-C cancels: reading standard input may wait for ever.
    let source = try ProgramSession.read(file)
    let status = try await Interruption.cancels { try await ProgramSession(command: command, source: source).run() }
    if status != 0 { throw ProgramStatus(status: status) }
  }
}

extension ProgramRunner.Check: ExpressibleByArgument {}
