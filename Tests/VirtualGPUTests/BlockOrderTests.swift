import Testing

@testable import VirtualGPU

@Suite struct BlockOrderTests {
  @Test func `a loop is in one piece, and what follows it comes after`() {
    // 0 → 1; 1 → 2 or 4; 2 → 3; 3 → 1; 4 ends. The way out stands first among the head's successors.
    let edges = [[1], [4, 2], [3], [1], []]
    #expect(BlockOrder.order(count: 5) { edges[$0] } == [0, 1, 2, 3, 4])
  }

  @Test func `a loop left from its middle is still in one piece`() {
    // 0 → 1; 1 → 2, 3; 2 → 4; 3 → 5 (out), 4; 4 → 1.
    let edges = [[1], [2, 3], [4], [5, 4], [1], []]
    let order = BlockOrder.order(count: 6) { edges[$0] }
    #expect(order.last == 5)
    #expect(order.first == 0)
    #expect(Set(order) == Set(0..<6))
  }

  @Test func `nodes that nothing reaches are left out`() {
    let edges = [[2], [2], []]
    #expect(BlockOrder.order(count: 3) { edges[$0] } == [0, 2])
  }
}
