import PTX
import Testing

@testable import VirtualGPU

extension OperationTests {
  @Test func `integer arithmetic, logic and bits`() async throws {
    var operations: [Operation] = []
    for form in InstructionTable.forms where !form.types.contains(where: \.isFloat) {
      for type in form.types {
        guard let (roles, result, answer) = IntegerOracle.rule(form.opcode, form.modifiers, type) else {
          Issue.record("nothing to hold \(form.opcode) \(form.modifiers) \(type) against")
          continue
        }
        let text = ([form.opcode] + form.modifiers + [type.rawValue]).joined(separator: ".")
        operations.append(Operation(text, roles, result) { .bits(answer($0)) })
      }
    }
    try await OperationBench.check(operations)
  }
}

/// Every operation against an independent computation, in all its forms.
@Suite(.serialized, .enabled(if: OperationBuild.compiler != nil)) struct OperationTests {}
