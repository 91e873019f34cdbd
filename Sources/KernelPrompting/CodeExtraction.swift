public import KernelBench

/// What a model's answer comes to: code, or the reason why there is none.
///
/// Models wrap code in prose, in one fence or in several, think aloud first, break off, or decline. The rules, in order:
///
/// 1. Reasoning (`<think>…</think>`, also when one of the tags is missing) is put aside. It is searched only if the
///    answer proper holds no code.
/// 2. Of the fenced blocks the last complete one wins that holds what is asked for, or else the last one: for a module a
///    class `ModelNew`, for a plain prompt a kernel and, if there is one, the `main` with it.
/// 3. Blocks that belong together are joined. A block with `ModelNew` that does not import PyTorch gets the Python
///    blocks before it in front. If `load_inline` is given a name that nothing defines, the last CUDA block becomes
///    that string. For a plain prompt, a kernel's block and the block of its `main` are put one after the other.
/// 4. Failing that, code outside of fences is taken, from where it begins to where it ends.
/// 5. Failing that, the next best: Python with a kernel but another class, CUDA alone, any PyTorch module.
///
/// Every step that was needed is in the ``ExtractedCode/notes``.
public enum CodeExtraction: Hashable, Sendable {
  /// The answer holds code.
  case code(ExtractedCode)
  /// The answer holds none; the reason is a sentence for a person.
  case nothing(reason: String)

  /// Extracts the code of an answer.
  ///
  /// It takes any text and never fails.
  ///
  /// - Parameters:
  ///   - answer: What the model wrote.
  ///   - kind: What it was asked for.
  ///   - prefix: ``Prompt/answerPrefix`` of the prompt. If it is not empty, a missing closing fence, which may have
  ///     been the stop sequence, does not count as a truncation; an open bracket still does.
  /// - Complexity: O(*n*) for an answer of *n* bytes whose fences are balanced.
  public init(answer: String, kind: Problem.Kind, prefix: String = "") {
    let text = AnswerText(prefix + answer)
    let notes = text.wasEscaped ? ["HTML entities were turned back into characters."] : []
    let isContinuation = !prefix.isEmpty
    if let code = Self.code(in: text.answer, kind, isContinuation, notes) {
      self = .code(code)
    } else if let code = Self.code(
      in: text.reasoning, kind, isContinuation,
      notes + ["The code is from the model's reasoning; the answer itself holds none."])
    {
      self = .code(code)
    } else {
      self = .nothing(reason: Self.reason(text, kind))
    }
  }

  /// The code, if there is any.
  public var code: ExtractedCode? {
    switch self {
    case .code(let code): code
    case .nothing: nil
    }
  }

  private static func code(
    in text: String, _ kind: Problem.Kind, _ isContinuation: Bool, _ notes: [String]
  ) -> ExtractedCode? {
    let fenced = FencedBlocks(text)
    var pieces = fenced.blocks.map { block in
      // Of a continuation the last fence may be the one that decoding stopped at.
      CodePiece(
        block.content, tag: CodeLanguage(tag: block.tag),
        isClosed: isContinuation && !block.isClosed ? nil : block.isClosed)
    }
    let fencedCount = pieces.count
    if let code = UnfencedCode.find(in: fenced.prose) { pieces.append(CodePiece(code, tag: nil, isClosed: nil)) }

    func choose(_ pieces: [CodePiece]) -> ExtractedCode? {
      switch kind {
      case .module: ModuleAssembly.answer(pieces, notes)
      case .plainPrompt: ProgramAssembly.answer(pieces, notes)
      }
    }
    if let code = choose(Array(pieces[..<fencedCount])) ?? choose(pieces) { return code }
    return secondBest(pieces, kind, notes)
  }

  /// Code that is not what was asked for, but that a repair can begin with.
  private static func secondBest(_ pieces: [CodePiece], _ kind: Problem.Kind, _ notes: [String]) -> ExtractedCode? {
    let choices: [(String, (CodePiece) -> Bool)] = [
      ("It is Python without a class ModelNew.", { $0.language == .python && $0.hasKernel }),
      ("It is CUDA without the Python module around it.", { $0.language == .cuda && $0.hasKernel }),
      ("It has no CUDA kernel and no class ModelNew.", { $0.language == .python && $0.importsTorch }),
      ("It is Python, not a CUDA program.", { $0.definesModelNew }),
    ]
    for (note, condition) in choices {
      guard let index = pieces.best(condition), let language = pieces[index].language else { continue }
      let piece = pieces[index]
      let text = kind == .plainPrompt && language == .python ? choices[3].0 : note
      return ExtractedCode(
        source: piece.source, language: language, isTruncated: piece.isTruncated, notes: notes + [text])
    }
    return nil
  }

  private static func reason(_ text: AnswerText, _ kind: Problem.Kind) -> String {
    func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }
    if isBlank(text.answer) {
      return isBlank(text.reasoning)
        ? "The answer is empty." : "The answer is nothing but reasoning; it may have run out of tokens."
    }
    let wanted = kind == .module ? "class ModelNew" : "__global__ function"
    return FencedBlocks(text.answer).blocks.isEmpty
      ? "The answer holds no code." : "The answer has code fences, but no \(wanted) and no CUDA in them."
  }
}
