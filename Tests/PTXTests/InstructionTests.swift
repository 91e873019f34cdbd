import PTX
import Testing

/// The module with one kernel that has a body.
func kernel(_ body: String, before: String = "") throws(PTXError) -> Function {
  let module = try PTXModule.read(
    ".version 9.5\n.target sm_90\n.address_size 64\n\(before)\n.visible .entry k(.param .u64 k_param_0)\n{\n\(body)\n}\n")
  return module.functions[module.functions.count - 1]
}

@Suite struct `An instruction` {
  @Test func `has its predicate, opcode, modifiers and operands`() throws {
    let function = try kernel(
      ".reg .pred %p<3>; .reg .f32 %f<2>; .reg .b64 %rd<9>;\n@!%p2 ld.global.nc.f32 %f1, [%rd8+-16];")
    let instruction = try #require(function.instructions.first { _ in true })
    #expect(instruction.guardPredicate?.register == "%p2" && instruction.guardPredicate?.isNegated == true)
    #expect(instruction.text == "ld.global.nc.f32")
    #expect(instruction.operands == [.register("%f1"), .address(base: .register("%rd8"), offset: -16)])
    #expect(instruction.ptxLine == 7)
  }
}
