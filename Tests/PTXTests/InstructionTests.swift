import Testing

@testable import PTX

@Suite struct `An instruction` {
  @Test func `has its predicate, opcode, modifiers and operands`() throws {
    let function = try kernel(
      ".reg .pred %p<3>; .reg .f32 %f<2>; .reg .b64 %rd<9>;\n@!%p2 ld.global.nc.f32 %f1, [%rd8+-16];")
    let instruction = try #require(function.instructions.first { _ in true })
    #expect(instruction.guardPredicate == Instruction.Guard(register: "%p2", isNegated: true))
    #expect(instruction.opcode == "ld")
    #expect(instruction.modifiers == ["global", "nc", "f32"])
    #expect(instruction.operands == [.register("%f1"), .address(base: .register("%rd8"), offset: -16)])
    #expect(instruction.ptxLine == 7)
    #expect(instruction.position == nil)
  }

  @Test(arguments: [
    "ret", "membar.gl", "cp.async.wait_group", "bar.sync", "wgmma.mma_async.sync.aligned.m64n8k16.f32.f16.f16",
    "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes.L2::cache_hint",
    "tcgen05.ld.sync.aligned.32x32b.x1.b32", "ld.global.L1::no_allocate.L2::128B.v4.u32",
  ])
  func `keeps the whole opcode`(text: String) throws {
    let instruction = try #require(try instructions("\(text);").first)
    #expect(instruction.text == text)
    #expect(instruction.operands.isEmpty && instruction.guardPredicate == nil)
  }

  @Test(
    arguments: [
      ("%r1", .register("%r1")), ("%rd8", .register("%rd8")), ("!%p1", .negatedRegister("%p1")), ("_", .sink),
      ("%v.x", .element(register: "%v", selector: "x")), ("%r2.b0", .element(register: "%r2", selector: "b0")),
      ("%p1|%p2", .pair(.register("%p1"), .register("%p2"))), ("_|%p2", .pair(.sink, .register("%p2"))),
      ("{%r1, %r2}", .vector([.register("%r1"), .register("%r2")])), ("{}", .vector([])),
      ("%tid.x", .special("%tid", component: "x")), ("%laneid", .special("%laneid", component: nil)),
      ("%clock64", .special("%clock64", component: nil)), ("%envreg2", .special("%envreg2", component: nil)),
      ("WARP_SZ", .special("WARP_SZ", component: nil)), ("%pm3", .special("%pm3", component: nil)),
      ("table", .symbol("table", offset: 0)), ("table+4", .symbol("table", offset: 4)),
      ("table-4", .symbol("table", offset: -4)), ("k_param_0", .symbol("k_param_0", offset: 0)),
      ("here", .label("here")), ("k", .symbol("k", offset: 0)),
      ("(%r1, 2)", .list([.register("%r1"), .integer(2)])), ("()", .list([])),
    ] as [(String, Operand)])
  func `has operands of every kind`(text: String, operand: Operand) throws {
    #expect(try instructions("here: x \(text);", before: ".global .b32 table[4];").map(\.operands) == [[operand]])
  }

  @Test(
    arguments: [
      ("[%rd1]", .address(base: .register("%rd1"), offset: 0)),
      ("[%rd1 + 8]", .address(base: .register("%rd1"), offset: 8)),
      ("[%rd1+-8]", .address(base: .register("%rd1"), offset: -8)),
      ("[%rd1-8+2]", .address(base: .register("%rd1"), offset: -6)),
      ("[table]", .address(base: .symbol("table"), offset: 0)),
      ("[table+12]", .address(base: .symbol("table"), offset: 12)),
      ("[k_param_0+0]", .address(base: .symbol("k_param_0"), offset: 0)),
      ("[16]", .address(base: .absolute, offset: 16)), ("[-16+4]", .address(base: .absolute, offset: -12)),
      (
        "[%rd1, {%f1, %f2}]", .bracketed([.register("%rd1"), .vector([.register("%f1"), .register("%f2")])])
      ),
      (
        "[%rd1, %rd2, {%r1}]",
        .bracketed([.register("%rd1"), .register("%rd2"), .vector([.register("%r1")])])
      ),
      ("[table, %r1]", .bracketed([.symbol("table", offset: 0), .register("%r1")])),
    ] as [(String, Operand)])
  func `has addresses of every kind`(text: String, operand: Operand) throws {
    #expect(try instructions("x \(text);", before: ".global .b32 table[4];").map(\.operands) == [[operand]])
  }

  @Test(
    arguments: [
      ("0", .integer(0)), ("12", .integer(12)), ("-12", .integer(-12)), ("+3", .integer(3)), ("--3", .integer(3)),
      ("0x1F", .integer(31)), ("0XffU", .integer(255)), ("017", .integer(15)), ("0b101", .integer(5)),
      ("4U", .integer(4)), ("1+2", .integer(3)), ("18446744073709551615", .integer(-1)),
      ("-9223372036854775808", .integer(.min)), ("0f3F800000", .float32(0x3F80_0000)),
      ("0F7f800000", .float32(0x7F80_0000)), ("0d3FF0000000000000", .float64(0x3FF0_0000_0000_0000)),
      ("1.5", .float64(1.5.bitPattern)), ("-2.0", .float64((-2.0).bitPattern)),
      ("25e-1", .float64(2.5.bitPattern)), ("1.25E+2", .float64(125.0.bitPattern)), ("-0f00000000", .float32(1 << 31)),
    ] as [(String, Operand)])
  func `has numbers of every kind`(text: String, operand: Operand) throws {
    #expect(try instructions("x \(text);").map(\.operands) == [[operand]])
  }

  @Test func `calls functions directly and through pointers`() throws {
    let body = """
      { .param .b32 param0; .param .b32 retval0;
      call.uni (retval0), f, (param0);
      prototype_0 : .callprototype (.param .b32 _) _ (.param .b32 _, .param .align 8 .b8 _[16]) .noreturn;
      call (retval0), %rd1, (param0), prototype_0;
      call g;
      }
      """
    let function = try kernel(
      ".reg .b64 %rd<2>;" + body,
      before: ".func (.param .b32 r) f(.param .b32 a); .extern .func g;")
    let calls = function.instructions.map(\.operands)
    let result = Operand.list([.symbol("retval0@1", offset: 0)])
    let argument = Operand.list([.symbol("param0@1", offset: 0)])
    #expect(
      calls == [
        [result, .symbol("f", offset: 0), argument],
        [result, .register("%rd1"), argument, .label("prototype_0@1")], [.symbol("g", offset: 0)],
      ])
    guard case .callPrototype(let prototype) = try #require(function.body.dropFirst().first) else {
      Issue.record("The prototype is missing.")
      return
    }
    #expect(prototype.name == "prototype_0@1" && prototype.isNoReturn)
    #expect(prototype.results.map(\.byteCount) == [4] && prototype.parameters.map(\.byteCount) == [4, 16])
  }

  @Test func `branches through tables`() throws {
    let function = try kernel(
      """
      .reg .b32 %r<2>;
      targets: .branchtargets
        one, two, one;
      brx.idx.uni %r1, targets;
      one: two: ret;
      fs: .calltargets k;
      .pragma "nounroll";
      """)
    #expect(function.body.first == .branchTargets(name: "targets", labels: ["one", "two", "one"]))
    #expect(function.instructions.first { _ in true }?.operands == [.register("%r1"), .label("targets")])
    #expect(function.body[2...3] == [.label("one"), .label("two")])
    #expect(function.body.suffix(2) == [.callTargets(name: "fs", functions: ["k"]), .pragma("nounroll")])
  }
}
