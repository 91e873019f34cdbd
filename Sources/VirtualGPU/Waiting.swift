import PTX

/// Whether a function has a loop that may go round until another thread has stored something.
///
/// That is a loop whose way out depends on what an atomic, a volatile or an acquiring load brought, or any load beside a fence.
enum Waiting {
  static func isIn(_ graph: ControlFlowGraph) -> Bool {
    let count = graph.blocks.count
    // Loops are intervals of the running order: from a head to the last block that jumps back to it.
    var loops: [Range<Int>] = []
    for block in 0..<count {
      for next in graph.successors(block) where next <= block { loops.append(next..<(block + 1)) }
    }
    for loop in loops {
      let inside = loop.flatMap { graph.instructions[graph.blocks[$0].range] }
      let hasFence = inside.contains { $0.opcode == "membar" || $0.opcode == "fence" }
      var tainted: Set<String> = []
      var isChanged = true
      while isChanged {
        isChanged = false
        for instruction in inside {
          let effects = instruction.effects
          let isSource =
            instruction.opcode == "atom"
            || (instruction.opcode == "ld"
              && (instruction.isStrong || (hasFence && !instruction.modifiers.contains("param"))))
          guard isSource || effects.reads.contains(where: tainted.contains) else { continue }
          for name in effects.writes where tainted.insert(name).inserted { isChanged = true }
        }
      }
      for block in loop {
        if case .branch(let register, _, _, _) = graph.blocks[block].ending, tainted.contains(register) { return true }
      }
    }
    return false
  }
}

extension Instruction {
  /// True for loads and stores that other threads' loads and stores are ordered with.
  var isStrong: Bool {
    modifiers.contains { ["volatile", "relaxed", "acquire", "release", "mmio"].contains($0) }
  }

  /// True where all lanes that a mask names take part together.
  var isWarpSync: Bool {
    switch opcode {
    case "shfl", "vote", "match", "redux", "elect": modifiers.contains("sync")
    case "bar", "barrier": modifiers.contains("warp")
    case "mma", "wmma", "ldmatrix", "stmatrix", "movmatrix": true
    default: false
    }
  }

  /// True for a barrier of the block.
  var isBarrier: Bool { (opcode == "bar" || opcode == "barrier") && !modifiers.contains("warp") }
}
