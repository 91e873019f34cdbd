import PTX
import Testing

@testable import VirtualGPU

extension OperationTests {
  /// The table's rows for some types, with and without .ftz and .sat where PTX has them.
  static func floats(_ types: [ScalarType], _ isIncluded: (FloatOracle) -> Bool = { _ in true }) -> [Operation] {
    var operations: [Operation] = []
    for form in InstructionTable.forms {
      for type in form.types where types.contains(type) {
        let oracle = FloatOracle(opcode: form.opcode, modifiers: form.modifiers, type: type)
        guard let count = oracle.operandCount else {
          Issue.record("nothing to hold \(form.opcode) \(form.modifiers) \(type) against")
          continue
        }
        guard isIncluded(oracle) else { continue }
        for flushes in oracle.mayFlush ? [false, true] : [false] {
          for saturates in oracle.maySaturate ? [false, true] : [false] {
            var variant = oracle
            variant.flushes = flushes
            variant.saturates = saturates
            let chosen = variant
            operations.append(
              Operation(chosen.text, [Operation.Role](repeating: .value(type), count: count), type) {
                chosen.expectation($0)
              })
          }
        }
      }
    }
    return operations
  }

  @Test func `arithmetic of single precision`() async throws {
    try await OperationBench.check(Self.floats([.f32]), count: 2048)
  }

  @Test func `arithmetic of double precision`() async throws {
    try await OperationBench.check(Self.floats([.f64]))
  }

  @Test func `arithmetic of half precision and bfloat16`() async throws {
    try await OperationBench.check(Self.floats([.f16, .f16x2, .bf16, .bf16x2]))
  }
}
