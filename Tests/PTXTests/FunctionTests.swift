import Testing

@testable import PTX

@Suite struct `A function` {
  @Test func `has parameters, results and directives`() throws {
    let module = try PTXModule.read(
      """
      \(header)
      .visible .entry k(.param .u64 .ptr .global .align 16 a, .param .align 8 .b8 b[24])
      .maxntid 256, 1, 1
      .minnctapersm 2
      .maxnreg 64 .explicitcluster .reqnctapercluster 2, 1, 1 .pragma "x"; .blocksareclusters
      { ret; }
      .func (.param .b32 r) f(.param .b32 a, .reg .f32 b);
      .weak .func (.param .b32 r) f(.param .b32 a, .reg .f32 b) .noreturn { mov.f32 b, b; ret; }
      .extern .func g();
      .alias h, f;
      """)
    #expect(module.functions.map(\.name) == ["k", "f", "g"])
    #expect(module.functions.map(\.isEntry) == [true, false, false])
    #expect(module.functions.map(\.isDeclaration) == [false, false, true])
    #expect(module.functions.map(\.linkage) == [.visible, .weak, .extern])
    #expect(module.aliases == ["h": "f"])
    let directives = module.functions[0].directives
    #expect(directives.maxntid == [256, 1, 1] && directives.reqntid.isEmpty && directives.minnctapersm == 2)
    #expect(directives.maxnreg == 64 && directives.isExplicitCluster && directives.reqnctapercluster == [2, 1, 1])
    #expect(directives.pragmas == ["x"] && directives.others == ["blocksareclusters": []])
    #expect(!directives.isNoReturn && module.functions[1].directives.isNoReturn)
    #expect(module.functions[0].parameters.map(\.byteCount) == [8, 24])
    #expect(module.functions[0].parameters[0].pointee == Variable.Pointee(space: .global, alignment: 16))
    #expect(module.functions[1].parameters.map(\.space) == [.param, .reg])
    #expect(module.functions[1].results.map(\.name) == ["r"])
    #expect(module.functions[0].line == 5)
  }

  @Test func `declares registers singly and by number`() throws {
    let function = try kernel(".reg .b32 a, b<3>; .reg .v2 .f32 v; .reg .pred %p<0>; mov.b32 a, b2;")
    #expect(
      function.registers.map { "\($0.name) \($0.type) \($0.vectorWidth) \($0.count ?? -1)" } == [
        "a b32 1 -1", "b b32 1 3", "v f32 2 -1", "%p pred 1 0",
      ])
    #expect(function.registers.flatMap(\.names) == ["a", "b0", "b1", "b2", "v"])
  }

  @Test func `tells numbered registers with similar names apart`() throws {
    let function = try kernel(".reg .b32 t<30>; .reg .b64 t1<9>, u0; x t1, t29, u0; { .reg .b32 t<2>; y t1, t2; }")
    #expect(
      function.instructions.map(\.operands) == [
        [.register("t1"), .register("t29"), .register("u0")], [.register("t@1_1"), .register("t2")],
      ])
  }

  @Test func `gives what blocks declare names of their own`() throws {
    let function = try kernel(
      """
      .reg .b32 t; .shared .b32 s[2];
      { .reg .f32 t; .shared .b32 s; mov.b32 t, s; bra L; L: { .reg .b16 t; bra L; mov.b32 t, s; } }
      { .reg .b64 t; L: bra L; }
      mov.b32 t, s; bra OUT; OUT:
      """)
    #expect(function.registers.map(\.name) == ["t", "t@1", "t@2", "t@3"])
    #expect(function.registers.map(\.type) == [.b32, .f32, .b16, .b64])
    #expect(function.localVariables.map(\.name) == ["s", "s@1"])
    #expect(
      function.instructions.map(\.operands) == [
        [.register("t@1"), .symbol("s@1", offset: 0)], [.label("L@1")], [.label("L@1")],
        [.register("t@2"), .symbol("s@1", offset: 0)], [.label("L@3")], [.register("t"), .symbol("s", offset: 0)],
        [.label("OUT")],
      ])
    #expect(function.body.filter { if case .label = $0 { true } else { false } }.count == 3)
  }

  @Test func `tells blocks from vectors`() throws {
    let function = try kernel(
      """
      .reg .b32 a<4>; .reg .b64 d;
      .loc 1 2 3
      { .reg .b32 t; mov.b64 d, {a0, t}; mov.b64 {a0, a1}, d; L: mov.v2.b32 {t, _}, {a2, a3}; bra L; }
      """)
    #expect(function.registers.map(\.name) == ["a", "d", "t@1"])
    #expect(function.instructions.map(\.operands.count) == [2, 2, 2, 1])
  }
}

@Suite struct `A place in the source` {
  @Test func `is that of the last .loc, with the calls that were inlined`() throws {
    let module = try PTXModule.read(
      """
      \(header)
      .visible .entry k() {
      nop;
      .loc 1 10 5
      add;
      .loc 2 20 7, function_name $L__info_string0, inlined_at 1 10 5
      .loc 3 30 9, function_name .debug_str+4, inlined_at 2 20 7
      sub;
      .loc 1 11 0
      ret;
      }
      .visible .entry l() { ret; }
      .file 1 "a.cu"
      .file 2 "include/b.h", 1234, 56
      .section .debug_str
      {
      $L__info_string0:
      .b8 97,98,99,0
      .b8 100,0
      }
      """)
    let positions = module.functions[0].instructions.map(\.position)
    #expect(positions[0] == nil)
    #expect(positions[1] == SourcePosition(file: 1, line: 10, column: 5, function: nil, inlinedAt: []))
    let outer = SourceFrame(file: 1, line: 10, column: 5, function: nil)
    let inner = SourceFrame(file: 2, line: 20, column: 7, function: "abc")
    #expect(positions[2] == SourcePosition(file: 3, line: 30, column: 9, function: "d", inlinedAt: [inner, outer]))
    #expect(positions[2]?.outermost == outer)
    #expect(positions[3]?.outermost == SourceFrame(file: 1, line: 11, column: 0, function: nil))
    #expect(module.functions[1].instructions.map(\.position) == [nil])
    #expect(module.files == [1: "a.cu", 2: "include/b.h"])
  }

  @Test func `does not grow without end where calls go in circles`() throws {
    let loop = String(repeating: ".loc 1 1 1, function_name f, inlined_at 1 1 1\n", count: 1_000)
    let position = try #require(try kernel(loop + "ret;").instructions.first { _ in true }?.position)
    #expect(position.inlinedAt.count == SourcePosition.maximumDepth)
  }
}
