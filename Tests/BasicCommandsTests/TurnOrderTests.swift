import Testing

@testable import BasicCommands

struct TurnOrderTests {
  @Test(arguments: [0, 1, 2, 5, 12]) func `each turn has all elements, and the next turn goes backwards`(count: Int) {
    let elements = Array(0..<count)
    for turn in 0..<40 {
      #expect(elements.shuffled(turn: turn).sorted() == elements)
      if turn % 2 == 0 { #expect(elements.shuffled(turn: turn + 1) == elements.shuffled(turn: turn).reversed()) }
    }
  }

  /// Rotating would leave each after the same other one.
  @Test func `what goes before an element changes`() {
    let elements = Array(0..<6)
    var before: Set<Int> = []
    for turn in 0..<40 {
      let order = elements.shuffled(turn: turn)
      if let place = order.firstIndex(of: 3), place > 0 { before.insert(order[place - 1]) }
    }
    #expect(before == [0, 1, 2, 4, 5])
  }
}
