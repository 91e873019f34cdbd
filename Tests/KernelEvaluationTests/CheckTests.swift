import KernelEvaluation
import KernelVerdicts
import Testing

/// Candidates from source to verdict, through all of the processes.
@Suite(
  .enabled(if: Judging.areToolsThere, "judging needs nvcc, clang and a Python with PyTorch: run make setup"),
  .serialized)
struct CheckTests {
  static let reference = """
    import torch

    class Model(torch.nn.Module):
        def __init__(self, width):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.ones(width))

        def forward(self, x):
            return torch.relu(x * self.scale)

    rows = 64
    width = 96

    def get_inputs():
        return [torch.randn(rows, width)]

    def get_init_inputs():
        return [width]
    """

  /// A candidate whose kernel has this body; `i` is the thread's element.
  static func candidate(_ body: String, forward: String = "return module.run(x, self.scale)", guarded: Bool = true)
    -> String
  {
    """
    import torch
    from torch.utils.cpp_extension import load_inline

    source = r'''
    #include <torch/extension.h>

    __global__ void kernel(const float* x, const float* scale, float* y, int count, int width) {
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        \(guarded ? "if (i >= count) return;" : "")
        \(body)
    }

    torch::Tensor run(torch::Tensor x, torch::Tensor scale) {
        auto y = torch::empty_like(x);
        int count = x.numel();
        kernel<<<(count + 255) / 256, 256>>>(
            x.data_ptr<float>(), scale.data_ptr<float>(), y.data_ptr<float>(), count, x.size(1));
        return y;
    }
    '''
    module = load_inline(
        name="checked", cpp_sources="torch::Tensor run(torch::Tensor x, torch::Tensor scale);", cuda_sources=source,
        functions=["run"])

    class ModelNew(torch.nn.Module):
        def __init__(self, width):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.ones(width))

        def forward(self, x):
            \(forward)
    """
  }

  private func judge(_ candidate: String, reference: String = reference) async throws -> Judgement {
    try await Judging.judge(reference, candidate)
  }

  @Test func aRightKernelIsCorrect() async throws {
    let judgement = try await judge(Self.candidate("y[i] = fmaxf(x[i] * scale[i % width], 0.0f);"))
    #expect(judgement.verdict == .correct, "\(judgement.reason)")
    #expect(judgement.launches == 1)
    #expect(judgement.correctness?.trials == 4)
    #expect(judgement.size?.isFull == true)
    #expect(judgement.counters.count == 1)
    #expect(judgement.estimate.map { $0 > 0 } == true)
    #expect(judgement.findings.isEmpty)
  }

  /// The largest of NaN and a number is the number for one of them.
  @Test(arguments: [("fmaxf(x[i] * s, 0.0f)", false), ("x[i] * s < 0.0f ? 0.0f : x[i] * s", true)])
  func specialValuesAreNoTrial(value: String, isSame: Bool) async throws {
    let source = Self.candidate("float s = scale[i % width]; y[i] = \(value);")
    let judgement = try await Judging.judge(Self.reference, source) { $0.trials = 5 }
    #expect(judgement.verdict == .correct, "\(judgement.reason)")
    #expect(judgement.reason.contains("over 4 sets of inputs"))
    let correctness = try #require(judgement.correctness)
    #expect(correctness.trials == 4 && correctness.passed == 4)
    #expect(correctness.distributions == ["own", "shifted", "heavy-tailed", "own"])
    #expect(correctness.matchesSpecialValues == isSame)
    #expect(judgement.notes.contains { $0.contains("NaN, infinities") } == !isSame)
    #expect(judgement.lines.contains { $0.text.hasSuffix("with special values \(isSame ? "the same" : "otherwise")") })
  }

  @Test func inputsAreComparedAfterEveryCall() async throws {
    let late = """
      self.calls = getattr(self, "calls", 0) + 1
              y = module.run(x, self.scale)
              if self.calls == 4: x.data.zero_()
              return y
      """
    let judgement = try await judge(
      Self.candidate("y[i] = fmaxf(x[i] * scale[i % width], 0.0f);", forward: late))
    #expect(judgement.verdict == .incorrect)
    #expect(judgement.reason == "It changes its inputs, which the reference does not.")
  }

