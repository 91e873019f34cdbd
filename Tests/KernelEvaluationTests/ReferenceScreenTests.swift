import KernelEvaluation
import Testing

@Suite(.enabled(if: Judging.areToolsThere, "judging needs nvcc, clang and PyTorch: run make setup"))
struct ReferenceScreenTests {
  private static func reference(_ forward: String) -> String {
    """
    import torch
    import torch.nn as nn

    class Model(nn.Module):
        def forward(self, x):
            return \(forward)

    def get_inputs():
        return [torch.randn(64, 32)]

    def get_init_inputs():
        return []
    """
  }

  private func obstacle(_ reference: String) async throws -> String? {
    try await ReferenceScreen(tools: try Judging.tools.get(), options: JudgeOptions(seed: 7)).obstacle(reference)
  }

  @Test(arguments: [
    ("torch.ones_like(x)", "does not depend on its inputs"), ("x + torch.rand_like(x)", "are random"),
    ("x / 0", "NaN or infinities"), ("x.missing()", "fails"),
  ])
  func `says why no candidate can be judged`(forward: String, words: String) async throws {
    let obstacle = try await obstacle(Self.reference(forward))
    #expect(obstacle?.contains(words) == true, "\(obstacle ?? "nothing")")
  }

  @Test func `has nothing against a reference that can be`() async throws {
    let obstacle = try await obstacle(Self.reference("torch.relu(x)"))
    #expect(obstacle == nil)
  }
}
