import KernelBench

/// The program of a plain prompt, in which one kernel is still to be written.
public struct ProgramSkeleton: Hashable, Sendable {
  /// The kernel that the program launches and an answer has to define.
  public let kernelName: String

  private let source: String
  private let placeholders: [Placeholder]

  private struct Placeholder: Hashable {
    let name: String
    let range: Range<Int>
  }

  /// Reads the program behind the line `C code begins:` of a plain prompt.
  ///
  /// - Throws: ``PromptingError/Code/incompletePrompt`` if the line or a `__global__` function behind it is missing.
  public init(prompt: String) throws(PromptingError) {
    let lines = String(decoding: CompactForm.unixLines(prompt), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    guard let marker = lines.firstIndex(where: { $0.hasPrefix(Problem.skeletonMarker) }) else {
      throw PromptingError(
        .incompletePrompt, "The prompt has no line `\(Problem.skeletonMarker)` before its C code.")
    }
    source = lines[(marker + 1)...].drop { $0.isEmpty }.joined(separator: "\n")
    placeholders = CUDASource(source).kernels.map { Placeholder(name: $0.name, range: $0.range) }
    guard let first = placeholders.first else {
      throw PromptingError(
        .incompletePrompt, "The program behind `\(Problem.skeletonMarker)` has no `__global__` function to fill in.")
    }
    kernelName = first.name
  }

  /// The whole program with an answer in it.
  ///
  /// An answer that has a `main` is the program. Any other takes the place of the first kernel of the skeleton; further
  /// kernels of the skeleton that the answer defines too give way to it.
  ///
  /// - Parameter answer: Code alone, as ``CodeExtraction`` gives it.
  /// - Throws: ``PromptingError/Code/noKernel`` if the answer has neither a `main` nor a complete kernel of the name
  ///   that the program launches.
  /// - Complexity: O(*n*) for a program of *n* bytes.
  public func program(with answer: String) throws(PromptingError) -> String {
    let code = CUDASource(answer)
    if code.hasMain { return answer }
    let defined = Set(code.kernels.filter(\.isDefinition).map(\.name))
    guard defined.contains(kernelName) else {
      let found = defined.isEmpty ? "none that is complete" : "only " + defined.sorted().joined(separator: ", ")
      throw PromptingError(.noKernel, "The program launches \(kernelName), but of kernels the answer has \(found).")
    }
    let bytes = Array(source.utf8)
    var program = Array(bytes[..<placeholders[0].range.lowerBound])
    program += answer.utf8
    while program.last == UInt8(ascii: "\n") { program.removeLast() }
    var position = placeholders[0].range.upperBound
    for placeholder in placeholders.dropFirst() where defined.contains(placeholder.name) {
      program += bytes[position..<placeholder.range.lowerBound]
      position = placeholder.range.upperBound
    }
    program += bytes[position...]
    if program.last != UInt8(ascii: "\n") { program.append(UInt8(ascii: "\n")) }
    return String(decoding: program, as: UTF8.self)
  }
}
