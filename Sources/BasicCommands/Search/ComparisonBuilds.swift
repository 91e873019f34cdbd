import Foundation
import KernelEvaluation
import KernelPrompting
import KernelSearch
import KernelVerdicts
import VirtualGPU

/// Places for builds, one for each strategy.
///
/// Strategies that share their seeds write the same candidates. If they shared their builds too, whoever comes second would find them
/// built; and a comparison that is made a second time would find all of them.
struct ComparisonBuilds: Sendable {
  private let folder: String

  /// Judges one candidate of our own, so that what every build needs is built, and what every check reads is in memory, before time counts.
  static func warm(
    _ folder: String, _ tools: EvaluationTools, _ configuration: RunConfiguration,
    announce: @Sendable (String) -> Void
  ) async throws -> ComparisonBuilds {
    let builds = ComparisonBuilds(folder: folder)
    try FileManager.default.createDirectory(
      atPath: builds.warmed, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    announce("Warming up …")
    let judge = SearchJudge(
      reference: reference, tools: tools.keepingBuilds(in: BuildCache(folder: builds.warmed)),
      options: configuration.judgeOptions)
    do {
      let judgement = try await judge.judge(CandidateCode(source: candidate, language: .python)).judgement
      if judgement.verdict != .correct {
        announce(
          "The candidate for warming up is right, and was judged \(judgement.verdict.rawValue): \(judgement.reason)")
      }
    } catch let error as KernelEvaluationError {
      // The searches will meet it too, and write it down.
      announce("The candidate for warming up could not be judged: \(error.message)")
    }
    return builds
  }

  /// The place of a strategy, which begins with what warming up has left.
  func cache(_ place: Int) throws -> BuildCache {
    let own = "\(folder)/\(place)"
    try FileManager.default.copyItem(atPath: warmed, toPath: own)
    return BuildCache(folder: own)
  }

  private var warmed: String { folder + "/warm" }

  private static let reference = """
    import torch
    import torch.nn as nn


    class Model(nn.Module):
        def forward(self, x):
            return x + 1.0


    def get_inputs():
        return [torch.randn(64, 256)]


    def get_init_inputs():
        return []
    """

  private static let candidate = """
    import torch
    import torch.nn as nn
    from torch.utils.cpp_extension import load_inline

    source = r\"\"\"
    #include <torch/extension.h>

    __global__ void add_one_kernel(const float* x, float* y, int n) {
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        if (i < n) y[i] = x[i] + 1.0f;
    }

    torch::Tensor add_one(torch::Tensor x) {
        auto y = torch::empty_like(x);
        int n = x.numel();
        add_one_kernel<<<(n + 255) / 256, 256>>>(x.data_ptr<float>(), y.data_ptr<float>(), n);
        return y;
    }
    \"\"\"

    extension = load_inline(
        name="warm_up", cpp_sources="torch::Tensor add_one(torch::Tensor x);", cuda_sources=source, functions=["add_one"])


    class ModelNew(nn.Module):
        def forward(self, x):
            return extension.add_one(x.contiguous())
    """
}
