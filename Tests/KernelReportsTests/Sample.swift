import Foundation
import KernelBench
import KernelReports
import KernelVerdicts

/// Runs as a suite makes them: 20 problems, searches of every shape, one that failed, one that nobody can judge, names and
/// sources that mean harm.
enum Sample {
  static let names = [
    "1/1 Square_matrix_multiplication", "1/6 Matmul_with_large_K_dimension", "1/12 Matmul_with_diagonal_matrices",
    "1/19 ReLU", "1/21 Sigmoid", "1/23 Softmax", "1/24 LogSoftmax", "1/26 GELU", "1/33 BatchNorm", "1/36 RMSNorm",
    "1/40 LayerNorm", "1/42 Max_Pooling_2D", "1/47 Sum_reduction_over_a_dimension",
    "1/50 conv_standard_2D__square_input",
    "1/54 conv_standard_3D__square_input__square_kernel", "1/80 conv_standard_2D_with_dilation_and_padding",
    "1/89 cumsum", "1/95 CrossEntropyLoss", "1/97 ScaledDotProductAttention", "2/80 Gemm_Max_Subtract_GELU",
  ]

  /// A GPU, an adaptive tree; timed.
  static var timed: SuiteResults {
    run(name: "level1-adaptive", strategy: "adaptive", seed: 7, device: "cuda", skill: 0.34, tries: 14)
  }

  /// The same problems, eight independent samples; timed.
  static var sampled: SuiteResults {
    run(name: "level1-best-of-8", strategy: "best-of-8", seed: 11, device: "cuda", skill: 0.12, tries: 8)
  }

  /// The same problems on a virtual GPU; nothing is timed.
  static var untimed: SuiteResults {
    run(name: "bundled-pair-virtual", strategy: "linear", seed: 23, device: "virtual", skill: 0.08, tries: 6)
  }

  /// One small run whose scores one can count by hand.
  static var small: SuiteResults {
    let correct = { (ordinal: Int, runtime: Double, speed: SuiteResults.Candidate.Speed) in
      SuiteResults.Candidate(
        ordinal: ordinal, verdict: .correct, judgedAtSeconds: Double(ordinal) * 10, inputTokens: 100, outputTokens: 50,
        cost: 0.01, runtimeMilliseconds: runtime, eagerMilliseconds: 2, compiledMilliseconds: 1, speed: speed,
        source: "correct", isBest: true)
    }
    let wrong = { (ordinal: Int) in
      SuiteResults.Candidate(
        ordinal: ordinal, verdict: .incorrect, finding: "output 0 differs", judgedAtSeconds: Double(ordinal) * 10,
        inputTokens: 100, outputTokens: 50, cost: 0.01)
    }
    return SuiteResults(
      name: "small", id: "r-1", model: "a model", strategy: "best-of-2", device: "cuda", gpu: "H100", budgetSeconds: 60,
      seed: 3, started: Date(timeIntervalSince1970: 1_770_000_000), currency: "USD",
      problems: [
        problem("1/19", "ReLU", .solved, [wrong(1), correct(2, 0.5, .faster)]),
        problem("1/2", "Standard_matrix_multiplication", .solved, [correct(1, 0.995, .tie), wrong(2)]),
        problem("1/23", "Softmax", .solved, [correct(1, 1.25, .slower), wrong(2)]),
        problem("1/40", "LayerNorm", .unsolved, [wrong(1), wrong(2)]),
        problem("2/80", "Gemm_Max_Subtract_GELU", .unjudgeable, [], notice: "Its output does not depend on its input."),
      ])
  }

  static func problem(
    _ id: String, _ name: String, _ state: SuiteResults.Problem.State, _ candidates: [SuiteResults.Candidate],
    notice: String? = nil
  ) -> SuiteResults.Problem {
    SuiteResults.Problem(
      id: id, name: name, family: ProblemFamily(name: name), state: state, notice: notice, secondsSpent: 60,
      candidates: candidates)
  }

  private static func run(
    name: String, strategy: String, seed: UInt64, device: String, skill: Double, tries: Int
  ) -> SuiteResults {
    var generator = SplitMix(seed: seed)
    var problems: [SuiteResults.Problem] = []
    for (place, entry) in names.enumerated() {
      let parts = entry.split(separator: " ", maxSplits: 1).map(String.init)
      var problem = problem(parts[0], parts[1], .unsolved, [])
      switch place {
      case 19:
        problem.state = .unjudgeable
        problem.notice = "The output is zero whatever the input: max over one column minus itself. Nobody can judge it."
      case 15:
        problem.state = .failed
        problem.notice =
          "The worker's machine went away (connection reset by peer) and did not come back in 10 minutes."
        problem.candidates = [
          SuiteResults.Candidate(
            ordinal: 1, inputTokens: 812, outputTokens: 1033, cost: device == "cuda" ? 0.0015 : nil, source: longKernel)
        ]
        problem.secondsSpent = 37
      default:
        problem.candidates = search(
          strategy, tries: tries, device: device, ease: skill * (1.6 - Double(place) / 14), using: &generator)
        problem.state = problem.candidates.contains { $0.verdict == .correct } ? .solved : .unsolved
      }
      problems.append(problem)
    }
    problems[4].name = "Sigmoid</summary></details><script>alert('name')</script>"
    problems[4].notice = "A model may write \u{202E}anything\u{202C} here: \"quoted\" & <b>bold</b>\u{7}"
    return SuiteResults(
      name: name, id: "r-2026-01-30-\(seed)",
      model: device == "virtual" ? "bundled pair (draft 0.6B, target 4B)" : "qwen-x-32b",
      strategy: strategy, device: device, gpu: "NVIDIA H100 80GB HBM3", budgetSeconds: 60, seed: seed,
      started: Date(timeIntervalSince1970: 1_769_780_000), finished: Date(timeIntervalSince1970: 1_769_781_240),
      currency: device == "virtual" ? nil : "USD", problems: problems)
  }

