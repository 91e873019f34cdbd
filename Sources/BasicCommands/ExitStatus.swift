import ArgumentParser
import CUDAToolchain
import KernelBench
import KernelEvaluation
import KernelPrompting
import LanguageModelClients
import LlamaRuntime
import RunStore
import SpeculativeDecoding

/// Why a command ends with a status other than 0, with the sentence for the person who called it.
struct CommandFailure: Error, CustomStringConvertible {
  /// The status that the process ends with.
  enum Status: Int32 {
    /// The work was done, and its result is bad.
    case badResult = 1
    /// There is no verdict, for no fault of the candidate's.
    case notJudged = 2
    /// The arguments or the input are wrong.
    case usage = 64
    /// Something that the virtual GPU does not do.
    case unavailable = 69
    /// We failed.
    case internalFailure = 70
    /// Somebody interrupted us.
    case interrupted = 130
  }

  let status: Status
  /// `nil` where everything has been said already.
  let message: String?

  init(_ status: Status, _ message: String? = nil) {
    self.status = status
    self.message = message
  }

  var description: String { message ?? "" }
}

/// A status that is not ours but the program's that was run.
struct ProgramStatus: Error {
  let status: Int32
}

extension Basic {
  /// Ends the process as an error asks for: a sentence on standard error, nothing on standard output.
  static func exit(reporting error: any Error) -> Never {
    if let program = error as? ProgramStatus { Basic.exit(withError: ExitCode(program.status)) }
    guard let failure = failure(for: error) else { Basic.exit(withError: error) }
    if let message = failure.message {
      let label = Console.standardError.palette.red("Error:")
      Console.standardError.write("\(label) \(message.printableLines)\n")
    }
    Basic.exit(withError: ExitCode(failure.status.rawValue))
  }

  /// What an error means for the command; `nil` for those that the argument parser reports itself: help that was asked
  /// for, and arguments that it does not know.
  static func failure(for error: any Error) -> CommandFailure? {
    switch error {
    case let failure as CommandFailure: failure
    case is CancellationError: CommandFailure(.interrupted, "Interrupted; what was not finished is not kept.")
    case let error as KernelBenchError:
      CommandFailure(error.code == .unwritable ? .internalFailure : .usage, error.message)
    case let error as PromptingError: CommandFailure(.usage, error.message)
    case let error as SpeculativeDecodingError: CommandFailure(.usage, error.message)
    case let error as LlamaRuntimeError:
      CommandFailure(error.code == .passFailed ? .internalFailure : .usage, error.message)
    case let error as CUDAToolchainError: CommandFailure(.internalFailure, error.message)
    case let error as RunStoreError: CommandFailure(error)
    case let error as ConfigurationError: CommandFailure(.usage, error.message)
    case let error as LanguageModelClientsError: CommandFailure(.unavailable, error.description)
    case let error as KernelEvaluationError: CommandFailure(.internalFailure, error.message)
    case let error as FileError: CommandFailure(.internalFailure, error.description)
    case let code as ExitCode: CommandFailure(.init(rawValue: code.rawValue) ?? .internalFailure)
    default:
      [ExitCode.success, .validationFailure].contains(exitCode(for: error))
        ? nil : CommandFailure(.internalFailure, "This should not have happened: \(error)")
    }
  }
}
