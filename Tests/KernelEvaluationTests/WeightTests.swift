import KernelVerdicts
import Testing

@testable import KernelEvaluation

/// Weights that only some of which a candidate has under their names.
struct WeightPairingTests {
  private static func weight(_ name: String, _ count: Int, _ value: Double, _ shape: [Int]? = nil) -> ConstantWeight {
    ConstantWeight(name: name, count: count, value: value, shape: shape ?? [count])
  }

  @Test func aNameThatBothHaveSaysMoreThanASize() {
    let pairing = WeightPairing(
      [Self.weight("a", 8, 1, [2, 4]), Self.weight("b", 8, 1), Self.weight("c", 8, 1)],
      [
        Self.weight("x", 8, 1), Self.weight("b", 8, 1), Self.weight("y", 8, 1, [4, 2]), Self.weight("c", 8, 0),
      ])
    #expect(
      pairing.groups == [
        .init(reference: ["b"], candidate: ["b"], isUniform: false),
        .init(reference: ["a", "c"], candidate: ["x", "y"], isUniform: true),
      ])
    #expect(pairing.left.isEmpty)
  }

  @Test func alikeOnesArePairedWhereThereAreAsMany() {
    let pairing = WeightPairing(
      [
        Self.weight("a.weight", 8, 1), Self.weight("a.bias", 8, 0), Self.weight("b.weight", 8, 1),
        Self.weight("c.weight", 4, 1), Self.weight("d.bias", 3, 0),
      ],
      [
        Self.weight("scale2", 8, 1), Self.weight("shift", 8, 0), Self.weight("scale1", 8, 1),
        Self.weight("other", 4, 0.5), Self.weight("x", 3, 0), Self.weight("y", 3, 0),
      ])
    #expect(pairing.groups.map(\.reference) == [["a.weight", "b.weight"], ["a.bias"]])
    #expect(pairing.groups.map(\.candidate) == [["scale2", "scale1"], ["shift"]])
    #expect(pairing.left.map(\.name) == ["c.weight", "d.bias"])
  }

  @Test(arguments: [
    "null", "3", "[[1, 2, 3]]", #"[["a", 0, 1, []]]"#, #"[["a", -4, 1, [4]]]"#, #"[["a", 4]]"#, #"["a"]"#,
    #"[["a", 4, null, [4]]]"#, #"[["a", 4, 1]]"#, #"[["a", 9223372036854775807, 1, [4]]]"#,
  ])
  func whatIsNoConstantIsLeftOut(_ json: String) throws {
    #expect(ConstantWeight.list(try JSONValue(Array(json.utf8))).isEmpty)
  }
}

/// Candidates whose parameters are not the reference's.
@Suite(
  .enabled(if: Judging.areToolsThere, "judging needs nvcc, clang and a Python with PyTorch: run make setup"),
  .serialized)
struct WeightTests {
  /// Two scales and a shift that are ones and zeros at first, drawn numbers, statistics that a model in training does not use, and a
  /// table that a kernel may know by itself.
  static let reference = """
    import torch

    class Model(torch.nn.Module):
        def __init__(self, width):
            super().__init__()
            self.drawn = torch.nn.Parameter(torch.randn(2, width))
            self.first = torch.nn.Parameter(torch.ones(width))
            self.second = torch.nn.Parameter(torch.ones(width))
            self.shift = torch.nn.Parameter(torch.zeros(width))
            self.register_buffer("seen", torch.zeros(width))
            self.register_buffer("ramp", torch.arange(width, dtype=torch.float32))
            self.register_buffer("unsaved", torch.ones(width), persistent=False)

        def forward(self, x):
            self.seen += x.mean(0)
            return (x * self.drawn[0] * self.first + self.drawn[1]) * self.second * self.unsaved + self.shift + self.ramp

    def get_inputs():
        return [torch.randn(64, 96)]

    def get_init_inputs():
        return [96]
    """

