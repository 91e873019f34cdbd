import Testing

@testable import SpeculativeDecoding

/// What planning costs a pass. It prints, and fails never: `BASIC_MEASURE=1`, in a release build.
@Suite(.enabled(if: Requested.measurements && isOptimized, "Set BASIC_MEASURE, and build for release."))
struct PlannerTime {
  @Test func `the planner's time per pass`() {
    var generator = SeededGenerator(seed: 1)
    let costs = PassCosts(
      probe: [1, 2, 4, 8, 16, 32, 64, 128, 201].map { .init(size: $0, milliseconds: 10 + 0.05 * Double($0)) },
      limit: 201)
    for nodes in [8, 50, 200] {
      let tree = randomTree(root: 0, vocabulary: 1000, nodes: nodes, using: &generator)
      var planner = TreePlanner(
        mode: .auto, limits: TreeLimits(), leafLimit: 64, verificationCosts: costs, draftCosts: costs)
      var verified = 0
      let rounds = 2000
      let clock = ContinuousClock()
      let time = clock.measure {
        for _ in 0..<rounds {
          let choice = planner.choice(room: 200, depth: 24)
          _ = planner.asksModel(given: tree, pending: choice.usesModel ? 2 : 1)
          let pruned = planner.pruned(tree)
          verified = pruned.tree.count
          planner.record(
            nodes: pruned.tree.count, tokens: 3, usedModel: true, drafting: 3, verifying: 12, host: 0.1)
        }
      }
      print("planner: \(time / rounds) per pass for a tree of \(nodes) nodes, of which \(verified - 1) are verified")
    }
  }
}
