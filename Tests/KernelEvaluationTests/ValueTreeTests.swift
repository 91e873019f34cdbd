import Testing

@testable import KernelEvaluation

@Suite struct ValueTreeTests {
  private func tensor(_ file: String, _ shape: [Int]) -> JSONValue {
    .object(["tensor": ValueTree.Tensor(file: file, type: "float32", shape: shape).json])
  }

  @Test func tensorsAreFoundInOrder() throws {
    let tree = try ValueTree(
      .object([
        "list": .array([
          tensor("a", [2]), .object(["tuple": .array([tensor("b", [3, 4]), .object(["value": .integer(7)])])]),
        ])
      ]))
    #expect(tree.tensors.map(\.file) == ["a", "b"])
    #expect(tree.tensors[1].count == 12)
  }

  @Test func listsAndTuplesAreAlikeAndPlainValuesCount() throws {
    func tree(_ kind: String, _ value: Int) throws -> ValueTree {
      try ValueTree(.object([kind: .array([tensor("a", [1]), .object(["value": .integer(value)])])]))
    }
    #expect(try tree("list", 1).outline == tree("tuple", 1).outline)
    #expect(try tree("list", 1).outline != tree("list", 2).outline)
  }

  @Test(arguments: [
    JSONValue.null, .string("x"), .object([:]), .object(["tensor": .string("x")]),
    .object(["tensor": .object(["file": "a", "type": "float32", "shape": .array([.integer(-1)])])]),
    .object(["dictionary": .array([.integer(1)])]), .object(["list": .array([.null])]),
  ])
  func whatIsNoTreeIsRefused(json: JSONValue) {
    #expect(throws: WorkerAnswerError.self) { try ValueTree(json) }
  }

  @Test func aTreeOfEndlessDepthIsRefused() {
    var json = JSONValue.object(["value": .null])
    for _ in 0..<100 { json = .object(["list": .array([json])]) }
    #expect(throws: WorkerAnswerError.self) { try ValueTree(json) }
  }

  @Test func filesAreReplacedWhereverTheyAre() throws {
    let tree = try ValueTree(.object(["list": .array([tensor("a", [1]), tensor("b", [1]), tensor("a", [1])])]))
    let moved = try ValueTree(tree.json.replacingFiles(["a": "/x/1"]))
    #expect(moved.tensors.map(\.file) == ["/x/1", "b", "/x/1"])
  }
}
