extension Parser {
  private static let maximumScopeDepth = 64

  /// A function's body, with its braces.
  mutating func body(of declared: Function) throws(PTXError) -> Function {
    var labels = try ScopeLabels(bodyAt: index, of: self)
    var scopeCount = 0
    registers = []
    localVariables = []
    statements = []
    position = nil
    positions = [:]
    scopes = []
    try openScope(&labels, &scopeCount)
    for variable in declared.parameters + declared.results {
      try declare(variable)
    }
    while !scopes.isEmpty {
      switch token.kind {
      case .end:
        throw unexpected("the end of `\(shown(declared.name))`, which begins on line \(declared.line), is expected")
      case .sign where isNext(Sign.leftBrace): try openScope(&labels, &scopeCount)
      case .sign where take(Sign.rightBrace): scopes.removeLast()
      case .sign where take(Sign.semicolon): break
      case .sign where isNext(Sign.at): try instruction()
      case .dotted: try directive()
      case .word: try isLabel ? label() : instruction()
      default: throw unexpected("an instruction is expected")
      }
    }
    var function = declared
    function.registers = registers
    function.localVariables = localVariables
    function.body = statements
    return function
  }

  private var isLabel: Bool {
    let next = tokens[index + 1]
    return next.kind == .sign && next.first == Sign.colon
  }

  private mutating func openScope(_ labels: inout ScopeLabels, _ count: inout Int) throws(PTXError) {
    guard scopes.count < Self.maximumScopeDepth else {
      throw failure(.nestedTooDeep, "blocks nest deeper than \(Self.maximumScopeDepth).")
    }
    scopes.append(Scope(suffix: scopes.isEmpty ? "" : "@\(count)"))
    count += 1
    for place in labels.take(at: index) {
      let name = text(tokens[place])
      try declare(name, .label(scopes[scopes.count - 1].unique(name)), line: Int(tokens[place].line))
    }
    advance()
  }

  private mutating func declare(_ name: String, _ operand: Operand, line: Int) throws(PTXError) {
    guard scopes[scopes.count - 1].declare(name, as: operand) else { throw duplicate(name, line: line) }
  }

  private func duplicate(_ name: String, line: Int) -> PTXError {
    PTXError(.duplicateName, "`\(shown(name))` is declared twice in one block.", line: line)
  }

  private mutating func declare(_ variable: Variable) throws(PTXError) {
    let operand: Operand =
      variable.space == .reg ? .register(variable.name) : .symbol(variable.name, offset: 0)
    try declare(variable.name, operand, line: variable.line)
  }

  private mutating func directive() throws(PTXError) {
    switch inner(token) {
    case "reg": try registerDeclaration()
    case "loc": try location()
    case "file": try file()
    case "pragma": statements += try pragma().map { .pragma($0) }
    case let name where StateSpace(rawValue: name) != nil || name.hasPrefix("param::"):
      for var variable in try variables(linkage: .internal) {
        let name = variable.name
        variable.name = scopes[scopes.count - 1].unique(name)
        try declare(name, .symbol(variable.name, offset: 0), line: variable.line)
        localVariables.append(variable)
      }
    default: throw unexpected("a directive of a function's body such as `.reg` is expected")
    }
  }

  /// `.reg .v2 .f32 a, %b<4>;`
  private mutating func registerDeclaration() throws(PTXError) {
    advance()
    var type: ScalarType?
    var vectorWidth = 1
    while token.kind == .dotted {
      let name = inner(token)
      if let read = ScalarType(rawValue: name) {
        type = read
      } else if name == "v2" || name == "v4" {
        vectorWidth = name == "v2" ? 2 : 4
      } else {
        throw unexpected("the type of a register is expected")
      }
      advance()
    }
    guard let type else { throw unexpected("the type of a register is expected") }
    repeat {
      let line = line
      let name = try word("the name of a register")
      guard take(Sign.less) else {
        let unique = scopes[scopes.count - 1].unique(name)
        guard scopes[scopes.count - 1].find(name) == nil else { throw duplicate(name, line: line) }
        try declare(name, .register(unique), line: line)
        registers.append(RegisterDeclaration(name: unique, type: type, vectorWidth: vectorWidth, count: nil))
        continue
      }
      let count = try integer(upTo: 1 << 24, "the number of registers")
      try expect(Sign.greater, "after the number of registers")
      let unique = scopes[scopes.count - 1].uniquePrefix(name)
      guard scopes[scopes.count - 1].declare(prefix: name, count: count) else { throw duplicate(name, line: line) }
      registers.append(RegisterDeclaration(name: unique, type: type, vectorWidth: vectorWidth, count: count))
    } while take(Sign.comma)
    try expect(Sign.semicolon, "after the registers")
  }

  /// A label, or a table with a name.
  private mutating func label() throws(PTXError) {
    let place = token
    let name = text(place)
    guard case .label(let unique)? = scopes[scopes.count - 1].find(name) else {
      throw unexpected("a statement is expected")
    }
    advance()
    advance()
    guard token.kind == .dotted else {
      statements.append(.label(unique))
      return
    }
    switch inner(token) {
    case "branchtargets":
      let targets = try table()
      var labels: [String] = []
      for target in targets {
        guard case .label(let label) = try resolve(text(target), line: Int(target.line)) else {
          throw PTXError(.undeclaredName, "`\(shown(text(target)))` is no label.", line: Int(target.line))
        }
        labels.append(label)
      }
      statements.append(.branchTargets(name: unique, labels: labels))
    case "calltargets":
      statements.append(.callTargets(name: unique, functions: try table().map(text)))
    case "callprototype":
      statements.append(.callPrototype(try prototype(name: unique)))
    default:
      statements.append(.label(unique))
    }
  }

  private mutating func table() throws(PTXError) -> [Token] {
    advance()
    var targets: [Token] = []
    repeat {
      targets.append(token)
      _ = try word("the name of a target")
    } while take(Sign.comma)
    try expect(Sign.semicolon, "after the targets")
    return targets
  }

  /// `(.param .b32 _) _ (.param .b64 _) .noreturn;`
  private mutating func prototype(name: String) throws(PTXError) -> CallPrototype {
    advance()
    var prototype = CallPrototype(name: name, results: [], parameters: [], isNoReturn: false)
    if isNext(Sign.leftParenthesis) { prototype.results = try parameters() }
    _ = try word("`_`")
    if isNext(Sign.leftParenthesis) { prototype.parameters = try parameters() }
    while token.kind == .dotted {
      if isNext(dotted: "noreturn") { prototype.isNoReturn = true }
      advance()
      while token.kind == .number { advance() }
    }
    try expect(Sign.semicolon, "after a prototype")
    return prototype
  }
}
