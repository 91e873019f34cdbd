import KernelBench

/// The integers in a candidate: a Python module with CUDA sources in its strings.
struct CandidateLiterals {
  private(set) var literals: [SizeLiteral] = []

  private let source: [UInt8]
  private var lineStarts: [Int] = [0]
  /// The module's names that are read outside of what makes inputs.
  private var readings: Set<String> = []
  /// The functions that are being read, with the names that are their own: those do not read the module's.
  private var scopes: [(column: Int, names: Set<String>)] = []
  /// Integers that module variables are, which count only if the variable is read.
  private var variables: [(name: String, literals: [SizeLiteral], reads: Set<String>)] = []

  private static let inputMakers: Set<String> = ["get_inputs", "get_init_inputs"]

  init(_ text: String) {
    source = Array(text.utf8)
    for (index, byte) in source.enumerated() where byte == UInt8(ascii: "\n") { lineStarts.append(index + 1) }
    var statement: [PythonToken] = []
    var skipsBlock = false
    for token in PythonLexer(source) {
      switch token.kind {
      case .comment, .lineBreak, .continuation: continue
      case .newline:
        take(statement, &skipsBlock)
        statement.removeAll(keepingCapacity: true)
      default: statement.append(token)
      }
    }
    take(statement, &skipsBlock)
    // What only an unread variable is made of is not read either. Backwards, for a variable is made of earlier ones.
    for variable in variables.reversed() where readings.contains(variable.name) {
      readings.formUnion(variable.reads)
      literals += variable.literals
    }
  }

  private func word(_ token: PythonToken) -> String { String(decoding: source[token.range], as: UTF8.self) }

  private func line(at position: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= position { low = middle } else { high = middle }
    }
    return low + 1
  }

  private mutating func take(_ statement: [PythonToken], _ skipsBlock: inout Bool) {
    guard let first = statement.first else { return }
    let isTop = lineStarts.contains(sorted: first.range.lowerBound)
    if isTop {
      let head = word(first)
      let second = statement.count > 1 ? word(statement[1]) : ""
      skipsBlock = head == "def" && Self.inputMakers.contains(second) || head == "if" && second == "__name__"
    }
    guard !skipsBlock else { return }
    // A statement that is a string is a documentation comment.
    if statement.count == 1, first.kind == .string { return }
    let words = statement.map(word)
    let isAssignment = isTop && statement.count > 2 && first.kind == .name && (words[1] == "=" || words[1] == ":")
    let header = enterScope(statement, words)
    var found: [SizeLiteral] = []
    var read: Set<String> = []
    for (index, token) in statement.enumerated() {
      switch token.kind {
      case .name where index >= header && !(isAssignment && index == 0):
        if isReading(words, index) { read.insert(words[index]) }
      case .number:
        // A parameter's default gives way to the caller's value.
        if index < header, words[index - 1] == "=" { continue }
        let name = index > 1 && words[index - 1] == "=" ? words[index - 2] : nil
        for value in Self.values(words[index...]) {
          found.append(SizeLiteral(value: value, name: name, line: line(at: token.range.lowerBound), isInCUDA: false))
        }
      case .string, .unterminatedString:
        let text = source[token.range]
        guard CLiterals.isCode(text) else { continue }
        literals += CLiterals(text, firstLine: line(at: token.range.lowerBound)).literals
      default: continue
      }
    }
    if isAssignment {
      variables.append((words[0], found, read))
    } else {
      literals += found
      readings.formUnion(read)
    }
  }

  /// Notes which function a statement belongs to, and what it names there; the number of tokens of a function's header.
  private mutating func enterScope(_ statement: [PythonToken], _ words: [String]) -> Int {
    let start = statement[0].range.lowerBound
    let column = start - lineStarts[line(at: start) - 1]
    while let scope = scopes.last, column <= scope.column { scopes.removeLast() }
    guard words[0] == "def" || words[0] == "async" && words.dropFirst().first == "def" else {
      if !scopes.isEmpty, let end = Self.position(of: "=", in: words) {
        scopes[scopes.count - 1].names.formUnion(words[..<end])
      }
      return 0
    }
    let header = Self.position(of: ":", in: words) ?? words.count
    scopes.append((column, Set(words[..<header])))
    return header
  }

  /// The first such word outside of brackets.
  private static func position(of wanted: String, in words: [String]) -> Int? {
    var depth = 0
    for (index, word) in words.enumerated() {
      if depth == 0, word == wanted { return index }
      if word == "(" || word == "[" || word == "{" { depth += 1 }
      if word == ")" || word == "]" || word == "}" { depth -= 1 }
    }
    return nil
  }

  /// Whether a name is a variable of the module's, and neither an attribute, a keyword argument, nor a function's own.
  private func isReading(_ words: [String], _ index: Int) -> Bool {
    if index > 0, words[index - 1] == "." { return false }
    if index > 0, words[index - 1] == "(" || words[index - 1] == ",", words.dropFirst(index + 1).first == "=" {
      return false
    }
    return !scopes.contains { $0.names.contains(words[index]) }
  }

  /// What a number is, and what it is with one that it is multiplied with, shifted or raised by: `16`, `16 * 1024`.
  static func values(_ words: ArraySlice<String>) -> [Int] {
    guard let first = words.first, let value = integer(first) else { return [] }
    guard words.count >= 3, let other = integer(words[words.startIndex + 2]) else { return [value] }
    switch words[words.startIndex + 1] {
    case "*":
      let (product, overflow) = value.multipliedReportingOverflow(by: other)
      return overflow ? [value] : [value, product]
    case "<<" where other < 40 && value < 1 << 20: return [value << other]
    case "**" where value == 2 && other < 60: return [1 << other]
    default: return [value]
    }
  }

  /// An integer literal of Python or C: `1024`, `1_000`, `0x400`, `1024UL`, `1'000`.
  static func integer(_ text: String) -> Int? {
    var digits = text.lowercased().filter { $0 != "_" && $0 != "'" }
    if digits.hasPrefix("0x") { return Int(digits.dropFirst(2).filter { $0 != "l" && $0 != "u" }, radix: 16) }
    while let last = digits.last, last == "u" || last == "l" || last == "z" { digits.removeLast() }
    return Int(digits)
  }
}

extension [Int] {
  /// Whether an ascending array has an element; O(log *n*).
  fileprivate func contains(sorted element: Int) -> Bool {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < element { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low] == element
  }
}
