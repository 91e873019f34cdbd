/// Reads a module from its tokens.
///
/// Every step consumes a token or fails, nothing is read twice but the bodies' braces, and what nests is read to a
/// bounded depth: time and stack are bounded whatever the text.
struct Parser {
  let bytes: [UInt8]
  let tokens: [Token]
  /// The index of the next token; the last token, the end, is never passed.
  var index = 0

  /// What the module has so far.
  var result = PTXModule(
    version: "", target: [], addressSize: 64, files: [:], variables: [], functions: [], aliases: [:])
  /// Where a variable, function or alias of the module is in its list.
  var symbols: [String: ModuleSymbol] = [:]
  /// The strings that the debug sections hold, by label: names of inlined functions.
  var debugStrings = DebugStrings()
  /// The modifiers of opcodes that occurred, by their whole text.
  var opcodes: [String: Opcode] = [:]

  /// The function that is being read: its lists, to which statements are added.
  var registers: [RegisterDeclaration] = []
  var localVariables: [Variable] = []
  var statements: [Statement] = []
  /// The open blocks, the function's own first.
  var scopes: [Scope] = []
  /// The place of the instructions to come, and where each place that occurred in the function was inlined.
  var position: SourcePosition?
  var positions: [SourcePlace: SourcePosition] = [:]

  enum ModuleSymbol {
    case variable(Int)
    case function(Int)
    case alias
  }

  struct Opcode {
    var name: String
    var modifiers: [String]
  }

  init(_ bytes: [UInt8]) throws(PTXError) {
    self.bytes = bytes
    tokens = try Lexer.tokens(of: bytes)
  }

  // MARK: Tokens

  var token: Token { tokens[index] }
  var line: Int { Int(tokens[index].line) }

  func text(_ token: Token) -> String {
    String(decoding: bytes[Int(token.start)..<Int(token.end)], as: UTF8.self)
  }

  /// The text of a dotted token without its dot, or of a string without its quotation marks.
  func inner(_ token: Token) -> String {
    let end = Int(token.end) - (token.kind == .string ? 1 : 0)
    return String(decoding: bytes[Int(token.start) + 1..<end], as: UTF8.self)
  }

  mutating func advance() {
    if index < tokens.count - 1 { index += 1 }
  }

  func isNext(_ sign: UInt8) -> Bool {
    token.kind == .sign && token.first == sign
  }

  func isNext(dotted name: String) -> Bool {
    token.kind == .dotted && Int(token.end - token.start) == name.utf8.count + 1 && inner(token) == name
  }

  /// Moves past the sign if it comes next.
  mutating func take(_ sign: UInt8) -> Bool {
    guard isNext(sign) else { return false }
    advance()
    return true
  }

  mutating func expect(_ sign: UInt8, _ place: @autoclosure () -> String) throws(PTXError) {
    guard take(sign) else { throw unexpected("`\(Character(UnicodeScalar(sign)))` is expected \(place())") }
  }

  mutating func word(_ what: @autoclosure () -> String) throws(PTXError) -> String {
    guard token.kind == .word else { throw unexpected("\(what()) is expected") }
    defer { advance() }
    return text(token)
  }

  // MARK: Errors

  /// The next token is none of those that may stand here.
  func unexpected(_ expectation: String) -> PTXError {
    guard token.kind != .end else {
      return PTXError(.unexpectedEnd, "\(expectation), but the text ends; it seems to be cut off.", line: line)
    }
    return PTXError(.unexpectedToken, "\(expectation), not `\(shown(text(token)))`.", line: line)
  }

  func failure(_ code: PTXError.Code, _ message: String) -> PTXError {
    PTXError(code, message, line: line)
  }
}

/// A text as an error message can show it.
func shown(_ text: String) -> String {
  text.unicodeScalars.count <= 80 ? text : String(text.unicodeScalars.prefix(77)) + "…"
}

/// The signs that the grammar names, as bytes.
enum Sign {
  static let comma = UInt8(ascii: ",")
  static let semicolon = UInt8(ascii: ";")
  static let colon = UInt8(ascii: ":")
  static let leftParenthesis = UInt8(ascii: "(")
  static let rightParenthesis = UInt8(ascii: ")")
  static let leftBracket = UInt8(ascii: "[")
  static let rightBracket = UInt8(ascii: "]")
  static let leftBrace = UInt8(ascii: "{")
  static let rightBrace = UInt8(ascii: "}")
  static let less = UInt8(ascii: "<")
  static let greater = UInt8(ascii: ">")
  static let at = UInt8(ascii: "@")
  static let exclamation = UInt8(ascii: "!")
  static let bar = UInt8(ascii: "|")
  static let equals = UInt8(ascii: "=")
  static let plus = UInt8(ascii: "+")
  static let minus = UInt8(ascii: "-")
}
