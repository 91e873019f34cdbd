import KernelBench
import KernelPrompting

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
