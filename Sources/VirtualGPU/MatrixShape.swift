import PTX

/// The sizes of a matrix instruction, `m16n8k16`: D (m × n) = A (m × k) B (k × n) + C.
struct MatrixShape: Hashable {
  var m: Int
  var n: Int
  var k: Int

  /// The shape that a modifier names, if it names one.
  init?(_ modifier: String) {
    var numbers: [Int] = []
    var rest = modifier[...]
    for letter in "mnk" {
      guard rest.first == letter else { return nil }
      rest.removeFirst()
      let digits = rest.prefix { $0.isNumber }
      guard let number = Int(digits) else { return nil }
      numbers.append(number)
      rest = rest[digits.endIndex...]
    }
    guard rest.isEmpty else { return nil }
    (m, n, k) = (numbers[0], numbers[1], numbers[2])
  }

  /// The shape of an instruction; nil where it has none, or one of two sizes only.
  static func of(_ instruction: Instruction) -> MatrixShape? {
    instruction.modifiers.lazy.compactMap(MatrixShape.init).first
  }

  var name: String { "m\(m)n\(n)k\(k)" }
}