  private static func search(
    _ strategy: String, tries: Int, device: String, ease: Double, using generator: inout SplitMix
  ) -> [SuiteResults.Candidate] {
    let findings: [(Verdict, String)] = [
      (.compileError, "kernel.cu(31): error: identifier \"blockDim_x\" is undefined"),
      (.incorrect, "output 0 differs at [3, 1025]: expected 0.731, got 0; every column from 1024 on is wrong (a tail)"),
      (.incorrect, "out of bounds: load of 4 bytes at 16 bytes past the end of the input, kernel.cu:44"),
      (.runtimeError, "RuntimeError: CUDA error: too many resources requested for launch"),
      (.timeout, "no end after 20 s"),
      (.rejected, "no kernel of its own does the work: it calls torch.relu"),
      (.unsupported, "needs cuBLAS, which the virtual GPU has not"),
    ]
    var candidates: [SuiteResults.Candidate] = []
    let eager = Double.random(in: 0.05...4, using: &generator)
    var best = eager * Double.random(in: 0.8...2.2, using: &generator)
    for ordinal in 1...tries {
      var candidate = SuiteResults.Candidate(ordinal: ordinal, sampleIndex: ordinal - 1)
      if ordinal > 1,
        strategy == "linear" || (strategy == "adaptive" && Double.random(in: 0..<1, using: &generator) < 0.75)
      {
        let parent =
          strategy == "linear"
          ? candidates[ordinal - 2] : candidates[Int.random(in: max(0, ordinal - 5)..<ordinal - 1, using: &generator)]
        candidate.parent = parent.ordinal
        candidate.edge = parent.verdict == .correct ? .variant : .repair
      }
      let chance = candidate.edge == .sample ? ease : candidate.edge == .variant ? 0.6 : ease * 1.4
      candidate.judgedAtSeconds = 60 * (Double(ordinal) - Double.random(in: 0..<0.6, using: &generator)) / Double(tries)
      candidate.inputTokens = Int.random(in: 700...4200, using: &generator)
      candidate.outputTokens = Int.random(in: 400...2600, using: &generator)
      if device == "cuda" {
        candidate.cost = Double(candidate.inputTokens) * 3e-7 + Double(candidate.outputTokens) * 1.2e-6
      }
      candidate.source = ordinal % 5 == 0 ? longKernel : hostileKernel
      if Double.random(in: 0..<1, using: &generator) < chance {
        candidate.verdict = .correct
        candidate.estimateMilliseconds = best * Double.random(in: 0.8...1.3, using: &generator)
        if device == "cuda" { time(&candidate, eager: eager, best: &best, using: &generator) }
      } else if Double.random(in: 0..<1, using: &generator) < 0.97 {
        let (verdict, text) = findings[Int.random(in: 0..<findings.count, using: &generator)]
        candidate.verdict = verdict
        candidate.finding = text
      } else {
        candidate.judgedAtSeconds = nil
      }
      candidates.append(candidate)
    }
    let correct = candidates.indices.filter { candidates[$0].verdict == .correct }
    let chosen = correct.max { (candidates[$0].ratio?.value ?? 0) < (candidates[$1].ratio?.value ?? 0) }
    if let chosen { candidates[chosen].isBest = true }
    return candidates
  }

  private static func time(
    _ candidate: inout SuiteResults.Candidate, eager: Double, best: inout Double, using generator: inout SplitMix
  ) {
    best *= Double.random(in: 0.6...1.1, using: &generator)
    let compiled = eager * 0.9
    let ratio = compiled / best
    candidate.runtimeMilliseconds = best
    candidate.eagerMilliseconds = eager
    candidate.compiledMilliseconds = compiled
    candidate.ratio = SuiteResults.Candidate.Ratio(value: ratio, lower: ratio * 0.985, upper: ratio * 1.015)
    candidate.speed = ratio > 1.02 ? .faster : ratio < 0.98 ? .slower : .tie
  }

  /// What a model could write to break out of a page.
  static let hostileKernel = """
    import torch
    from torch.utils.cpp_extension import load_inline

    source = r'''
    // </code></pre></script><script>console.error("kernel"); document.title = "taken"</script>
    // <img src=x onerror="document.title='taken'"> ]]> --> &lt;&amp;\u{202E}desrever\u{202C} \u{0} \u{1B}[31m
    __global__ void relu(const float* __restrict__ in, float* __restrict__ out, int n) {
      int i = blockIdx.x * blockDim.x + threadIdx.x;
      if (i < n && !(in[i] > 0.f)) out[i] = 0.f; else if (i < n) out[i] = in[i];
    }
    '''

    class ModelNew(torch.nn.Module):
        def forward(self, x):
            return extension.relu(x)
    """

  /// Long in both directions.
  static let longKernel: String = {
    var lines = ["#include <cuda_runtime.h>", "template <int kTile, int kUnroll>"]
    for tile in 0..<160 {
      lines.append(
        "__device__ void step\(tile)(float (&acc)[kTile][kTile], const float4* a, const float4* b) { acc[\(tile % 8)][\(tile % 7)] = "
          + "fmaf(a[\(tile)].x, b[\(tile)].x, fmaf(a[\(tile)].y, b[\(tile)].y, acc[\(tile % 8)][\(tile % 7)])); }")
    }
    return lines.joined(separator: "\n")
  }()
}

/// SplitMix64: small, and the same on every machine.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
