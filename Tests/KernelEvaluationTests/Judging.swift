import CUDAToolchain
import Foundation
import KernelEvaluation
import KernelVerdicts
import Testing
import VirtualGPU

/// A judge for tests, on the virtual GPU, with the project's own Python.
enum Judging {
  static let environment = ProcessInfo.processInfo.environment
  static let isLong = environment["BASIC_LONG_TESTS"] != nil
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().path

  /// What judging needs, or the sentence that says what is missing.
  static let tools: Result<EvaluationTools, any Error> = {
    // Once for all tests; the task runs on another thread.
    let box = Box()
    let done = DispatchSemaphore(value: 0)
    Task.detached {
      do {
        let toolchain = try await Toolchain.find(environment: environment, roots: [TestWorker.root])
        box.value = .success(try await EvaluationTools.find(toolchain, environment: environment))
      } catch {
        box.value = .failure(error)
      }
      done.signal()
    }
    done.wait()
    return box.value ?? .failure(CancellationError())
  }()

  private final class Box: @unchecked Sendable {
    // Written before the semaphore is signalled, read after it was waited for.
    var value: Result<EvaluationTools, any Error>?
  }

  static var areToolsThere: Bool { (try? tools.get()) != nil }

  static func judge(
    _ reference: String, _ candidate: String, _ change: (inout JudgeOptions) -> Void = { _ in }
  ) async throws -> Judgement {
    var options = JudgeOptions(trials: 4, seed: 11, timeLimit: .seconds(60))
    change(&options)
    return try await KernelJudge(tools: try tools.get(), options: options)
      .judge(reference: reference, candidate: candidate)
  }

  static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(path)")), as: UTF8.self)
  }
}
