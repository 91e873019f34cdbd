import PTX

extension InstructionKind {
  /// How many multiply-adds a warp does with a matrix instruction; 0 for one that only moves matrices.
  ///
  /// A product of sparse matrices counts as the full one that it stands for.
  static func matrixOperations(of instruction: Instruction) -> Int {
    guard instruction.opcode == "mma" || (instruction.opcode == "wmma" && instruction.modifiers.first == "mma"),
      let shape = MatrixShape.of(instruction)
    else { return 0 }
    // With Volta's form every eight lanes have a product of their own.
    let isVolta =
      instruction.opcode == "mma" && (shape.m, shape.n, shape.k) == (8, 8, 4) && !instruction.modifiers.contains("f64")
    return shape.m * shape.n * shape.k * (isVolta ? 4 : 1)
  }
}
