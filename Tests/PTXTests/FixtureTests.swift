import PTX
import Testing

@Suite struct `What nvcc writes` {
  struct Counts: Sendable {
    var name: String
    var entries: [String]
    var functions: Int
    var variables: Int
    var files: Int
    var instructions: Int
    var labels: Int
  }

  // Counted in the texts with grep and regular expressions, not with the reader.
  static let counts = [
    Counts(
      name: "assembly", entries: ["_Z8assemblyPfff"], functions: 1, variables: 0,
      files: 1, instructions: 30, labels: 4),
    Counts(
      name: "branches", entries: ["_Z6choosePiiPf"], functions: 1, variables: 0,
      files: 2, instructions: 138, labels: 26),
    Counts(
      name: "calls", entries: ["_Z4callPfPKii3Row"], functions: 8, variables: 11,
      files: 1, instructions: 194, labels: 6),
    Counts(
      name: "debug", entries: ["_Z5debugPii"], functions: 2, variables: 0,
      files: 1, instructions: 27, labels: 18),
    Counts(
      name: "memory", entries: ["_Z6spacesP6float4PKii6short2d"], functions: 1, variables: 8,
      files: 1, instructions: 116, labels: 0),
    Counts(
      name: "tensors",
      entries: ["_Z8multiplyPK6__halfS1_Pf", "_Z4packP7__half2P14__nv_bfloat162P6float4", "_Z4copyPfPK6float4PKyj"],
      functions: 3, variables: 0,
      files: 6, instructions: 59, labels: 0),
    Counts(
      name: "warps", entries: ["_Z8togetherPjPfy", "_Z4gridPi", "_Z7clusterPi"], functions: 3, variables: 1,
      files: 12, instructions: 109, labels: 3),
  ]

  @Test(arguments: counts)
  func `is read whole`(counts: Counts) throws {
    let module = try Fixtures.module(counts.name)
    #expect(module.version == "9.5" && module.target.first == "sm_90" && module.addressSize == 64)
    #expect(module.functions.filter(\.isEntry).map(\.name) == counts.entries)
    #expect(module.functions.count == counts.functions)
    #expect(module.variables.count == counts.variables)
    #expect(module.files.count == counts.files)
    #expect(module.functions.reduce(0) { $0 + Array($1.instructions).count } == counts.instructions)
    let statements = module.functions.flatMap(\.body)
    #expect(statements.filter { if case .label = $0 { true } else { false } }.count == counts.labels)
  }

  @Test(arguments: Fixtures.names)
  func `names only registers that are declared`(name: String) throws {
    for function in try Fixtures.module(name).functions {
      let names = function.registers.flatMap(\.names)
      #expect(Set(names).count == names.count)
      let used = function.instructions.flatMap {
        $0.operands.flatMap(Self.registers) + ($0.guardPredicate.map { [$0.register] } ?? [])
      }
      #expect(Set(used).isSubset(of: names))
      #expect(Set(function.localVariables.map(\.name)).count == function.localVariables.count)
    }
  }

  private static func registers(_ operand: Operand) -> [String] {
    switch operand {
    case .register(let name), .negatedRegister(let name), .element(let name, _): [name]
    case .vector(let operands), .list(let operands), .bracketed(let operands): operands.flatMap(registers)
    case .pair(let first, let second): registers(first) + registers(second)
    case .address(.register(let name), _): [name]
    default: []
    }
  }

  @Test func `keeps calls, pointers and strings`() throws {
    let module = try Fixtures.module("calls")
    #expect(
      module.functions.map(\.name) == [
        "_Z6scaledfPKi", "_Z7shiftedfPKi", "vprintf", "__assertfail", "_Z9factoriali", "_Z7changed3Rowi", "_Z4bumpPi",
        "_Z4callPfPKii3Row",
      ])
    #expect(module.functions.map(\.isDeclaration) == [false, false, true, true, false, false, false, false])
    let operations = try #require(module.variables.first { $0.name == "operations" }?.initializer)
    #expect(
      operations.elements.map(\.value) == [
        .address(symbol: "_Z6scaledfPKi", offset: 0, isGeneric: false, mask: nil),
        .address(symbol: "_Z7shiftedfPKi", offset: 0, isGeneric: false, mask: nil),
      ])
    let middle = try #require(module.variables.first { $0.name == "middle" }?.initializer)
    #expect(middle.elements.map(\.value) == [.address(symbol: "cells", offset: 28, isGeneric: true, mask: nil)])
    let call = try #require(module.functions.last)
    #expect(call.directives.maxntid == [256, 1, 1] && call.directives.minnctapersm == 2)
    #expect(call.parameters.map(\.byteCount) == [8, 8, 4, 32])
    #expect(call.instructions.filter { $0.opcode == "call" }.count == 6)
    #expect(call.body.contains { if case .callPrototype = $0 { true } else { false } })
  }

  @Test func `has the calls that were inlined`() throws {
    let module = try Fixtures.module("branches")
    let position = try #require(module.functions[0].instructions.first { $0.opcode == "fma" }?.position)
    #expect(position.function == "_ZN4StepILi1EE5applyEf" && position.line == 5)
    #expect(position.inlinedAt.map(\.function) == ["_ZN4StepILi2EE5applyEf", nil])
    #expect(position.outermost.line == 33 && module.files[position.outermost.file] == "branches.cu")
    #expect(module.functions[0].body.contains(.pragma("nounroll")))
  }

  @Test func `keeps assembly of the program's own`() throws {
    let function = try #require(try Fixtures.module("assembly").functions.first)
    #expect(
      function.registers.map(\.name) == [
        "%f", "%r", "%rd", "t@1", "p@1", "t@2_", "t1@3", "p@4", "q@4", "t@4",
      ])
    let converted = function.instructions.filter { $0.text == "cvt.rn.f32.u32" }.map(\.operands)
    #expect(converted.first == [.register("t@2_2"), .register("t1@3")])
  }
}
