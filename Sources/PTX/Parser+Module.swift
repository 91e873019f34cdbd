extension Parser {
  mutating func module() throws(PTXError) -> PTXModule {
    guard isNext(dotted: "version") else {
      guard token.kind != .end else { throw failure(.notPTX, "the text is empty; PTX begins with `.version`.") }
      throw failure(.notPTX, "PTX begins with `.version`, this begins with `\(shown(text(token)))`.")
    }
    debugStrings = try DebugStrings(of: &self)
    while token.kind != .end {
      try declaration()
    }
    guard !result.target.isEmpty else { throw unexpected("`.target` is expected") }
    return result
  }

  /// Something outside functions.
  private mutating func declaration() throws(PTXError) {
    guard token.kind == .dotted else {
      if take(Sign.semicolon) { return }
      throw unexpected("a directive such as `.visible` is expected")
    }
    switch inner(token) {
    case "version":
      advance()
      guard token.kind == .number else { throw unexpected("the version of PTX is expected") }
      result.version = text(token)
      advance()
    case "target":
      advance()
      repeat { result.target.append(try word("the name of a target")) } while take(Sign.comma)
    case "address_size":
      advance()
      result.addressSize = try integer(upTo: 64, "the bits of an address")
      guard result.addressSize == 64 || result.addressSize == 32 else {
        throw failure(.invalidNumber, "an address has 32 or 64 bits, not \(result.addressSize).")
      }
    case "file": try file()
    case "section": try DebugStrings.skipSection(&self)
    case "pragma": _ = try pragma()
    case "alias":
      advance()
      let name = try word("the other name of a function")
      try expect(Sign.comma, "between the names of `.alias`")
      result.aliases[name] = try word("the name of a function")
      if symbols[name] == nil { symbols[name] = .alias }
      try expect(Sign.semicolon, "after `.alias`")
    default: try definition()
    }
  }

  /// `.file 1 "name"`, with a time and a size after it in PTX of old.
  mutating func file() throws(PTXError) {
    advance()
    let number = try integer(upTo: Int(Int32.max), "the number of a file")
    guard token.kind == .string else { throw unexpected("the name of a file is expected") }
    result.files[number] = inner(token)
    advance()
    while take(Sign.comma) { _ = try constant() }
  }

  /// `.pragma "advice", …;`
  mutating func pragma() throws(PTXError) -> [String] {
    advance()
    var texts: [String] = []
    repeat {
      guard token.kind == .string else { throw unexpected("a string is expected after `.pragma`") }
      texts.append(inner(token))
      advance()
    } while take(Sign.comma)
    try expect(Sign.semicolon, "after `.pragma`")
    return texts
  }

  /// A variable or a function, with its linkage.
  private mutating func definition() throws(PTXError) {
    let startLine = line
    var linkage = Linkage.internal
    while token.kind == .dotted, let read = Linkage(rawValue: inner(token)) {
      linkage = read
      advance()
    }
    guard token.kind == .dotted else { throw unexpected("a directive such as `.func` or `.global` is expected") }
    switch inner(token) {
    case "entry": try function(isEntry: true, linkage: linkage, startLine: startLine)
    case "func": try function(isEntry: false, linkage: linkage, startLine: startLine)
    default:
      for variable in try variables(linkage: linkage) {
        try add(variable)
      }
    }
  }

  private mutating func add(_ variable: Variable) throws(PTXError) {
    switch symbols[variable.name] {
    case nil:
      symbols[variable.name] = .variable(result.variables.count)
      result.variables.append(variable)
    case .variable(let place) where result.variables[place].isExtern:
      result.variables[place] = variable
    case .variable where variable.isExtern:
      break
    default:
      throw PTXError(.duplicateName, "`\(shown(variable.name))` is declared twice.", line: variable.line)
    }
  }
}
