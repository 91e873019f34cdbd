extension Parser {
  /// The largest size of a variable, and the largest dimension, in bytes and elements.
  static let maximumSize = 1 << 40
  private static let maximumDimensions = 16

  /// A space and a list of variables in it, to its semicolon.
  mutating func variables(linkage: Linkage) throws(PTXError) -> [Variable] {
    let space = try space()
    var prototype = try variableType(space: space, linkage: linkage)
    var result: [Variable] = []
    repeat {
      try name(&prototype)
      var variable = prototype
      if take(Sign.equals) {
        variable.initializer = try initializer(of: &variable)
      }
      result.append(variable)
      prototype.dimensions = []
    } while take(Sign.comma)
    try expect(Sign.semicolon, "after `\(shown(prototype.name))`")
    return result
  }

  /// Parameters or results in parentheses.
  mutating func parameters() throws(PTXError) -> [Variable] {
    try expect(Sign.leftParenthesis, "before the parameters")
    var result: [Variable] = []
    guard !take(Sign.rightParenthesis) else { return result }
    repeat {
      let space = try space()
      var variable = try variableType(space: space, linkage: .internal)
      try name(&variable)
      result.append(variable)
    } while take(Sign.comma)
    try expect(Sign.rightParenthesis, "after the parameters")
    return result
  }

  private mutating func space() throws(PTXError) -> StateSpace {
    guard token.kind == .dotted else { throw unexpected("a state space such as `.param` is expected") }
    let name = inner(token)
    // A constant bank has a number in PTX of old, and a parameter may say whose it is.
    guard let space = StateSpace(rawValue: name) ?? (name.hasPrefix("param::") ? .param : nil) else {
      throw unexpected("a state space such as `.global` is expected")
    }
    advance()
    if space == .const, take(Sign.leftBracket) {
      guard try integer(upTo: 10, "the number of a constant bank") == 0 else {
        throw failure(.unsupported, "constant banks other than 0 are not known to this reader.")
      }
      try expect(Sign.rightBracket, "after the constant bank")
    }
    return space
  }

  /// What stands between the space and the name, in any order: alignment, vector width, attributes, type.
  private mutating func variableType(space: StateSpace, linkage: Linkage) throws(PTXError) -> Variable {
    var variable = Variable(
      name: "", space: space, type: .b8, vectorWidth: 1, alignment: 0, dimensions: [], initializer: nil,
      linkage: linkage, isManaged: false, pointee: nil, line: line)
    var hasType = false
    while token.kind == .dotted {
      let name = inner(token)
      if let type = ScalarType(rawValue: name), !hasType {
        variable.type = type
        hasType = true
        advance()
        continue
      }
      switch name {
      case "align": variable.alignment = try alignment()
      case "v2", "v4", "v8":
        variable.vectorWidth = name == "v2" ? 2 : name == "v4" ? 4 : 8
        advance()
      case "attribute": variable.isManaged = try attributes().contains("managed")
      case "ptr": variable.pointee = try pointee()
      default: throw unexpected("a type such as `.b32` is expected")
      }
    }
    guard hasType else { throw unexpected("a type such as `.b32` is expected") }
    if variable.alignment == 0 { variable.alignment = variable.elementByteCount }
    return variable
  }

  private mutating func alignment() throws(PTXError) -> Int {
    advance()
    let place = line
    let value = try integer(upTo: 1 << 20, "an alignment")
    guard value.nonzeroBitCount == 1 else {
      throw PTXError(.invalidNumber, "an alignment is a power of two, not \(value).", line: place)
    }
    return value
  }

  /// `.attribute(.managed, .unified(1, 2))`, as the names.
  mutating func attributes() throws(PTXError) -> [String] {
    advance()
    try expect(Sign.leftParenthesis, "after `.attribute`")
    var names: [String] = []
    repeat {
      guard token.kind == .dotted else { throw unexpected("an attribute such as `.managed` is expected") }
      names.append(inner(token))
      advance()
      if take(Sign.leftParenthesis) {
        repeat { _ = try signedConstant() } while take(Sign.comma)
        try expect(Sign.rightParenthesis, "after an attribute's numbers")
      }
    } while take(Sign.comma)
    try expect(Sign.rightParenthesis, "after the attributes")
    return names
  }

  private mutating func pointee() throws(PTXError) -> Variable.Pointee {
    advance()
    var pointee = Variable.Pointee(space: nil, alignment: 4)
    if token.kind == .dotted, let space = StateSpace(rawValue: inner(token)) {
      pointee.space = space
      advance()
    }
    if isNext(dotted: "align") { pointee.alignment = try alignment() }
    return pointee
  }

  /// A name with its dimensions.
  private mutating func name(_ variable: inout Variable) throws(PTXError) {
    variable.line = line
    variable.name = try word("the name of a variable")
    var size = variable.elementByteCount
    while take(Sign.leftBracket) {
      guard variable.dimensions.count < Self.maximumDimensions else {
        throw failure(.nestedTooDeep, "an array has more than \(Self.maximumDimensions) dimensions.")
      }
      if take(Sign.rightBracket) {
        guard variable.dimensions.isEmpty else {
          throw failure(.unexpectedToken, "only the first dimension of an array may have no size.")
        }
        variable.dimensions.append(0)
        continue
      }
      let dimension = try integer(upTo: Self.maximumSize, "the size of an array")
      size = size.multipliedReportingOverflow(by: max(dimension, 1)).partialValue
      guard size <= Self.maximumSize else {
        throw failure(.invalidNumber, "`\(shown(variable.name))` is larger than \(Self.maximumSize) bytes.")
      }
      variable.dimensions.append(dimension)
      try expect(Sign.rightBracket, "after the size of an array")
    }
  }
}
