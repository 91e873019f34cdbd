extension Parser {
  /// What follows the equals sign of a variable. It gives an array without a size its size.
  mutating func initializer(of variable: inout Variable) throws(PTXError) -> Initializer {
    var initializer = Initializer(elements: [])
    guard isNext(Sign.leftBrace) else {
      initializer.elements.append(Initializer.Element(index: 0, value: try value(of: variable.type)))
      return initializer
    }
    // How many scalars an element of each level has; a vector's components are a level of their own.
    var strides = [1]
    var counts = variable.dimensions
    if variable.vectorWidth > 1 || counts.isEmpty { counts.append(variable.vectorWidth) }
    for count in counts.dropFirst().reversed() { strides.append(strides[strides.count - 1] * count) }
    strides.reverse()
    // The places where the open braces began, in scalars.
    var starts: [Int] = []
    var next = 0
    let isUnsized = variable.dimensions.first == 0
    let limit = isUnsized ? Int.max : strides[0] * counts[0]
    repeat {
      if take(Sign.leftBrace) {
        guard starts.count < strides.count else {
          throw failure(.nestedTooDeep, "the braces nest deeper than the array has dimensions.")
        }
        starts.append(next)
        // Empty braces are as good as zeros.
        guard isNext(Sign.rightBrace) else { continue }
      } else {
        guard next < limit else {
          throw failure(.unexpectedToken, "`\(shown(variable.name))` has more values than elements.")
        }
        initializer.elements.append(Initializer.Element(index: next, value: try value(of: variable.type)))
        next += 1
      }
      try closeBraces(&starts, strides: strides, next: &next)
    } while !starts.isEmpty
    guard next <= limit else {
      throw failure(.unexpectedToken, "`\(shown(variable.name))` has more values than elements.")
    }
    if isUnsized, strides[0] > 0 { variable.dimensions[0] = (next + strides[0] - 1) / strides[0] }
    return initializer
  }

  /// Moves past closing braces, and past the comma if a list goes on after them.
  private mutating func closeBraces(_ starts: inout [Int], strides: [Int], next: inout Int) throws(PTXError) {
    while let start = starts.last {
      if take(Sign.comma) {
        // A comma may stand after the last value.
        guard isNext(Sign.rightBrace) else { return }
      }
      try expect(Sign.rightBrace, "after the values of a variable")
      starts.removeLast()
      guard !starts.isEmpty else { return }
      // An inner list fills its row whether it has all of its values or not.
      let row = strides[starts.count - 1]
      guard next - start <= row, start + row <= Self.maximumSize else {
        throw failure(.unexpectedToken, "a list has more values than its row.")
      }
      next = start + row
    }
  }

  /// One value.
  private mutating func value(of type: ScalarType) throws(PTXError) -> Initializer.Value {
    guard token.kind != .word else { return try address(mask: nil) }
    let constant = try signedConstant()
    if case .integer(let mask) = constant, take(Sign.leftParenthesis) {
      let value = try address(mask: mask)
      try expect(Sign.rightParenthesis, "after a masked address")
      return value
    }
    switch (constant, type) {
    case (.integer(let bits), .f32): return .float32(Float(Int64(bitPattern: bits)).bitPattern)
    case (.integer(let bits), .f64): return .float64(Double(Int64(bitPattern: bits)).bitPattern)
    case (.float64(let bits), .f32): return .float32(Float(Double(bitPattern: bits)).bitPattern)
    case (.float32(let bits), .f64): return .float64(Double(Float(bitPattern: bits)).bitPattern)
    case (.integer(let bits), _): return .integer(bits)
    case (.float32(let bits), _): return .float32(bits)
    case (.float64(let bits), _): return .float64(bits)
    }
  }

  /// `name+4` or `generic(name)+4`.
  private mutating func address(mask: UInt64?) throws(PTXError) -> Initializer.Value {
    var place = token
    var name = try word("the name of a variable or a function")
    let isGeneric = name == "generic" && take(Sign.leftParenthesis)
    var offset: Int64 = 0
    if isGeneric {
      place = token
      name = try word("the name of a variable")
      offset = try self.offset()
      try expect(Sign.rightParenthesis, "after `generic(`")
    }
    guard symbols[name] != nil else {
      throw PTXError(
        .undeclaredName, "`\(shown(name))` is not declared before its address is taken.", line: Int(place.line))
    }
    offset &+= try self.offset()
    return .address(symbol: name, offset: offset, isGeneric: isGeneric, mask: mask)
  }
}
