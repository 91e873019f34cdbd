/// The order of a graph's nodes in which every loop is in one piece, its head first, and what follows a loop comes after it.
///
/// It is a weak topological order (F. Bourdoncle, "Efficient chaotic iteration strategies with widenings", 1993), which
/// graphs that do not reduce have too. Running the earliest node of those that wait makes paths meet again as early as they can.
enum BlockOrder {
  /// The nodes that node 0 reaches, in order.
  ///
  /// - Complexity: O(n × depth of loops).
  static func order(count: Int, successors: (Int) -> [Int]) -> [Int] {
    guard count > 0 else { return [] }
    let edges = (0..<count).map(successors)
    var result: [Int] = []
    place(nodes: Set(0..<count), from: 0, edges, &result)
    return result
  }

  /// Appends the nodes of a set that a node reaches within it.
  private static func place(nodes: Set<Int>, from start: Int, _ edges: [[Int]], _ result: inout [Int]) {
    for component in components(nodes: nodes, from: start, edges) {
      guard component.members.count > 1 else {
        result.append(component.head)
        continue
      }
      // The loop without its head falls apart into smaller ones.
      result.append(component.head)
      let rest = component.members.subtracting([component.head])
      var left = rest
      // Everything inside is reached from the head; one pass from a virtual start over its successors keeps the order.
      placeAll(nodes: &left, starts: edges[component.head].filter(rest.contains), edges, &result)
    }
  }

  private static func placeAll(nodes: inout Set<Int>, starts: [Int], _ edges: [[Int]], _ result: inout [Int]) {
    for component in components(nodes: nodes, from: nil, starts: starts, edges) {
      result.append(component.head)
      guard component.members.count > 1 else { continue }
      var rest = component.members.subtracting([component.head])
      placeAll(nodes: &rest, starts: edges[component.head].filter(rest.contains), edges, &result)
    }
  }

  private struct Component {
    /// The node through which it is entered.
    var head: Int
    var members: Set<Int>
  }

  /// Strongly connected components in topological order (Tarjan), without recursion.
  private static func components(
    nodes: Set<Int>, from start: Int?, starts: [Int] = [], _ edges: [[Int]]
  ) -> [Component] {
    var index: [Int: Int] = [:]
    var low: [Int: Int] = [:]
    var onStack: Set<Int> = []
    var stack: [Int] = []
    var found: [Component] = []
    for root in start.map({ [$0] }) ?? starts where index[root] == nil {
      var work: [(node: Int, next: Int)] = [(root, 0)]
      index[root] = index.count
      low[root] = index[root]
      stack.append(root)
      onStack.insert(root)
      while let (node, next) = work.last {
        if next < edges[node].count {
          work[work.count - 1].next += 1
          let target = edges[node][next]
          guard nodes.contains(target) else { continue }
          if index[target] == nil {
            index[target] = index.count
            low[target] = index[target]
            stack.append(target)
            onStack.insert(target)
            work.append((target, 0))
          } else if onStack.contains(target) {
            low[node] = min(low[node]!, index[target]!)
          }
        } else {
          work.removeLast()
          if let parent = work.last?.node { low[parent] = min(low[parent]!, low[node]!) }
          if low[node] == index[node] {
            var members: Set<Int> = []
            while let top = stack.popLast() {
              onStack.remove(top)
              members.insert(top)
              if top == node { break }
            }
            // The node with the smallest index was reached first: the loop's head.
            found.append(Component(head: node, members: members))
          }
        }
      }
    }
    return found.reversed()
  }
}