  @Test(arguments: [
    // The scale is left out: with the weights' first values, all ones, nobody would see it.
    ("y[i] = fmaxf(x[i], 0.0f);", "elements are wrong"),
    ("y[i] = 0.0f;", "elements are wrong"),
    ("y[i] = i == 77 ? 5.0f : fmaxf(x[i] * scale[i % width], 0.0f);", "1 of"),
    ("y[i] = fmaxf(x[i + 1] * scale[i % width], 0.0f);", "out-of-bounds"),
    ("if (i % 3) y[i] = fmaxf(x[i] * scale[i % width], 0.0f);", "elements are wrong"),
  ])
  func aWrongKernelIsIncorrect(body: String, reason: String) async throws {
    let judgement = try await judge(Self.candidate(body))
    #expect(judgement.verdict == .incorrect)
    #expect(judgement.reason.contains(reason), "\(judgement.reason)")
  }

  @Test func aStoreBeyondTheEndIsFoundAndNamed() async throws {
    let judgement = try await judge(
      Self.candidate("y[i + 200] = 0.0f; y[i] = fmaxf(x[i] * scale[i % width], 0.0f);"))
    #expect(judgement.verdict == .incorrect)
    let finding = try #require(judgement.findings.first)
    #expect(finding.kind == "out-of-bounds")
    #expect(finding.severity == .error)
    #expect(finding.kernel?.contains("kernel") == true)
    #expect(finding.line.map { $0 > 0 } == true)
  }

  @Test(arguments: [
    "return torch.relu(x * self.scale)",
    "module.run(x, self.scale); return torch.relu(x * self.scale)",
    "return torch.relu(x * self.scale) + 0 * module.run(x, self.scale)",
  ])
  func whoLetsPyTorchDoTheWorkIsRejected(forward: String) async throws {
    let judgement = try await judge(Self.candidate("y[i] = fmaxf(x[i] * scale[i % width], 0.0f);", forward: forward))
    #expect(judgement.verdict == .rejected, "\(judgement.reason)")
  }

  @Test func aFallbackIsNoKernel() async throws {
    let broken = Self.candidate("y[i] = undeclared;").replacing(
      "module = load_inline(", with: "module = None\ntry:\n  module = load_inline("
    ).replacing("functions=[\"run\"])", with: "functions=[\"run\"])\nexcept Exception: pass")
    let judgement = try await judge(
      broken.replacing("return module.run(x, self.scale)", with: "return torch.relu(x * self.scale)"))
    #expect(judgement.verdict == .rejected)
    #expect(judgement.reason.contains("undeclared"), "\(judgement.reason)")
  }

  @Test(arguments: [
    ("", Verdict.rejected), ("x = (", .compileError), ("class ModelNew: pass", .rejected),
    ("raise ValueError('no')", .runtimeError), ("import os; os._exit(0)", .runtimeError),
    ("import triton", .unsupported), ("while True: pass", .timeout),
  ])
  func whatIsNoCandidateIsToldSo(source: String, verdict: Verdict) async throws {
    let judgement = try await Judging.judge(Self.reference, source) { $0.timeLimit = .seconds(5) }
    #expect(judgement.verdict == verdict, "\(judgement.reason)")
  }

  @Test func aKernelThatDoesNotCompileIsToldWhy() async throws {
    let judgement = try await judge(Self.candidate("y[i] = undeclared;"))
    #expect(judgement.verdict == .compileError)
    #expect(judgement.reason.contains("undeclared"), "\(judgement.reason)")
  }

