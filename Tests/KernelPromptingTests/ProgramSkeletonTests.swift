import KernelPrompting
import Testing

@Suite struct `A program's skeleton` {
  private static let kernel = """
    #define BLOCK 256
    __global__ void scale_kernel(const float* x, float* y, float scale, int n) {
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        if (i < n) y[i] = scale * x[i];
    }
    """

  @Test func `takes a kernel in the place of its own`() throws {
    let skeleton = try ProgramSkeleton(prompt: promptSource)
    #expect(skeleton.kernelName == "scale_kernel")
    let program = try skeleton.program(with: Self.kernel + "\n\n")
    #expect(program.hasPrefix("#include <stdio.h>\n\n// The kernel.\n\(Self.kernel)\n\nint main() {\n"))
    #expect(program.hasSuffix("    return 0;\n}\n"))
    #expect(!program.contains("implement this"))
  }

  @Test func `gives way to a whole program`() throws {
    let whole = Self.kernel + "\nint main() { return 0; }\n"
    #expect(try ProgramSkeleton(prompt: promptSource).program(with: whole) == whole)
  }

  @Test(arguments: [
    ("", "none that is complete"), ("// __global__ void scale_kernel() {}", "none that is complete"),
    ("__global__ void scale_kernel(int n) { if (n) {", "none that is complete"),
    ("__global__ void scale_kernel(int n);", "none that is complete"),
    ("__global__ void other(int n) {}", "only other"),
    ("void f() { main(1); }\nint domain(int x) { return x; }", "none that is complete"),
  ])
  func `refuses an answer without its kernel`(answer: String, part: String) {
    #expect { try ProgramSkeleton(prompt: promptSource).program(with: answer) } throws: {
      ($0 as? PromptingError)?.code == .noKernel && "\($0)".contains(part)
    }
  }

  @Test(arguments: [
    "__global__ void __launch_bounds__(256, 2) k(int n)", "template <typename T>\n__global__ void k(T* x)",
    "extern \"C\" __global__ void k(int n)", "static __global__\nvoid k(const float* __restrict__ x, char c = ')')",
  ])
  func `finds kernels of any declaration`(signature: String) throws {
    let prompt = "def f(x): return x\nC code begins:\n#define A 1\n/* x */ \(signature) {\n  // { \"\n}\nint main() {}"
    let skeleton = try ProgramSkeleton(prompt: prompt)
    #expect(skeleton.kernelName == "k")
    #expect(
      try skeleton.program(with: "__global__ void k() {}\n")
        == "#define A 1\n/* x */ __global__ void k() {}\nint main() {}\n")
  }

  @Test func `with several kernels loses those that the answer defines`() throws {
    let prompt = """
      C code begins:
      __global__ void a(int n) { /* todo */ }
      __global__ void b(int n) { /* todo */ }
      __global__ void c(int n);
      int main() {}
      """
    let program = try ProgramSkeleton(prompt: prompt).program(
      with: "__global__ void a(int n) { n = 1'000; }\n__global__ void b(int n) { char q = '\"'; }")
    #expect(
      program == """
        __global__ void a(int n) { n = 1'000; }
        __global__ void b(int n) { char q = '"'; }

        __global__ void c(int n);
        int main() {}

        """)
  }

  @Test(arguments: ["", "def f(x): return x", "C code begins:", "C code begins:\nint main() {}", "x C code begins:\n"])
  func `of a text without a program is refused`(prompt: String) {
    #expect { try ProgramSkeleton(prompt: prompt) } throws: { ($0 as? PromptingError)?.code == .incompletePrompt }
  }

  @Test(.enabled(if: !TestData.prompts.isEmpty, "Set BASIC_TEST_DATA to a folder with prompts to run this test."))
  func `is in each of the hand-written prompts`() throws {
    for path in TestData.prompts {
      let skeleton = try ProgramSkeleton(prompt: TestData.text(path))
      let kernel = "__global__ void \(skeleton.kernelName)(int n) {}"
      let program = try skeleton.program(with: kernel)
      #expect(program.contains(kernel) && !program.contains("implement this") && program.contains("int main()"))
    }
  }

  @Test(arguments: 0..<(TestData.isLongRun ? 20_000 : 300))
  func `stands any text`(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let snippets = [
      "{", "}", "\"", "'", "/*", "*/", "//", "R\"(", "__global__", "main(", "(", ")", "#", "C code begins:\n",
    ]
    let prompt = mutated(promptSource, snippets: snippets, using: &generator)
    let answer = mutated(Self.kernel, snippets: snippets, using: &generator)
    do throws(PromptingError) {
      let program = try ProgramSkeleton(prompt: prompt).program(with: answer)
      #expect(program.utf8.count >= answer.utf8.reversed().drop { $0 == 0x0A }.count)
    } catch {
      #expect(error.code == .incompletePrompt || error.code == .noKernel)
    }
  }
}
