import KernelBench
import KernelPrompting

/// What an answer comes to.
struct AnswerCode: Sendable {
  var source: String?
  var language: CodeLanguage
  var isTruncated = false
  var notes: [String] = []

  /// Takes the code out of an answer, and puts a kernel into the program of a plain prompt.
  ///
  /// - Complexity: O(*n*) for an answer of *n* bytes.
  init(_ answer: String, problem: Problem, prefix: String) {
    language = problem.kind == .module ? .python : .cuda
    switch CodeExtraction(answer: answer, kind: problem.kind, prefix: prefix) {
    case .nothing(let reason):
      notes = [reason]
    case .code(let code):
      source = code.source
      language = code.language
      isTruncated = code.isTruncated
      notes = code.notes
      guard problem.kind == .plainPrompt, let skeleton = try? ProgramSkeleton(prompt: problem.source) else { return }
      do {
        source = try skeleton.program(with: code.source)
      } catch {
        notes.append("\(error)")
      }
    }
  }
}
