import PTX
import Testing

@Suite struct `Damaged PTX` {
  /// How many texts each of 20 tests damages.
  static let count = isLongRun ? 50_000 : 1_000

  private static let snippets = [
    "{", "}", "(", ")", "[", "]", ";", ",", ":", "@", "!", "|", "=", "<", ">", "\"", "/*", "//", "\n", "%", "$", "_",
    ".", "::", "0x", "0f3F800000", "0d", "99999999999999999999", "-", "+", "1e9", ".reg .b32 %r<9999999>;",
    ".loc 1 1 1",
    ".entry k() {", ".func", ".global .b8 x[][9] = {{1},{2", ".section .debug_str {", "L: bra L;", ".branchtargets",
    ".callprototype (.param .b32 _) _;", "generic(", "%tid.x", ".align 8", "[1099511627776]", ".shared .b32 s;", "é",
    "\u{0}", ", function_name $L__info_string0, inlined_at 1 1 1", ".version 9.5", ".pragma \"x\";",
  ].map { Array($0.utf8) }

  @Test(arguments: 0..<20)
  func `is read or refused with a sentence that names the line`(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let texts = try Fixtures.names.map { Array(try Fixtures.text($0).utf8) }
    for _ in 0..<Self.count {
      let bytes = Self.damaged(texts, using: &generator)
      let lines = bytes.reduce(1) { $0 + ($1 == 0x0A ? 1 : 0) }
      do throws(PTXError) {
        let module = try PTXModule.read(utf8: bytes)
        // Whatever was read can be looked at: sizes do not overflow, names are the ones declared.
        for function in module.functions {
          for variable in function.localVariables + function.parameters { #expect(variable.byteCount >= 0) }
        }
        for variable in module.variables { #expect(variable.byteCount >= 0) }
      } catch {
        #expect(1...lines ~= error.line && error.message.hasPrefix("Line \(error.line) "))
        #expect(error.message.hasSuffix(".") && error.message.utf8.count < 1_000)
      }
    }
  }

  /// One of the texts with some places changed, or two spliced.
  private static func damaged(_ texts: [[UInt8]], using generator: inout SeededGenerator) -> [UInt8] {
    var bytes = texts[Int.random(in: 0..<texts.count, using: &generator)]
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let start = Int.random(in: 0...bytes.count, using: &generator)
      let end = min(bytes.count, start + Int.random(in: 0...40, using: &generator))
      switch Int.random(in: 0..<7, using: &generator) {
      case 0: bytes.removeSubrange(start..<end)
      case 1: bytes.insert(contentsOf: Array(bytes[start..<end]), at: start)
      case 2 where start < bytes.count: bytes[start] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 3 where Int.random(in: 0..<4, using: &generator) == 0: bytes.removeSubrange(start...)
      case 4:
        let other = texts[Int.random(in: 0..<texts.count, using: &generator)]
        let place = Int.random(in: 0..<other.count, using: &generator)
        let length = Int.random(in: 1...60, using: &generator)
        bytes.replaceSubrange(start..<end, with: other[place..<min(other.count, place + length)])
      default:
        bytes.insert(contentsOf: snippets[Int.random(in: 0..<snippets.count, using: &generator)], at: start)
      }
    }
    return bytes
  }
}