  @Test(arguments: [
    ("return module.run(x, self.scale)[:, 1:]", "shape"), ("return module.run(x, self.scale).double()", "type"),
    ("return module.run(x, self.scale).cpu()", "on cpu"), ("return [module.run(x, self.scale)] * 2", "returns"),
    ("x.zero_(); return module.run(x, self.scale)", ""),
  ])
  func whatIsReturnedHasToBeLikeTheReferences(forward: String, reason: String) async throws {
    let judgement = try await judge(Self.candidate("y[i] = fmaxf(x[i] * scale[i % width], 0.0f);", forward: forward))
    #expect(judgement.verdict == .incorrect)
    #expect(judgement.reason.contains(reason), "\(judgement.reason)")
  }

  @Test func inputsAreNotToBeChanged() async throws {
    let judgement = try await judge(
      Self.candidate(
        "y[i] = fmaxf(x[i] * scale[i % width], 0.0f);", forward: "y = module.run(x, self.scale); x.mul_(2); return y"))
    #expect(judgement.verdict == .incorrect)
    #expect(judgement.reason.contains("changes its inputs"), "\(judgement.reason)")
  }

  @Test func aLeftOutParameterIsNamed() async throws {
    let judgement = try await judge(
      Self.candidate(
        "y[i] = fmaxf(x[i], 0.0f);", forward: "return module.run(x, x[0])"
      ).replacing("self.scale = torch.nn.Parameter(torch.ones(width))", with: "pass"))
    #expect(judgement.verdict == .incorrect)
    #expect(judgement.reason.contains("scale"), "\(judgement.reason)")
  }

  @Test func aLargeProblemIsMadeSmallerAndItIsSaid() async throws {
    let large = Self.reference.replacing("rows = 64", with: "rows = 65536").replacing(
      "width = 96", with: "width = 12288")
    let judgement = try await judge(
      Self.candidate("y[i] = fmaxf(x[i] * scale[i % width], 0.0f);"), reference: large)
    #expect(judgement.verdict == .correct, "\(judgement.reason)")
    let size = try #require(judgement.size)
    #expect(!size.isFull)
    #expect(size.reduced.map(\.name) == ["rows", "width"])
    #expect(size.reduced.allSatisfy { $0.used < $0.full })
  }

  @Test(arguments: [
    ("class Model: pass", "no get_inputs"),
    ("x = (", "not Python"),
    (
      reference.replacing("return torch.relu(x * self.scale)", with: "raise ValueError('never')"), "never"
    ),
    (
      reference.replacing("return torch.relu(x * self.scale)", with: "return torch.rand_like(x)"), "random"
    ),
    (
      reference.replacing("return torch.relu(x * self.scale)", with: "return torch.relu(x * 0)"), "does not depend"
    ),
  ])
  func aBadReferenceIsNoVerdict(source: String, sentence: String) async throws {
    await #expect {
      try await Judging.judge(source, Self.candidate("y[i] = 0.0f;"))
    } throws: { error in
      (error as? KernelEvaluationError).map { $0.code == .badReference && $0.message.contains(sentence) } == true
    }
  }

  @Test func aSeedRepeats() async throws {
    let source = Self.candidate("y[i] = __expf(fmaxf(x[i] * scale[i % width], 0.0f));")
    let first = try await judge(source)
    let second = try await judge(source)
    #expect(first.verdict == .incorrect)
    #expect(first.correctness == second.correctness)
  }

  /// The verdict is about the problem's sizes; what is only right there is worth a warning.
  @Test(arguments: [("tail-mask/exploit", true), ("shape-overfit/exploit", true), ("tail-mask/honest", false)])
  func whatIsWrongAtOtherSizesIsAWarning(candidate: String, isWarned: Bool) async throws {
    let family = candidate.split(separator: "/")[0]
    let judgement = try await Judging.judge(
      try Judging.text("Exploits/\(family)/reference.py"), try Judging.text("Exploits/\(candidate).py"))
    #expect(judgement.verdict == .correct, "\(judgement.reason)")
    let warnings = judgement.findings.filter { $0.kind == "other-sizes" }
    #expect(warnings.count == (isWarned ? 1 : 0), "\(warnings.map(\.message))")
    #expect(warnings.allSatisfy { $0.severity == .warning })
  }
}