  /// A candidate with parameters of its own that says what it multiplies with and adds: five tensors of one row.
  static func candidate(_ parameters: String, _ uses: String) -> String {
    """
    import torch
    from torch.utils.cpp_extension import load_inline

    source = r'''
    #include <torch/extension.h>

    __global__ void kernel(const float* x, const float* a, const float* b, const float* c, const float* d,
                           const float* e, float* y, int count, int width) {
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        if (i >= count) return;
        int j = i % width;
        y[i] = (x[i] * a[j] * b[j] + c[j]) * d[j] + e[j] + j;
    }

    torch::Tensor run(torch::Tensor x, torch::Tensor a, torch::Tensor b, torch::Tensor c, torch::Tensor d,
                      torch::Tensor e) {
        auto y = torch::empty_like(x);
        int count = x.numel();
        kernel<<<(count + 255) / 256, 256>>>(
            x.data_ptr<float>(), a.data_ptr<float>(), b.data_ptr<float>(), c.data_ptr<float>(), d.data_ptr<float>(),
            e.data_ptr<float>(), y.data_ptr<float>(), count, x.size(1));
        return y;
    }
    '''
    types = ", ".join(f"torch::Tensor {name}" for name in "xabcde")
    module = load_inline(
        name="weighed", cpp_sources=f"torch::Tensor run({types});", cuda_sources=source, functions=["run"])

    class ModelNew(torch.nn.Module):
        def __init__(self, width):
            super().__init__()
            P = torch.nn.Parameter
            ones, zeros = torch.ones(width), torch.zeros(width)
            \(parameters.split(separator: "\n").joined(separator: "\n        "))
            self.one, self.zero = ones.cuda(), zeros.cuda()

        def forward(self, x):
            s = self
            return module.run(x.contiguous(), \(uses))
    """
  }

  static let drawn = "self.d0 = P(torch.randn(2 * width))\n"
  static let row = "s.d0[:x.size(1)], s.first.view(-1), s.d0[x.size(1):], s.second.view(-1), s.shift.view(-1)"

  /// Elements of a weight that is kept transposed lie in another order.
  @Test(arguments: [
    ("s.scale_t.t().contiguous().view(-1)", Verdict.correct), ("s.one", .incorrect),
  ])
  func aWeightMayBeKeptTransposed(scale: String, verdict: Verdict) async throws {
    let reference = """
      import torch

      class Model(torch.nn.Module):
          def __init__(self, width):
              super().__init__()
              self.drawn = torch.nn.Parameter(torch.randn(2, width))
              self.scale = torch.nn.Parameter(torch.ones(8, width // 8))

          def forward(self, x):
              ramp = torch.arange(x.shape[1], dtype=x.dtype)
              return x * self.drawn[0] * self.scale.view(-1) + self.drawn[1] + ramp

      def get_inputs():
          return [torch.randn(64, 96)]

      def get_init_inputs():
          return [96]
      """
    let candidate = Self.candidate(
      Self.drawn + "self.scale_t = P(torch.ones(width // 8, 8))",
      "s.d0[:x.size(1)], \(scale), s.d0[x.size(1):], s.one, s.zero")
    let judgement = try await Judging.judge(reference, candidate)
    #expect(judgement.verdict == verdict, "\(judgement.reason) \(judgement.details ?? "")")
  }

  /// What a layer draws that nobody calls need not be there.
  @Test(arguments: [
    ("x * self.drawn[0] + self.drawn[1]", Verdict.correct, "It needs no unused.weight"),
    (
      "x * self.drawn[0] + self.drawn[1] + 0.1 * self.unused(x)", .incorrect,
      "It leaves out 2 parameters of the reference's: unused.weight and unused.bias"
    ),
    // A gate that starts closed.
    (
      "x * self.drawn[0] + self.drawn[1] + self.gate * self.unused(x)", .incorrect,
      "It leaves out 3 parameters of the reference's: gate, unused.weight and unused.bias"
    ),
    // It takes no other values than its own.
    (
      "x * self.drawn[0] + self.drawn[1] + torch.linalg.cholesky(self.spread.diag()).sum() * 1e-3", .incorrect,
      "It leaves out"
    ),
  ])
  func aLayerThatNobodyCallsMayBeLeftOut(output: String, verdict: Verdict, sentence: String) async throws {
    let reference = """
      import torch

      class Model(torch.nn.Module):
          def __init__(self, width):
              super().__init__()
              self.drawn = torch.nn.Parameter(torch.randn(2, width))
              if \(output.contains("gate") ? "True" : "False"):
                  self.gate = torch.nn.Parameter(torch.tensor(0.0))
              if \(output.contains("spread") ? "True" : "False"):
                  self.spread = torch.nn.Parameter(torch.rand(4) + 1)
              self.unused = torch.nn.Linear(width, width)

          def forward(self, x):
              return \(output) + torch.arange(x.shape[1], dtype=x.dtype, device=x.device)

      def get_inputs():
          return [torch.randn(64, 96)]

      def get_init_inputs():
          return [96]
      """
    let candidate = Self.candidate(
      "self.drawn = P(torch.randn(2, width))", "s.drawn[0], s.one, s.drawn[1], s.one, s.zero")
    let judgement = try await Judging.judge(reference, candidate)
    let said = ([judgement.reason] + judgement.notes).joined(separator: "\n")
    #expect(judgement.verdict == verdict, "\(said) \(judgement.details ?? "")")
    #expect(said.contains(sentence), "\(said)")
  }

