extension Problem {
  /// Checks and takes a problem's bytes.
  ///
  /// The kind follows from the name (`.py` is a module, `.txt` a plain prompt) or, on standard input and for other
  /// names, from the text: one that defines `Model` is a module, one with a line `C code begins:` a plain prompt. What
  /// Python makes of the source is found out when it runs; here it must be text and define what KernelBench asks for.
  ///
  /// - Parameters:
  ///   - bytes: The file's content.
  ///   - origin: Where it came from. A path like `…/level1/19_ReLU.py` or `…/prompt_1_19.txt` gives the ``id``.
  /// - Throws: ``KernelBenchError/Code/tooLarge``, ``KernelBenchError/Code/empty``, ``KernelBenchError/Code/notUTF8`` or
  ///   ``KernelBenchError/Code/invalidProblem``.
  public init(bytes: [UInt8], origin: Origin) throws(KernelBenchError) {
    let place =
      switch origin {
      case .file(let path): path
      case .standardInput: "Standard input"
      }
    guard bytes.count <= Self.maximumByteCount else {
      throw KernelBenchError(
        .tooLarge, "\(place) has \(bytes.count) bytes; a problem has at most \(Self.maximumByteCount).")
    }
    let source = try Self.text(bytes, place)
    let (kind, id) = Self.classify(origin, source)
    switch kind {
    case .plainPrompt:
      self.init(kind: .plainPrompt, id: id, source: source, origin: origin, notes: [])
    case .module:
      let outline = PythonOutline(source)
      try Self.check(outline, place)
      var notes: [String] = []
      if !outline.functions.contains("get_init_inputs"), !outline.variables.contains("get_init_inputs") {
        notes.append("\(place) has no get_init_inputs(); Model is made without arguments.")
      }
      self.init(kind: .module, id: id, source: source, origin: origin, notes: notes)
    case nil:
      throw KernelBenchError(
        .invalidProblem,
        """
        \(place) is no problem: it has neither `class Model` at its top level, as a module in KernelBench's format has, \
        nor a line `C code begins:`, as a plain prompt has.
        """)
    }
  }

  /// The line that parts the PyTorch function from the skeleton of the program in a plain prompt.
  package static let skeletonMarker = "C code begins:"

  private static func text(_ bytes: [UInt8], _ place: String) throws(KernelBenchError) -> String {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw KernelBenchError(.notUTF8, "\(place) is UTF-16 text. Save it as UTF-8.")
    }
    let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    guard body.contains(where: { $0 > UInt8(ascii: " ") }) else {
      throw KernelBenchError(.empty, "\(place) is empty.")
    }
    guard let source = String(validating: body, as: UTF8.self), !body.contains(0) else {
      throw KernelBenchError(.notUTF8, "\(place) is not UTF-8 text. Is it the right file? If it is, save it as UTF-8.")
    }
    return source
  }

  private static func classify(_ origin: Origin, _ source: String) -> (Kind?, ProblemID?) {
    if case .file(let path) = origin {
      let (parent, name) = lastComponents(of: path)
      if name.hasSuffix(".txt") { return (.plainPrompt, PromptFileName(String(name))?.id) }
      if name.hasSuffix(".py") {
        guard let level = parent.flatMap(level(ofFolder:)), let parts = ProblemFileName(String(name)) else {
          return (.module, nil)
        }
        return (.module, ProblemID(level: level, problem: parts.problem))
      }
    }
    if PythonOutline(source).classes.contains("Model") { return (.module, nil) }
    let lines = source.split(whereSeparator: \.isNewline)
    return (lines.contains { $0.hasPrefix(skeletonMarker) } ? .plainPrompt : nil, nil)
  }

  private static func check(_ outline: PythonOutline, _ place: String) throws(KernelBenchError) {
    guard outline.classes.contains("Model") else {
      let hint =
        if outline.classes.contains("ModelNew") {
          "It defines ModelNew, so it may be an answer rather than a problem."
        } else if let other = outline.classes.first, outline.classes.count == 1 {
          "It defines \(other); rename it to Model."
        } else {
          "Name the module to be replaced Model."
        }
      throw KernelBenchError(.invalidProblem, "\(place) has no `class Model` at its top level. \(hint)")
    }
    guard outline.functions.contains("get_inputs") || outline.variables.contains("get_inputs") else {
      throw KernelBenchError(
        .invalidProblem,
        "\(place) has no `def get_inputs` at its top level. Add one that returns the list of Model.forward's arguments."
      )
    }
  }
}
