import KernelBench
import KernelPrompting
import LlamaRuntime
import SpeculativeDecoding
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a model's answer comes to for a problem.
struct Answer {
  let code: String?
  let language: CodeLanguage
  let isTruncated: Bool
  let notes: [String]

  init(_ text: String, problem: Problem, prompt: Prompt) {
    switch CodeExtraction(answer: text, kind: problem.kind, prefix: prompt.answerPrefix) {
    case .nothing(let reason):
      code = nil
      language = problem.kind == .module ? .python : .cuda
      isTruncated = false
      notes = [reason]
    case .code(let extracted):
      var notes = extracted.notes
      var code: String? = extracted.source
      if problem.kind == .plainPrompt, let skeleton = try? ProgramSkeleton(prompt: problem.source) {
        do {
          code = try skeleton.program(with: extracted.source)
        } catch {
          notes.append("\(error)")
        }
      }
      self.code = code
      language = extracted.language
      isTruncated = extracted.isTruncated
      self.notes = notes
    }
  }
}

/// The names of the files that a run leaves.
struct OutputNames {
  private let problem: Problem

  init(_ problem: Problem) { self.problem = problem }

  func kernel(_ language: CodeLanguage) -> String {
    language == .cuda ? stem + "_kernel.cu" : run(.kernel) ?? stem + "_kernel.py"
  }

  var prompt: String { run(.prompt) ?? stem + "_prompt.txt" }
  var answer: String { stem + "_answer.txt" }
  var report: String { stem + "_report.json" }

  private func run(_ content: RunFileName.Content) -> String? {
    problem.id.map { "\(RunFileName($0, sample: 0, content: content))" }
  }

  private var stem: String {
    guard let kernel = run(.kernel) else { return problem.outputName }
    return kernel.hasSuffix("_kernel.py") ? String(kernel.dropLast("_kernel.py".count)) : kernel
  }
}

/// A trace that is being written. The first failure is kept and thrown at the end: the text is worth more than its trace.
final class TraceFile: Sendable {
  private struct State: @unchecked Sendable {
    // Safe: only touched with the mutex held.
    var file: LineFile
    var failure: (any Error)?
  }

  private let state: Mutex<State>

  init(path: String, header: TraceHeader) throws {
    let file = try LineFile(path: path)
    try file.append(try JSON.line(header))
    state = Mutex(State(file: file))
  }

  func append(_ line: TraceLine) {
    state.withLock { state in
      guard state.failure == nil else { return }
      do { try state.file.append(try JSON.line(line)) } catch { state.failure = error }
    }
  }

  func finish() throws {
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }
}

/// The text of single tokens for the live view, which tells drafted tokens from others.
///
/// Characters that are spread over tokens would come out broken; the pass's text as a whole is right, so where the pieces
/// do not add up to it, it is shown whole.
final class PieceAssembler: Sendable {
  func pieces(
    of record: PassRecord, text: String, vocabulary: LlamaVocabulary
  ) -> [(text: String, isDrafted: Bool)] {
    let pieces = record.tokens.enumerated().map { index, token in
      (text: String(decoding: vocabulary.bytes(of: token), as: UTF8.self), isDrafted: index < record.accepted.count)
    }
    return pieces.map(\.text).joined() == text ? pieces : [(text, false)]
  }
}

/// The most memory that this process has held.
enum PeakMemory {
  static var bytes: Int {
    var usage = rusage()
    #if os(Linux)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    #else
      getrusage(RUSAGE_SELF, &usage)
    #endif
    #if os(Linux)
      return usage.ru_maxrss * 1024
    #else
      return usage.ru_maxrss
    #endif
  }
}
