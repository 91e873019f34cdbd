public import KernelBench

extension PromptForm {
  /// Whether a model that is asked in this form reads what was found out about an earlier answer.
  ///
  /// The bundled pair's models have seen nothing but problems and kernels: they do not, and are asked afresh.
  public var readsFeedback: Bool { self != .compact }
}

/// Prompts that go on from an earlier answer.
///
/// They begin with the same bytes as ``prompt(for:)`` does for the problem, so that an engine or an endpoint that keeps
/// prefixes reads the problem once: a conversation's first messages are the same, and of a completion everything up to the
/// fence of the answer. After these come the earlier answer and what the check says about it.
///
/// With ``PromptForm/compact`` they are ``prompt(for:)``: another sample. ``PromptForm/readsFeedback`` says so beforehand.
extension PromptBuilder {
  /// Asks for a faster answer than one that is right.
  ///
  /// - Parameters:
  ///   - source: the earlier answer's code.
  ///   - problem: the problem.
  ///   - feedback: what was measured or counted.
  /// - Throws: as ``prompt(for:)``.
  /// - Complexity: O(*n*) for texts of *n* bytes.
  public func variant(
    of source: String, for problem: Problem, _ feedback: Feedback
  ) throws(PromptingError) -> Prompt {
    try refinement(of: source, for: problem, feedback, Self.variantTask, heading: "faster and just as correct")
  }

  /// Asks for an answer without an earlier one's mistakes.
  ///
  /// - Parameters:
  ///   - source: the earlier answer's code.
  ///   - problem: the problem.
  ///   - feedback: what is wrong.
  /// - Throws: as ``prompt(for:)``.
  /// - Complexity: O(*n*) for texts of *n* bytes.
  public func repair(
    of source: String, for problem: Problem, _ feedback: Feedback
  ) throws(PromptingError) -> Prompt {
    try refinement(of: source, for: problem, feedback, Self.repairTask(feedback.kind), heading: "corrected")
  }

  private func refinement(
    of source: String, for problem: Problem, _ feedback: Feedback, _ task: String, heading: String
  ) throws(PromptingError) -> Prompt {
    let plain = try prompt(for: problem)
    let language = problem.kind == .module ? "python" : "cuda"
    let earlier = QuotedText.block(source, language: language)
    let what = problem.kind == .module ? "file" : "program"
    switch plain.content {
    case .messages(let messages):
      let answer = PromptMessage(role: .assistant, text: earlier)
      let user = PromptMessage(
        role: .user,
        text: """
          Your answer was checked. \(feedback.text)

          \(task)

          Answer with the complete \(what) in one ```\(language) fence and nothing else.
          """)
      return Prompt(form: form, content: .messages(messages + [answer, user]))
    case .segments(let segments):
      guard form.readsFeedback, case .text(let text)? = segments.last else { return plain }
      let number = problem.kind == .module ? " 2" : ""
      let prefix = text.hasSuffix(plain.answerPrefix) ? String(text.dropLast(plain.answerPrefix.count)) : text
      let continued =
        prefix + """
          \(earlier)

          ## What the check says about answer\(number)

          \(feedback.text)

          \(task)

          ## Answer\(number), \(heading): the complete \(what)


          """
      return Prompt(
        form: form, content: .segments([.text(continued + plain.answerPrefix)]), stopSequences: plain.stopSequences,
        answerPrefix: plain.answerPrefix)
    }
  }

  private static let variantTask = """
    Write a version that is faster and still correct for all inputs of these shapes. Begin with what bounds the slowest \
    kernel: bytes moved, uncoalesced or repeated accesses, bank conflicts, idle multiprocessors, work that several kernels \
    could share. Change the approach where a small change would not pay.
    """

  private static func repairTask(_ kind: Feedback.Kind) -> String {
    let first =
      switch kind {
      case .compileError: "Correct what does not compile, and look for further mistakes of the same kind."
      case .wrongResult: "Find out which mistake makes these results wrong, and correct it."
      case .memoryFinding: "Correct the access or the order of threads; guard what can lie beyond the end."
      case .runtimeError: "Correct what makes it fail."
      case .timeout: "Find what does not end or repeats work, and correct it."
      case .rejected: "Let CUDA kernels of your own do the work of the whole module."
      case .unsupported: "Write it in plain CUDA, without what could not be checked here."
      case .tooSlow: "Make it faster."
      }
    return first + " Keep what is right."
  }
}
