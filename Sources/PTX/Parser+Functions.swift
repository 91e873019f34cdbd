extension Parser {
  /// A kernel or a function, from its directive to its last brace or its semicolon.
  mutating func function(isEntry: Bool, linkage: Linkage, startLine: Int) throws(PTXError) {
    advance()
    var attributesBefore: [String] = []
    if isNext(dotted: "attribute") { attributesBefore = try attributes() }
    var function = Function(
      name: "", isEntry: isEntry, isDeclaration: true, linkage: linkage, parameters: [], results: [],
      directives: FunctionDirectives(), registers: [], localVariables: [], body: [], line: startLine)
    if !isEntry, isNext(Sign.leftParenthesis) { function.results = try parameters() }
    let nameToken = token
    function.name = try word("the name of a function")
    if isNext(Sign.leftParenthesis) { function.parameters = try parameters() }
    for attribute in attributesBefore { function.directives.others[attribute] = [] }
    try directives(of: &function)
    function.isDeclaration = !isNext(Sign.leftBrace)

    let place = try add(function, nameToken)
    if function.isDeclaration {
      try expect(Sign.semicolon, "or a body after `\(shown(function.name))`")
    } else {
      let defined = try body(of: function)
      result.functions[place] = defined
    }
  }

  /// Puts a function into the module, so that its body can call it, and says where.
  private mutating func add(_ function: Function, _ name: Token) throws(PTXError) -> Int {
    switch symbols[function.name] {
    case nil, .alias:
      let place = result.functions.count
      symbols[function.name] = .function(place)
      result.functions.append(function)
      return place
    case .function(let place) where result.functions[place].isDeclaration:
      if !function.isDeclaration { result.functions[place] = function }
      return place
    case .function(let place) where function.isDeclaration:
      return place
    default:
      throw PTXError(.duplicateName, "`\(shown(function.name))` is defined twice.", line: Int(name.line))
    }
  }

  /// What stands between the parameters and the body.
  private mutating func directives(of function: inout Function) throws(PTXError) {
    while token.kind == .dotted {
      let name = inner(token)
      if name == "pragma" {
        function.directives.pragmas += try pragma()
        continue
      }
      if name == "attribute" {
        for attribute in try attributes() { function.directives.others[attribute] = [] }
        continue
      }
      advance()
      var numbers: [Int] = []
      if token.kind == .number {
        repeat { numbers.append(try integer(upTo: Int(UInt32.max), "a number of `.\(name)`")) } while take(Sign.comma)
      }
      function.directives.set(name, numbers)
    }
  }
}

extension FunctionDirectives {
  fileprivate mutating func set(_ name: String, _ numbers: [Int]) {
    switch name {
    case "maxntid": maxntid = numbers
    case "reqntid": reqntid = numbers
    case "minnctapersm": minnctapersm = numbers.first
    case "maxnreg": maxnreg = numbers.first
    case "reqnctapercluster": reqnctapercluster = numbers
    case "maxclusterrank": maxclusterrank = numbers.first
    case "explicitcluster": isExplicitCluster = true
    case "noreturn": isNoReturn = true
    default: others[name] = numbers
    }
  }
}
