import KernelEvaluation
import KernelPrompting
import Testing

@testable import KernelSearch

@Suite struct `A normalised source` {
  static let program = #"""
    import torch

    cuda_source = r"""
    #include <torch/extension.h>
    #define SQUARE(x) ((x) * (x))
    // A comment.
    __global__ void kernel(const float* x, float* y, int n) {
        int i = blockIdx.x * blockDim.x + threadIdx.x;  /* the index */
        if (i < n) y[i] = SQUARE(x[i]) + +1.0e-3f;
        printf("// no comment, %d\n", i);
    }
    """

    class ModelNew(torch.nn.Module):
        def forward(self, x):
            if x.numel() > 0:
                x = run(x)
            return x
    """#

  static func same(_ a: String, _ b: String, _ language: CodeLanguage = .python) -> Bool {
    NormalisedSource(a, language: language) == NormalisedSource(b, language: language)
  }

  @Test(arguments: [
    (
      "int i = blockIdx.x * blockDim.x + threadIdx.x;  /* the index */", "int i=blockIdx.x*blockDim.x\n  + threadIdx.x;"
    ),
    ("// A comment.\n", ""), ("// A comment.", "// Another\\\n one."), ("class ModelNew", "# here\n\n\nclass ModelNew"),
    (
      "        if x.numel() > 0:\n            x = run(x)\n        return x",
      "\tif x.numel()>0:  # so\n\t\tx = run( x )\n\treturn x"
    ),
    ("x = run(x)", "x = run(\n        x)"), ("x = run(x)", "x = \\\n    run(x)"), ("\n", "\r\n"),
    ("if (i < n) y[i]", "if( i<n )\ty [i]"), ("#define SQUARE(x) ((x) * (x))", "#define SQUARE(x) \\\n  ((x) * (x))"),
  ]) func `leaves out comments and layout`(old: String, new: String) {
    #expect(Self.same(Self.program, Self.program.replacing(old, with: new)), "\(new)")
  }

  @Test(arguments: [
    ("+ +1.0e-3f", "++1.0e-3f"), ("1.0e-3f", "1.0e-3"), ("no comment", "no  comment"), ("i < n", "i <= n"),
    ("#define SQUARE(x) ((x)", "#define SQUARE (x) ((x)"), ("int i", "inti"),
    ("            x = run(x)\n        return x", "            x = run(x)\n            return x"),
    ("r\"\"\"\n", "f\"\"\"\n"), ("import torch\n", "import torch, os\n"), ("// A comment.\n", "// A comment. \\\n"),
    ("#include <torch/extension.h>\n", "#include <torch/extension.h> "), ("y[i] = SQUARE", "/* y[i] = SQUARE"),
    ("x = run(x)", "x = run(x);"),
  ]) func `keeps what matters`(old: String, new: String) {
    #expect(!Self.same(Self.program, Self.program.replacing(old, with: new)), "\(new)")
  }

  @Test func `reads the code in strings as the program does`() {
    // In a string that is not raw, \n is a line break: it ends the comment.
    let broken = #"s = "__global__ // a\n void f() {}""#
    #expect(!Self.same(broken, #"s = "__global__ // a void f() {}""#))
    #expect(Self.same(broken, #"s = "__global__ // b\n void f() {}""#))
    #expect(Self.same(broken, "s = '''__global__\nvoid f() {}'''"))
    // In a raw one it is not.
    #expect(!Self.same(#"s = r"__global__ // a\n void f() {}""#, "s = '''__global__\nvoid f() {}'''"))
    // Escapes by number stay as they are.
    #expect(!Self.same(#"s = "__global__ \x41""#, #"s = "__global__  \x41""#))
    // Text that is no code keeps its blanks.
    #expect(!Self.same(#"s = "a  b""#, #"s = "a b""#))
  }

  @Test func `of a CUDA program leaves out comments and layout`() {
    let program = "#include <cstdio>\n__global__ void f(int* x) { *x = 1; }\nint main() { f<<<1, 2>>>(0); }\n"
    #expect(Self.same(program, program.replacing("{ *x", with: "{ // one\n\n *x"), .cuda))
    #expect(!Self.same(program, program.replacing("<<<", with: "< <<"), .cuda))
    #expect(Self.same("R\"x(a)\" b )x\";", "R\"x(a)\" b )x\" ; // so", .cuda))
    #expect(!Self.same("R\"x(a //b\n)x\";", "R\"x(a\n)x\";", .cuda))
    #expect(!Self.same("char c = '\"'; // \"", "char c = '\"'; \"", .cuda))
    #expect(Self.same("a = 1'000'000;", "a = 1'000'000 ;", .cuda))
  }

  @Test func `has a hash that tells programs apart`() {
    let one = NormalisedSource(Self.program, language: .python)
    #expect(one.hash.count == 16)
    #expect(one.hash == NormalisedSource("# so\n" + Self.program, language: .python).hash)
    #expect(one.hash != NormalisedSource(Self.program + "x = 1\n", language: .python).hash)
  }

  /// Comments and blank lines at random places between statements never matter; a changed token always does.
  @Test func `is the same whatever comments are put in, and another for any other token`() {
    var generator = SeededGenerator(seed: 12)
    let rounds = TestData.isLongRun ? 20_000 : 300
    let lines = Self.program.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let kernel = lines.firstIndex { $0.contains("__global__") } ?? 0
    for _ in 0..<rounds {
      var changed = lines
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<kernel, using: &generator)
        let isInString = changed[..<place].contains { $0.contains("r\"\"\"") }
        let comment = isInString ? "  // \(generator.next())" : "# \(generator.next())"
        changed.insert(["", comment].randomElement(using: &generator) ?? "", at: place)
        if place > kernel { break }
      }
      #expect(Self.same(Self.program, changed.joined(separator: "\n")))
      changed.append("x\(generator.next()) = 1")
      #expect(!Self.same(Self.program, changed.joined(separator: "\n")))
    }
  }

  @Test func `is made of any bytes`() {
    var generator = SeededGenerator(seed: 13)
    let rounds = TestData.isLongRun ? 50_000 : 1_500
    let snippets = [
      "\"\"\"", "'", "\\", "/*", "//", "#", "R\"(", "\n", "\r", "\t", "\u{0}", "é", "{", "f\"", "1'", "1e+",
    ]
    for _ in 0..<rounds {
      var bytes = Array(Self.program.utf8)
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        let place = Int.random(in: 0...bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes = Array(bytes[..<place])
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + 9))
        case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
        default: bytes.insert(contentsOf: Array((snippets.randomElement(using: &generator) ?? "").utf8), at: place)
        }
      }
      let text = String(decoding: bytes, as: UTF8.self)
      for language in [CodeLanguage.python, .cuda] {
        #expect(NormalisedSource(text, language: language).hash == NormalisedSource(text, language: language).hash)
      }
    }
  }
}
