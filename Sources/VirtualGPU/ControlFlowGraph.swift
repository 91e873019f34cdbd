import PTX

/// A function's basic blocks, in the order in which groups of lanes that have parted run them.
struct ControlFlowGraph {
  /// How a block ends.
  enum Ending: Hashable {
    /// Goes on with one block.
    case jump(Int)
    /// Parts by a predicate: where it holds, and where not.
    case branch(register: String, isNegated: Bool, taken: Int, other: Int)
    /// One of several blocks by an index (`brx.idx`).
    case table(Operand, [Int])
    /// `ret`, or the end of the text.
    case leave
    /// `exit`.
    case exit
    /// `trap`, which no lane passes.
    case trap
  }

  struct Block {
    /// Indices into `instructions`.
    var range: Range<Int>
    var ending: Ending
    var endingLine: Instruction?
  }

  private(set) var instructions: [Instruction] = []
  /// In running order: the block a function starts with is first.
  private(set) var blocks: [Block] = []

  /// Blocks that may follow.
  func successors(_ block: Int) -> [Int] { Self.targets(blocks[block].ending) }

  static func targets(_ ending: Ending) -> [Int] {
    switch ending {
    case .jump(let next): [next]
    case .branch(_, _, let taken, let other): taken == other ? [taken] : [taken, other]
    case .table(_, let targets): Array(Set(targets)).sorted()
    case .leave, .exit, .trap: []
    }
  }

  /// True where a block does nothing but end its lanes.
  func isPlainEnd(_ block: Int) -> Bool {
    blocks[block].range.isEmpty && (blocks[block].ending == .leave || blocks[block].ending == .exit)
  }

  /// Reads the blocks of a function.
  ///
  /// - Parameter splits: instructions (their indices) that begin a block of their own although no label stands there.
  init(_ function: Function, splits: Set<Int> = []) throws(TranslationError) {
    var labels: [String: Int] = [:]
    var tables: [String: [String]] = [:]
    for statement in function.body {
      switch statement {
      case .instruction(let instruction): instructions.append(instruction)
      case .label(let name): labels[name] = instructions.count
      case .branchTargets(let name, let targets): tables[name] = targets
      case .callTargets, .callPrototype, .pragma: break
      }
    }
    // Where blocks begin.
    var starts: Set<Int> = [0, instructions.count]
    starts.formUnion(labels.values)
    starts.formUnion(splits)
    for (index, instruction) in instructions.enumerated() where Self.isEnding(instruction) { starts.insert(index + 1) }
    let order = starts.filter { $0 <= instructions.count }.sorted()
    let blockAt = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    func target(_ operand: Operand?, _ instruction: Instruction) throws(TranslationError) -> Int {
      let name: String? =
        switch operand {
        case .label(let name)?, .symbol(let name, _)?: name
        default: nil
        }
      guard let name, let start = labels[name], let block = blockAt[start] else {
        throw TranslationError(.malformed, "Line \(instruction.ptxLine) of the PTX branches to no label.")
      }
      return block
    }
    for (number, start) in order.enumerated() {
      let end = number + 1 < order.count ? order[number + 1] : instructions.count
      var block = Block(range: start..<end, ending: number + 1 < order.count ? .jump(number + 1) : .leave)
      if end > start, Self.isEnding(instructions[end - 1]) {
        let last = instructions[end - 1]
        block.range = start..<(end - 1)
        block.endingLine = last
        let ending: Ending =
          switch last.opcode {
          case "bra": .jump(try target(last.operands.first, last))
          case "brx":
            .table(
              last.operands.first ?? .sink,
              try Self.table(last, tables).map { (name: String) throws(TranslationError) in
                try target(.label(name), last)
              })
          case "ret": .leave
          case "exit": .exit
          default: .trap
          }
        if let condition = last.guardPredicate {
          if case .jump(let taken) = ending {
            block.ending = .branch(
              register: condition.register, isNegated: condition.isNegated, taken: taken, other: number + 1)
          } else {
            // A guarded ret, exit or trap: as a branch to a block that does it.
            blocks.append(block)
            guardedEndings.append((number, ending, condition))
            continue
          }
        } else {
          block.ending = ending
        }
      }
      blocks.append(block)
    }
    for (number, ending, condition) in guardedEndings {
      let extra = blocks.count
      blocks.append(Block(range: 0..<0, ending: ending, endingLine: blocks[number].endingLine))
      blocks[number].ending = .branch(
        register: condition.register, isNegated: condition.isNegated, taken: extra, other: number + 1)
    }
    guardedEndings = []
    joinLatches()
    reorder()
  }

  private var guardedEndings: [(Int, Ending, Instruction.Guard)] = []

  private static func isEnding(_ instruction: Instruction) -> Bool {
    switch instruction.opcode {
    case "bra", "brx", "ret", "exit", "trap": true
    default: false
    }
  }

  private static func table(_ instruction: Instruction, _ tables: [String: [String]]) throws(TranslationError)
    -> [String]
  {
    for operand in instruction.operands.dropFirst() {
      switch operand {
      case .label(let name), .symbol(let name, _):
        if let found = tables[name] { return found }
      default: break
      }
    }
    throw TranslationError(.malformed, "Line \(instruction.ptxLine) of the PTX branches by a table that is not there.")
  }

  // MARK: Order

  /// Gives each loop one way back, so that lanes that take different ways meet before the next round.
  private mutating func joinLatches() {
    let order = BlockOrder.order(count: blocks.count) { successors($0) }
    var place = [Int](repeating: Int.max, count: blocks.count)
    for (position, block) in order.enumerated() { place[block] = position }
    var ways: [Int: [Int]] = [:]
    for block in order {
      for next in successors(block) where place[next] <= place[block] { ways[next, default: []].append(block) }
    }
    for (head, sources) in ways.sorted(by: { $0.key < $1.key }) where sources.count > 1 {
      let latch = blocks.count
      blocks.append(Block(range: 0..<0, ending: .jump(head)))
      for source in sources { retarget(source) { $0 == head ? latch : $0 } }
    }
  }

  private mutating func retarget(_ block: Int, _ change: (Int) -> Int) {
    switch blocks[block].ending {
    case .jump(let next): blocks[block].ending = .jump(change(next))
    case .branch(let register, let isNegated, let taken, let other):
      blocks[block].ending = .branch(
        register: register, isNegated: isNegated, taken: change(taken), other: change(other))
    case .table(let index, let targets): blocks[block].ending = .table(index, targets.map(change))
    case .leave, .exit, .trap: break
    }
  }

  /// Puts the blocks into running order and leaves out those that nothing reaches.
  private mutating func reorder() {
    let order = BlockOrder.order(count: blocks.count) { successors($0) }
    var place = [Int](repeating: 0, count: blocks.count)
    for (position, block) in order.enumerated() { place[block] = position }
    for block in order { retarget(block) { place[$0] } }
    blocks = order.map { blocks[$0] }
  }
}
