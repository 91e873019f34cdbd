import PTX

/// Which registers hold one value for all lanes of a warp, and which blocks run while the lanes are apart.
///
/// A register is uniform if everything that writes it is computed from uniform operands, in blocks that all living lanes
/// run together. A block runs apart if it lies between a branch that lanes take differently and the point where their ways
/// meet again (the branch's immediate postdominator). Where a loop may wait for another lane's store, lanes that left it
/// must be able to run ahead, so there everything that a divergent branch reaches counts as apart.
///
/// Method: R. Karrenberg and S. Hack, "Improving Performance of OpenCL on CPUs" (2012), without static single assignment:
/// starting from "all uniform", registers and blocks are moved over until nothing changes.
struct Uniformity {
  /// Registers that may differ between lanes.
  private(set) var varying: Set<String> = []
  /// Blocks that may run while other lanes of the warp are elsewhere.
  private(set) var apart: Set<Int> = []
  /// Blocks where ways meet again.
  private(set) var meetings: Set<Int> = []

  func isVarying(_ register: String) -> Bool { varying.contains(register) }

  init(_ graph: ControlFlowGraph, mayWait: Bool, kernelParameters: Set<String>) {
    let postdominators = Postdominators(graph)
    var isChanged = true
    var divergent: Set<Int> = []
    while isChanged {
      isChanged = false
      for (number, block) in graph.blocks.enumerated() {
        for instruction in graph.instructions[block.range] {
          let effects = instruction.effects
          guard effects.writes.contains(where: { !varying.contains($0) }) else { continue }
          let isVarying =
            apart.contains(number) || instruction.isVaryingByNature(kernelParameters: kernelParameters)
            || effects.reads.contains(where: varying.contains)
          if isVarying {
            varying.formUnion(effects.writes)
            isChanged = true
          }
        }
        guard !divergent.contains(number) else { continue }
        let parts: Bool =
          switch block.ending {
          case .branch(let register, _, let taken, let other): varying.contains(register) && taken != other
          case .table(.register(let register), _): varying.contains(register)
          default: false
          }
        if parts {
          divergent.insert(number)
          // Lanes that simply end are not apart: the others go on together.
          let going = graph.successors(number).filter { !graph.isPlainEnd($0) }
          if going.count < 2 && !mayWait && graph.successors(number).count == 2 { continue }
          let meeting = mayWait ? nil : postdominators.immediate[number]
          let region = reach(graph, from: graph.successors(number), until: meeting)
          // Ways have to meet after the blocks that lie between; where the order says otherwise, nothing is assumed.
          if let meeting, region.allSatisfy({ $0 < meeting }) {
            meetings.insert(meeting)
            apart.formUnion(region)
          } else {
            apart.formUnion(reach(graph, from: graph.successors(number), until: nil))
          }
          isChanged = true
        }
      }
    }
  }

  private func reach(_ graph: ControlFlowGraph, from starts: [Int], until end: Int?) -> Set<Int> {
    var seen: Set<Int> = []
    var work = starts.filter { $0 != end }
    while let block = work.popLast() {
      guard seen.insert(block).inserted else { continue }
      work += graph.successors(block).filter { $0 != end && !seen.contains($0) }
    }
    return seen
  }
}

/// The blocks through which every way from a block to the end leads.
struct Postdominators {
  /// The nearest of them; nil where only the end itself is.
  private(set) var immediate: [Int?]

  init(_ graph: ControlFlowGraph) {
    let count = graph.blocks.count
    // Bit sets over blocks; the graphs are small enough (K. D. Cooper, T. J. Harvey and K. Kennedy's tree form would be
    // faster on large ones), and blocks that only end lanes do not count as ways.
    let end = count
    var parents = [Int](repeating: -1, count: count + 1)
    parents[end] = end
    var successors = (0..<count).map { block in
      let all = graph.successors(block)
      // Lanes that end there do not have to be waited for.
      let going = all.filter { !graph.isPlainEnd($0) }
      return going.isEmpty ? all : going
    }
    for block in 0..<count where successors[block].isEmpty { successors[block] = [end] }
    // Reverse postorder of the reversed graph.
    var predecessors = [[Int]](repeating: [], count: count + 1)
    for block in 0..<count { for next in successors[block] { predecessors[next].append(block) } }
    var order: [Int] = []
    var number = [Int](repeating: -1, count: count + 1)
    var visited = [Bool](repeating: false, count: count + 1)
    var work: [(Int, Int)] = [(end, 0)]
    visited[end] = true
    while let (node, next) = work.last {
      if next < predecessors[node].count {
        work[work.count - 1].1 += 1
        let before = predecessors[node][next]
        if !visited[before] {
          visited[before] = true
          work.append((before, 0))
        }
      } else {
        work.removeLast()
        number[node] = order.count
        order.append(node)
      }
    }
    func meet(_ a: Int, _ b: Int) -> Int {
      var a = a
      var b = b
      while a != b {
        while number[a] < number[b] { a = parents[a] }
        while number[b] < number[a] { b = parents[b] }
      }
      return a
    }
    var isChanged = true
    while isChanged {
      isChanged = false
      for node in order.reversed() where node != end {
        var parent = -1
        for next in successors[node] where parents[next] >= 0 { parent = parent < 0 ? next : meet(parent, next) }
        if parent >= 0, parents[node] != parent {
          parents[node] = parent
          isChanged = true
        }
      }
    }
    immediate = (0..<count).map { parents[$0] == end || parents[$0] < 0 ? nil : parents[$0] }
  }
}
