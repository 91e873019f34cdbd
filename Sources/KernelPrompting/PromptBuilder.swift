public import GPUModels
public import KernelBench

/// Writes prompts.
///
/// The same problem, form, GPU and precision give the same prompt, byte for byte.
public struct PromptBuilder: Hashable, Sendable {
  /// How the problem is put.
  public let form: PromptForm
  /// The GPU that the kernel is for; ``PromptForm/compact`` does not mention it.
  public let gpu: GPUModel
  /// The precision that is asked for; ``PromptForm/compact`` does not mention it.
  public let precision: KernelPrecision

  /// Makes a writer of prompts.
  public init(form: PromptForm, gpu: GPUModel = .h100, precision: KernelPrecision = .fp32) {
    self.form = form
    self.gpu = gpu
    self.precision = precision
  }

  /// The prompt for a problem.
  ///
  /// - Throws: ``PromptingError/Code/incompletePrompt`` if a plain prompt is to be made compact and is not made of a
  ///   PyTorch function, the line `C code begins:` and a program with a kernel. The other forms take any problem.
  /// - Complexity: O(*n*) for a problem of *n* bytes.
  public func prompt(for problem: Problem) throws(PromptingError) -> Prompt {
    switch form {
    case .instruct: Prompt(form: form, content: .messages(messages(problem)))
    case .completion: completion(problem)
    case .compact: try compact(problem)
    }
  }

  // MARK: Instruct

  private func messages(_ problem: Problem) -> [PromptMessage] {
    let system = """
      You are an expert in CUDA and PyTorch who replaces PyTorch code by fast CUDA kernels that compute the same. \
      \(gpu.sentence(precision)) \(precision.sentence)
      """
    let user =
      switch problem.kind {
      case .plainPrompt: problem.source
      case .module:
        """
        Replace a PyTorch module by a faster one that is built on CUDA kernels of your own.

        You are given a Python file that defines `Model`, `get_inputs()` and perhaps `get_init_inputs()`. Write a Python \
        file that defines `ModelNew`:

        \(Self.rules)

        An example of a problem:

        \(Self.fenced(PromptExample.problem))

        and of an answer to it:

        \(Self.fenced(PromptExample.answer))

        The problem:

        \(Self.fenced(problem.source))

        Answer with the complete file in one ```python fence and nothing else.
        """
      }
    return [PromptMessage(role: .system, text: system), PromptMessage(role: .user, text: user)]
  }

  private static let rules = """
    - `ModelNew` has the same constructor arguments, the same `forward` arguments, and parameters and buffers of the \
    same names and shapes as `Model`, so that a `state_dict` of one loads into the other.
    - The work is done in `__global__` functions of yours, compiled with `torch.utils.cpp_extension.load_inline`. Fuse \
    what can be fused; what you leave to PyTorch is not faster.
    - The results are right for any input of the given shapes, including negative, large and non-finite values; the \
    inputs are not changed.
    - No memory is read or written out of bounds, whatever the sizes: guard the last, partly filled block.
    - There is no fallback to PyTorch and no test code.
    """

  // MARK: Completion

  private func completion(_ problem: Problem) -> Prompt {
    let language = problem.kind == .module ? "python" : "cuda"
    let opening = "```\(language)\n"
    let text =
      switch problem.kind {
      case .plainPrompt:
        """
        \(problem.source)

        ## Answer: the complete program

        \(gpu.sentence(precision)) \(precision.sentence)


        """
      case .module:
        """
        # PyTorch modules and their replacements in CUDA

        \(gpu.sentence(precision)) \(precision.sentence) Each `ModelNew` computes the same as its `Model`, only faster, \
        in CUDA kernels compiled by `load_inline`.

        ## Problem 1

        \(Self.fenced(PromptExample.problem))

        ## Answer 1

        \(Self.fenced(PromptExample.answer))

        ## Problem 2

        \(Self.fenced(problem.source))

        ## Answer 2


        """
      }
    return Prompt(
      form: .completion, content: .segments([.text(text + opening)]), stopSequences: ["\n```"], answerPrefix: opening)
  }

  // MARK: Compact

  private func compact(_ problem: Problem) throws(PromptingError) -> Prompt {
    let (token, text) =
      switch problem.kind {
      case .module: ("<|problem|>", CompactForm.module(problem.source))
      case .plainPrompt: ("<|program|>", try CompactForm.program(problem.source))
      }
    return Prompt(
      form: .compact, content: .segments([.specialToken(token), .text(text), .specialToken("<|kernel|>")]))
  }

  private static func fenced(_ code: String) -> String { QuotedText.block(code, language: "python") }
}
