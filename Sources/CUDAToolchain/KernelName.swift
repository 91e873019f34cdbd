/// Kernels' names as people write them, out of the Itanium mangling: nested names, and template arguments that are numbers
/// or types. A name that holds anything else stays as it is: wrong is worse than ugly.
package enum KernelName {
  /// `softmax<float, 256>` for `_Z7softmaxIfLi256EEvPT_`.
  package static func readable(_ mangled: String) -> String {
    guard let body = mangled.dropPrefix("_Z") else { return mangled }
    var reader = Reader(rest: Array(body.utf8)[...])
    return reader.name(depth: 0) ?? mangled
  }

  private struct Reader {
    var rest: ArraySlice<UInt8>

    private static let builtins: [Character: String] = [
      "v": "void", "b": "bool", "c": "char", "a": "signed char", "h": "unsigned char", "s": "short",
      "t": "unsigned short", "i": "int", "j": "unsigned int", "l": "long", "m": "unsigned long", "x": "long long",
      "y": "unsigned long long", "f": "float", "d": "double",
    ]

    private mutating func take(_ letter: Character) -> Bool {
      guard rest.first == letter.asciiValue else { return false }
      rest.removeFirst()
      return true
    }

    private mutating func number() -> Int? {
      var value: Int?
      while let digit = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) {
        let next = (value ?? 0).multipliedReportingOverflow(by: 10)
        let sum = next.partialValue.addingReportingOverflow(Int(digit - UInt8(ascii: "0")))
        guard !next.overflow, !sum.overflow else { return nil }
        value = sum.partialValue
        rest.removeFirst()
      }
      return value
    }

    private mutating func plainName() -> String? {
      _ = take("L")
      guard let length = number(), length > 0, length <= rest.count else { return nil }
      let text = String(decoding: rest.prefix(length), as: UTF8.self)
      rest.removeFirst(length)
      return text.hasPrefix("_GLOBAL__N_") || text.hasPrefix("_INTERNAL_") ? "(anonymous namespace)" : text
    }

    mutating func name(depth: Int) -> String? {
      guard depth < 32 else { return nil }
      guard take("N") else {
        guard let plain = plainName() else { return nil }
        return take("I") ? arguments(plain, depth) : plain
      }
      _ = take("K")
      var parts: [String] = []
      while !take("E") {
        if take("I") {
          guard let last = parts.popLast(), let whole = arguments(last, depth) else { return nil }
          parts.append(whole)
        } else {
          guard let part = plainName() else { return nil }
          parts.append(part)
        }
      }
      return parts.isEmpty ? nil : parts.joined(separator: "::")
    }

    private mutating func arguments(_ name: String, _ depth: Int) -> String? {
      var list: [String] = []
      while !take("E") {
        guard let next = argument(depth: depth + 1) else { return nil }
        list.append(next)
      }
      return name + "<" + list.joined(separator: ", ") + ">"
    }

    private mutating func argument(depth: Int) -> String? {
      guard depth < 32 else { return nil }
      if take("L") {
        guard let type = rest.popFirst().map({ Character(UnicodeScalar($0)) }), Self.builtins[type] != nil else {
          return nil
        }
        let sign = take("n") ? "-" : ""
        guard let value = number(), take("E") else { return nil }
        return type == "b" ? (value == 0 ? "false" : "true") : sign + String(value)
      }
      if take("P") { return argument(depth: depth + 1).map { $0 + "*" } }
      if take("K") { return argument(depth: depth + 1).map { "const " + $0 } }
      guard let first = rest.first else { return nil }
      if let builtin = Self.builtins[Character(UnicodeScalar(first))] {
        rest.removeFirst()
        return builtin
      }
      return name(depth: depth + 1)
    }
  }
}
