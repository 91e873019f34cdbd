import PTX
import Testing

@Suite struct `Text that is no PTX` {
  @Test(
    arguments: [
      ("", .notPTX, 1), ("\n\nhello", .notPTX, 3), ("__global__ void k() {}", .notPTX, 1),
      ("\u{7F}ELF", .unexpectedToken, 1),
      (".version 9.5\n", .unexpectedEnd, 2), (".version x", .unexpectedToken, 1), ("/* never", .unexpectedEnd, 1),
      (header + ".file 1 \"abc", .unexpectedEnd, 4), (header + ".entry k(", .unexpectedEnd, 4),
      (header + ".entry k() {\nret;\n", .unexpectedEnd, 4), (header + ".entry k()", .unexpectedEnd, 4),
      (header + ".global .b32 x", .unexpectedEnd, 4), (header + ".section .debug_str {\n.b8 1", .unexpectedEnd, 5),
      (header + "}", .unexpectedToken, 4), (header + ".global x;", .unexpectedToken, 4),
      (header + ".global .b32 x[][];", .unexpectedToken, 4), (header + ".global .b32 x[1][];", .unexpectedToken, 4),
      (header + ".global .align 3 .b32 x;", .invalidNumber, 4),
      (header + ".global .b32 x[1099511627776];", .invalidNumber, 4),
      (header + ".global .b32 x[9999999][9999999];", .invalidNumber, 4),
      (header + ".global .b32 x; .global .b32 x;", .duplicateName, 4),
      (header + ".func f() {} .func f() {}", .duplicateName, 4),
      (header + ".global .b32 x[2] = {1, 2, 3};", .unexpectedToken, 4),
      (header + ".global .b32 x[2] = {{1}};", .nestedTooDeep, 4),
      (header + ".global .b32 x[2][2] = {{1, 2, 3}};", .unexpectedToken, 4),
      (header + ".global .u64 x = y;", .undeclaredName, 4), (header + ".global .b32 x = (1);", .unsupported, 4),
      (header + ".const[3] .b32 x;", .unsupported, 4),
    ] as [(String, PTXError.Code, Int)])
  func `is refused with the line`(text: String, code: PTXError.Code, line: Int) throws {
    let error = try #require(refusal(text))
    #expect(error.code == code)
    #expect(error.line == line)
    #expect(error.message.hasPrefix("Line \(line) ") && error.message.hasSuffix("."))
  }

  @Test(
    arguments: [
      ("mov.b32 %r1, %r9;", .undeclaredName), ("mov.b32 %r1, %r01;", .undeclaredName), ("bra L;", .undeclaredName),
      ("mov.b32 %r1, nowhere;", .undeclaredName), ("bra L; { L: }", .undeclaredName), ("L: L:", .duplicateName),
      (".reg .b32 %r<2>;", .duplicateName), (".reg .b32 %r2;", .duplicateName), ("@k ret;", .unexpectedToken),
      ("mov.b32 %r1 %r2;", .unexpectedToken),
      ("mov.b32 %r1,;", .unexpectedToken), ("mov.b32 %r1, %r2", .unexpectedToken), ("%r1;", .unexpectedToken),
      ("ld %r1, [%rd1;", .unexpectedToken), ("ld %r1, [%rd1+%r2];", .unexpectedToken), (".foo 1;", .unexpectedToken),
      ("mov.b32 %r1, 0x;", .invalidNumber), ("mov.b32 %r1, 09;", .invalidNumber), ("mov %f1, 0f3F;", .invalidNumber),
      ("mov.b32 %r1, 99999999999999999999;", .invalidNumber), ("mov %r1, -9223372036854775809;", .invalidNumber),
      ("mov.b32 %r1, 12x;", .invalidNumber), ("mov.b32 %r1, %tid.q;", .unexpectedToken),
      ("mov.b32 %r1, 3*4;", .unsupported), ("mov.b32 %r1, {{{{{{%r1}}}}}};", .nestedTooDeep),
      (String(repeating: "{", count: 100) + String(repeating: "}", count: 100), .nestedTooDeep),
      ("T: .branchtargets %r1;", .undeclaredName), (".reg .b32 q<99999999>;", .invalidNumber),
      ("mov.b32 %r1, #3;", .unexpectedToken), (".loc 1 2", .unexpectedToken), ("mov.b32 \"x\";", .unexpectedToken),
    ] as [(String, PTXError.Code)])
  func `is refused in a body`(body: String, code: PTXError.Code) throws {
    let text = "\(header)\n.entry k() {\n.reg .b32 %r<9>; .reg .b64 %rd<9>; .reg .f32 %f<9>;\n\(body)\n}"
    let error = try #require(refusal(text))
    #expect(error.code == code, "\(error)")
    #expect(error.message.hasPrefix("Line \(error.line) "))
  }

  @Test(arguments: Fixtures.names)
  func `is refused wherever a function is cut off`(name: String) throws {
    let bytes = Array(try Fixtures.text(name).utf8)
    let open = Array("\n{\n".utf8)
    let start = try #require(bytes.indices.first { bytes[$0...].starts(with: open) }) + open.count
    let end = try #require(bytes.indices.first { $0 > start && bytes[$0...].starts(with: Array("\n}".utf8)) })
    for cut in stride(from: start, to: end, by: 37) {
      #expect(refusal(String(decoding: bytes.prefix(cut), as: UTF8.self)) != nil)
    }
  }

  @Test func `takes time in proportion to hostile nesting and repetition`() {
    let count = 200_000
    for hostile in ["{", "[", "(", "a:", ".b8 ", "1 ", "%", "x<", "{}", ".loc 1 1 1 ", "@", "-", ".file 1 "] {
      let body = String(repeating: hostile, count: count)
      #expect(refusal(header + body) != nil)
      #expect(refusal(header + ".entry k() {" + body) != nil)
      #expect(refusal(header + ".entry k() {" + body + "}}") != nil)
    }
    let initializer = ".global .b8 x[][1099511627776] = {" + String(repeating: "{},", count: count) + "{}};"
    #expect(refusal(header + initializer) != nil)
  }

  @Test func `is told from PTX that is long`() throws {
    let count = 50_000
    func list(_ each: (Int) -> String) -> String { (0..<count).map(each).joined(separator: ",") }
    func lines(_ each: (Int) -> String) -> String { (0..<count).map(each).joined(separator: "\n") }
    let body = """
      .reg .b32 \(list { "a\($0)x" }); .reg .b32 \(list { "b\($0)x<2>" });
      .shared .b32 \(list { "s\($0)" }), t[\(count)];
      \(lines { ".loc 1 \($0 + 1) 1, function_name f\($0), inlined_at 1 \($0) 1\nL\($0): add a\($0)x, b\($0)x1, [s\($0)];" })
      \(lines { "{ .reg .b32 c; L: bra L; mov.b32 c, L\($0); }" })
      { T: .branchtargets \(list { "L\($0)" }); }
      """
    let function = try kernel(body, before: lines { ".func f\($0)();" } + ".global .b32 g[] = {\(list { "\($0)" })};")
    #expect(function.registers.count == 3 * count && function.localVariables.count == count + 1)
    #expect(Array(function.instructions).count == 3 * count)
  }

  @Test func `is told from PTX that is newer`() throws {
    #expect(try PTXModule.read(header.replacing("9.5", with: "12.3")).version == "12.3")
  }
}
