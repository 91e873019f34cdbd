import KernelBench
public import KernelPrompting

/// A program without what does not matter to it: comments, blanks, and the layout of lines, in Python and in the CUDA that its
/// strings hold. Two candidates with the same normalised source are the same program.
///
/// It errs on the side of difference: what is not understood stays as it is, so that two programs are never taken for one
/// because of a blank that mattered. Kept are
/// - the structure that Python's indentation and line ends give, but not its width;
/// - strings, but for those that hold CUDA or C++, whose comments and blanks go;
/// - line ends of preprocessor directives, blanks within them, and blanks between two operators (`a + +b`) and beside literals.
///
/// What a macro turns into a text (`#x`) is the one thing that may differ: the blanks in such a text.
///
/// Docstrings are kept: a program can read them.
public struct NormalisedSource: Sendable, Hashable {
  /// The normalised bytes: tokens with a zero byte after each. They are no program.
  let bytes: [UInt8]

  /// Normalises a program.
  ///
  /// - Complexity: O(*n*) for a source of *n* bytes.
  public init(_ source: String, language: CodeLanguage) {
    switch language {
    case .python: bytes = PythonNormaliser(Array(source.utf8)).normalised()
    case .cuda: bytes = CUDANormaliser(Array(source.utf8)).normalised()
    }
  }

  /// Sixteen hexadecimal digits to tell programs apart in records: the FNV-1a hash of the normalised bytes.
  ///
  /// It is no proof: a search compares the normalised sources themselves.
  public var hash: String {
    let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// Python's part of it.
private struct PythonNormaliser {
  /// What ends a token, and marks for structure; none of them is a byte of a Python program.
  private static let end: UInt8 = 0
  private static let line: UInt8 = 1
  private static let indent: UInt8 = 2
  private static let dedent: UInt8 = 3
  /// Before CUDA code in place of a string.
  private static let embedded: UInt8 = 4

  private let source: [UInt8]
  private var output: [UInt8] = []
  private var indentations = [0]

  init(_ source: [UInt8]) { self.source = source }

  func normalised() -> [UInt8] {
    var copy = self
    copy.run()
    return copy.output
  }

  private mutating func run() {
    var lexer = PythonLexer(source)
    var isLineStart = true
    var lineStart = 0
    while let token = lexer.next() {
      switch token.kind {
      case .comment:
        continue
      case .lineBreak:
        if isLineStart { lineStart = token.range.upperBound }
        continue
      case .continuation:
        continue
      case .newline:
        output += [Self.line, Self.end]
        isLineStart = true
        lineStart = token.range.upperBound
        continue
      default:
        break
      }
      if isLineStart {
        isLineStart = false
        indent(to: width(from: lineStart, to: token.range.lowerBound))
      }
      let text = source[token.range]
      if token.kind == .string, let code = PythonLiteral.embeddedCode(text) {
        output.append(Self.embedded)
        output += CUDANormaliser(code).normalised()
      } else {
        output += text
      }
      output.append(Self.end)
    }
    if !isLineStart { output += [Self.line, Self.end] }
  }

  private mutating func indent(to width: Int) {
    if width > indentations[indentations.count - 1] {
      indentations.append(width)
      output += [Self.indent, Self.end]
    }
    while width < indentations[indentations.count - 1] {
      indentations.removeLast()
      output += [Self.dedent, Self.end]
    }
    // A width that was never opened is no Python; it is kept apart from one that was.
    if width > indentations[indentations.count - 1] {
      indentations.append(width)
      output += [Self.dedent, Self.indent, Self.end]
    }
  }

  /// The column that a line's first token stands in, with tabs to every eighth.
  private func width(from start: Int, to end: Int) -> Int {
    var width = 0
    for byte in source[min(start, end)..<end] {
      switch byte {
      case UInt8(ascii: "\t"): width = (width / 8 + 1) * 8
      case 0x0C: width = 0
      default: width += 1
      }
    }
    return width
  }
}
