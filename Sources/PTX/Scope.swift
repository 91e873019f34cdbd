/// A block of a function, and the names that it declares.
struct Scope {
  /// What is appended to the names that the block declares, to make them unique: nothing for the function's own block.
  let suffix: String
  private var names: [String: Operand] = [:]
  /// The numbered registers, by what stands before the number.
  private var ranges: [String: Int] = [:]

  init(suffix: String) { self.suffix = suffix }

  /// The unique name of what the block declares.
  func unique(_ name: String) -> String { suffix.isEmpty ? name : name + suffix }

  /// What stands before the number of registers that the block declares.
  func uniquePrefix(_ name: String) -> String { suffix.isEmpty ? name : name + suffix + "_" }

  /// Declares a name; `false` if the block has it already.
  mutating func declare(_ name: String, as operand: Operand) -> Bool {
    guard names[name] == nil else { return false }
    names[name] = operand
    return true
  }

  /// Declares numbered registers; `false` if the block has registers of that name already.
  mutating func declare(prefix: String, count: Int) -> Bool {
    guard ranges[prefix] == nil else { return false }
    ranges[prefix] = count
    return true
  }

  /// What a name stands for in the block.
  func find(_ name: String) -> Operand? {
    if let operand = names[name] { return operand }
    guard !ranges.isEmpty else { return nil }
    for (prefix, number) in NumberedName(name) {
      if let count = ranges[prefix], number < count {
        return .register(suffix.isEmpty ? name : uniquePrefix(prefix) + String(number))
      }
    }
    return nil
  }
}

/// The ways to take a name for that of a numbered register: `%r12` may be number 12 of `%r` or number 2 of `%r1`.
struct NumberedName: Sequence, IteratorProtocol {
  private let bytes: Substring.UTF8View
  private var numberStart: Substring.UTF8View.Index
  private var number = 0
  private var place = 1

  init(_ name: String) {
    bytes = Substring(name).utf8
    numberStart = bytes.endIndex
  }

  mutating func next() -> (prefix: String, number: Int)? {
    // No register has a number of more than nine digits, and none has a zero before it.
    while place < 1_000_000_000, numberStart > bytes.startIndex {
      let previous = bytes.index(before: numberStart)
      let byte = bytes[previous]
      guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte, previous > bytes.startIndex else { return nil }
      numberStart = previous
      let digit = Int(byte - UInt8(ascii: "0"))
      number += digit * place
      place *= 10
      if digit > 0 || place == 10 {
        return (String(Substring(bytes[..<numberStart])), number)
      }
    }
    return nil
  }
}
