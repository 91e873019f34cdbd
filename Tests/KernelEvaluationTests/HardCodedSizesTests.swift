import Testing

@testable import KernelEvaluation

@Suite struct `Hard-coded sizes` {
  private static func uses(_ source: String, _ constants: [String: Int]) -> [HardCodedSizes.Use] {
    HardCodedSizes(constants: constants, source: source).uses
  }

  private static func certain(_ source: String, _ constants: [String: Int]) -> [String] {
    HardCodedSizes(constants: constants, source: source).certain.map { "\($0.name) \($0.value) \($0.line)" }
  }

  static let candidate = """
    import torch
    from torch.utils.cpp_extension import load_inline

    batch_size = 16
    dim = 16384

    source = '''
    #include <torch/extension.h>
    // 16384 in a comment
    #define DIM 16384
    constexpr int rows = 16'384;  /* 16384
    and 16384 */
    __global__ void k(const float* x) { __shared__ float s[256]; float y = 16384.0f; }
    void launch() { k<<<1, 256>>>(nullptr); for (int i = 0; i < 16 * 16384; ++i) {} }
    '''

    class ModelNew(torch.nn.Module):
        \"""For 16384 columns.\"""
        def __init__(self, size=16384):
            super().__init__()
            self.size = size  # 16384
            self.source = source

        def forward(self, x):
            assert x.shape[1] == 16384
            return x

    def get_inputs():
        return [torch.rand(16, 16384), torch.rand(batch_size, dim)]

    if __name__ == "__main__":
        print(16384)
    """

  @Test func `are found in code, and not in comments, defaults and what makes inputs`() {
    let found = Self.uses(Self.candidate, ["batch_size": 16, "dim": 16384])
    #expect(found.filter { $0.value == 16384 }.map(\.line) == [10, 11, 14, 25])
    #expect(found.filter { $0.value == 16384 && !$0.isInCUDA }.map(\.line) == [25])
    let product = found.filter { $0.value == 16 * 16384 }
    #expect(product.map(\.name) == ["batch_size × dim"] && product.map(\.isCertain) == [false])
    #expect(found.allSatisfy { $0.isCertain || $0.value != 16384 })
  }

  @Test func `count as module variables only if something reads them`() {
    let head = "N = 3000\n"
    #expect(Self.certain(head, ["N": 3000]) == [])
    #expect(Self.certain(head + "def get_inputs():\n  return [N]\n", ["N": 3000]) == [])
    #expect(Self.certain(head + "def f(x):\n  return x[:N]\n", ["N": 3000]) == ["N 3000 1"])
  }

  @Test(arguments: [
    ("def f(x, N):\n  return x[:N]\n", false), ("def f(x):\n  N = x.shape[0]\n  return x[:N]\n", false),
    ("def f(x):\n  N, M = x.shape\n  return x[:N]\n", false), ("def f(x):\n  return x.N\n", false),
    ("def f(x):\n  return g(N=x)\n", false), ("def f(x): return x[:N]\n", true), ("x = g(N)\nf(x)\n", true),
    ("x = g(N)\n", false),
    ("def f(N): return N\nx = N\nf(x)\n", true), ("class A:\n  def f(self, N):\n    return N\n  y = N\n", true),
    ("def f(x, n=N):\n  return g(N=N)\n", false), ("shape = (N, 1)\n", false),
    ("a = N\nb = a\nf(b)\n", true), ("async def f(N):\n  return N\n", false),
  ])
  func `are read only where the name is the module's`(rest: String, isRead: Bool) {
    #expect(Self.certain("N = 3000\n" + rest, ["N": 3000]) == (isRead ? ["N 3000 1"] : []))
  }

  @Test(arguments: [
    ("block = 256", [String]()), ("f(y.view(256))", []), ("f(y.view(2048))", ["N 2048 1"]),
    ("f(y.view(2 ** 11))", ["N 2048 1"]), ("f(y.view(1 << 11))", ["N 2048 1"]), ("f(y.view(0x800))", ["N 2048 1"]),
    ("f(y.view(2_048))", ["N 2048 1"]), ("f(y.view(2 * 1024))", ["N 2048 1"]), ("f(y.view(-2048))", ["N 2048 1"]),
    ("f(y * 2048.0)", []), ("f('view 2048')", []), ("f(x2048)", []), ("view(20480)", []), ("", []),
    ("\u{0}2048", ["N 2048 1"]), ("\"\"\"2048", []), ("def f(a=2048): pass", []), ("f(\n\n2048)", ["N 2048 3"]),
  ])
  func `are told from other numbers`(line: String, found: [String]) {
    #expect(Self.certain(line + "\n", ["N": 2048, "blocks": 256]) == found)
  }

  @Test(arguments: [
    ("#define K 32", true), ("#define K (32)", true), ("const int k = 32;", true), ("constexpr int K{32};", true),
    ("int threads = 32;", false), ("f(32)", false), ("x & 31", false), ("float4 v32;", false),
    ("k<<<32, 32>>>()", false),
  ])
  func `are certain under their own name`(line: String, isCertain: Bool) {
    let source = "source = r'''\n__global__ void f();\n\(line)\n'''\n"
    #expect(Self.certain(source, ["K": 32]) == (isCertain ? ["K 32 3"] : []))
  }

  @Test func `are told in a sentence`() {
    let sizes = HardCodedSizes(constants: ["batch_size": 16, "dim": 16384], source: Self.candidate)
    #expect(sizes.summary?.contains("dim = 16384 (line 10)") == true)
    #expect(HardCodedSizes(constants: ["N": 5000], source: "x = 1").summary == nil)
  }

  @Test(.timeLimit(.minutes(1))) func `are looked for in anything`() {
    var generator = SeededGenerator(seed: 1)
    let alphabet = Array("012xX.'\"/*\\\n#{}()<>= _defineglobal__")
    for _ in 0..<(isOptimized ? 200 : 20) {
      let text = String((0..<300).map { _ in alphabet.randomElement(using: &generator) ?? "0" })
      _ = HardCodedSizes(constants: ["a": 12, "b": 200], source: text)
      _ = HardCodedSizes(constants: ["a": 12], source: "s = '''#include " + text + "'''")
    }
    let count = isOptimized ? 20_000 : 100
    let long = String(repeating: "f(y.view(2048, 0x800))\n", count: count)
    #expect(HardCodedSizes(constants: ["N": 2048], source: long).uses.count == 2 * count)
  }
}
