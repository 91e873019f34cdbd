import ArgumentParser
import CUDAToolchain
import KernelBench
import KernelEvaluation
import KernelPrompting
import VirtualGPU

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Judging as several commands do it.
enum Judging {
  /// Judges, with errors as a command reports them.
  static func judge(
    _ reference: String, _ candidate: String, _ options: JudgeOptions, _ context: ProcessContext,
    device: DeviceChoice = .auto, announce: @escaping @Sendable (String) -> Void
  ) async throws -> Judgement {
    try await reporting {
      let tools = try await EvaluationTools.find(
        toolchain(context), device: device.choice, environment: context.environment)
      return try await KernelJudge(tools: tools, options: options)
        .judge(reference: reference, candidate: candidate, announce: announce)
    }
  }

  /// What judging needs, looked for once.
  ///
  /// - Parameter hasVirtual: whether the command could do with the virtual GPU.
  static func tools(
    _ context: ProcessContext, device: DeviceChoice, hasVirtual: Bool = true
  ) async throws -> EvaluationTools {
    try await reporting(hasVirtual: hasVirtual) {
      try await EvaluationTools.find(toolchain(context), device: device.choice, environment: context.environment)
    }
  }

  /// Judges a program that checks itself.
  static func judge(
    program: String, _ options: JudgeOptions, _ context: ProcessContext,
    announce: @escaping @Sendable (String) -> Void
  ) async throws -> Judgement {
    try await reporting {
      let tools = try BuildTools(toolchain: try await toolchain(context), environment: context.environment)
      return try await ProgramJudge(tools: tools, options: options).judge(program, announce: announce)
    }
  }

  private static func toolchain(_ context: ProcessContext) async throws -> Toolchain {
    try await Toolchain.find(
      environment: context.environment,
      roots: CandidateCompiler(environment: context.environment, executable: context.executable).roots)
  }

  private static func reporting<Result>(
    hasVirtual: Bool = true, _ body: () async throws -> Result
  ) async throws -> Result {
    do {
      return try await body()
    } catch let error as KernelEvaluationError {
      if error.code == .noGPU {
        let hint = hasVirtual ? " --device virtual judges on this machine's processors." : ""
        throw CommandFailure(.unavailable, error.message + hint)
      }
      let isOurs = error.code == .internalFailure || error.code == .fileSystem
      throw CommandFailure(isOurs ? .internalFailure : .usage, error.message)
    } catch let error as VirtualGPUError {
      throw CommandFailure(error.code == .missingTool ? .usage : .internalFailure, error.message)
    }
  }
}

/// A candidate's file.
enum CandidateFile {
  /// The most bytes of a candidate.
  static let limit = 4 << 20

  /// A source's text as Python decodes it (PEP 263): UTF-8, with or without a byte-order mark, unless one of its first two lines
  /// declares Latin-1. Nil where it is no such text, so that Python refuses it.
  static func text(_ bytes: [UInt8]) -> String? {
    let isMarked = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    let head = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false).prefix(2)
    let declares = head.contains { line in
      let line = String(decoding: line, as: UTF8.self).lowercased()
      guard line.drop(while: \.isWhitespace).hasPrefix("#"), let place = line.firstRange(of: "coding") else {
        return false
      }
      let name = line[place.upperBound...].drop { $0 == ":" || $0 == "=" || $0.isWhitespace }
      return ["latin-1", "latin1", "iso-8859-1", "iso8859-1"].contains { name.hasPrefix($0) }
    }
    if declares, !isMarked { return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })) }
    return String(validating: isMarked ? bytes.dropFirst(3) : bytes[...], as: UTF8.self)
  }

  /// Reads it. What is no text is the candidate's fault and is judged; that there is no file is the caller's.
  static func read(_ name: String) throws -> String? {
    let bytes =
      name == "-"
      ? try FileBytes.readStandardInput(limit: limit) : try FileBytes.read(path: name, limit: limit)
    return text(bytes)
  }
}

extension JudgeOptions.Precision {
  /// What a kernel was asked for.
  init(_ precision: KernelPrecision) {
    switch precision {
    case .fp32: self = .fp32
    case .fp16: self = .fp16
    case .bf16: self = .bf16
    }
  }
}
