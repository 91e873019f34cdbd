import KernelBench

/// A part of an answer that may be code, and what is in it.
struct CodePiece {
  let source: String
  /// `nil` if neither the text nor its fence tells.
  let language: CodeLanguage?
  let outline: PythonOutline
  /// Whether it holds the word `__global__`, in Python anywhere and in CUDA outside of comments.
  let hasKernel: Bool
  let hasMain: Bool
  /// Whether it has an end: its fence is closed, and so are its brackets and strings.
  let isComplete: Bool
  /// Whether the answer broke off in it.
  let isTruncated: Bool

  /// - Parameter isClosed: Whether a fence ends it; `nil` where no fence is to be expected.
  init(_ source: String, tag: CodeLanguage?, isClosed: Bool?) {
    let outline = PythonOutline(source)
    let cuda = CUDASource(source)
    let hasClass = outline.classes.contains { $0 == "ModelNew" || $0 == "Model" }
    if hasClass || outline.variables.contains(where: { $0 == "torch" || $0 == "load_inline" }) {
      language = .python
    } else if cuda.mentionsKernel || source.contains("#include"), tag != .python {
      language = .cuda
    } else {
      language = tag
    }
    self.source = source
    self.outline = outline
    hasKernel = language == .cuda ? cuda.mentionsKernel : source.contains("__global__")
    hasMain = language == .cuda && cuda.hasMain
    let isCutOff = language == .cuda ? cuda.isCutOff : outline.isCutOff
    isComplete = isClosed != false && !isCutOff
    isTruncated = isClosed.map { !$0 } ?? isCutOff
  }

  /// Whether it is Python that defines the class that is asked for.
  var definesModelNew: Bool { language == .python && outline.classes.contains("ModelNew") }

  /// Whether it can stand alone: a class without PyTorch is the rest of a file that began in an earlier fence.
  var importsTorch: Bool { outline.variables.contains("torch") }
}

extension [CodePiece] {
  /// The last piece that fulfils a condition and is complete, or else the last that fulfils it.
  func best(_ condition: (CodePiece) -> Bool) -> Int? {
    lastIndex { condition($0) && $0.isComplete } ?? lastIndex(where: condition)
  }
}
