import Foundation
import KernelEvaluation
import Testing

@Suite struct `A worker process` {
  @Test(arguments: Sandbox.Kind.allCases)
  func `answers`(_ kind: Sandbox.Kind) async throws {
    guard try await TestWorker.kinds().contains(kind) else { return }
    let answer = try await TestWorker.run("answer = [1, 2.5, 'é\\n', None, True, {'a': []}]", kind)
    #expect(answer == [1, 2.5, "é\n", nil, true, ["a": []]])
  }
}