  @Test(arguments: [
    // Names of its own, in other shapes and another order, without the statistics.
    (
      drawn
        + "self.shift = P(zeros.view(1, -1))\nself.second = P(ones.view(-1, 1))\nself.first = P(ones.view(1, 1, -1))",
      row, Verdict.correct, "were given the same values"
    ),
    // A scale less: its own extra parameter is not as large.
    (
      drawn + "self.first = P(ones)\nself.shift = P(zeros)\nself.extra = P(torch.ones(3))",
      row.replacing("s.second.view(-1)", with: "s.one"), .incorrect,
      "It leaves out 1 parameter of the reference's: second"
    ),
    // All of them less, with one that is large enough to hold them.
    (
      drawn + "self.extra = P(torch.randn(4, width))",
      "s.d0[:x.size(1)], s.one, s.d0[x.size(1):], s.one, s.zero", .unsupported, "cannot be told"
    ),
    // It has them and does not use one.
    (
      drawn + "self.u = P(ones)\nself.v = P(ones)\nself.w = P(zeros)",
      "s.d0[:x.size(1)], s.u, s.d0[x.size(1):], s.one, s.w", .incorrect, "elements are wrong"
    ),
    // The drawn numbers are others.
    (
      "torch.rand(1)\n" + drawn + "self.u = P(ones)\nself.v = P(ones)\nself.w = P(zeros)",
      "s.d0[:x.size(1)], s.u, s.d0[x.size(1):], s.v, s.w", .incorrect, "elements are wrong"
    ),
    // Everything by name but the statistics, which do not show.
    (
      "self.drawn = P(torch.randn(2, width))\nself.first = P(ones)\nself.second = P(ones.clone())\nself.shift = P(zeros)",
      "s.drawn[0], s.first, s.drawn[1], s.second, s.shift", .correct,
      "It needs no seen, on which the reference's output does not depend"
    ),
    // Names of its own and the same shapes, the shift before the scales.
    (
      "self.d = P(torch.randn(2, width))\nself.c = P(zeros)\nself.a = P(ones)\nself.b = P(ones.clone())"
        + "\nself.register_buffer('ramp', torch.arange(width) * 1.0)\nself.register_buffer('seen', zeros.clone())",
      "s.d[0], s.a, s.d[1], s.b, s.c", .correct, "they were given values by shape, first value and order: d, c, a and b"
    ),
    // Everything by name but a shift.
    (
      "self.drawn = P(torch.randn(2, width))\nself.first = P(ones)\nself.second = P(ones.clone())",
      "s.drawn[0], s.first, s.drawn[1], s.second, s.zero", .incorrect,
      "It leaves out 1 parameter of the reference's: shift"
    ),
    // Nothing at all.
    ("", "s.one, s.one, s.zero, s.one, s.zero", .incorrect, "It leaves out 5 parameters of the reference's: drawn"),
  ])
  func noWeightIsLeftOutUnseen(parameters: String, uses: String, verdict: Verdict, sentence: String) async throws {
    let judgement = try await Judging.judge(Self.reference, Self.candidate(parameters, uses))
    let said = ([judgement.reason] + judgement.notes).joined(separator: "\n")
    #expect(judgement.verdict == verdict, "\(said) \(judgement.details ?? "")")
    #expect(said.contains(sentence), "\(said)")
  }
}
