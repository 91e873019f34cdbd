import CUDAToolchain
import Foundation
import GPUModels
import Testing

@testable import VirtualGPU

/// What of the standard library's headers an extension is compiled with.
@Suite struct NeededHeadersTests {
  private static let few = "-DBASIC_FEW_STANDARD_HEADERS"
  private static let noSmallFloats = "-DBASIC_NO_SMALL_FLOATS"

  @Test(arguments: [
    "", "std::vector<float> v; std::max(1, 2); ::std::min(a, b); std :: pair<int, int> p;", "using std::max;",
    // A deviation, not a namespace.
    "float std = sqrtf(variance); y = (x - mean) / std; f(mean, std); // std: the deviation",
    "std\n::\nstring s;", "int beginning; row_begin; begins;", "namespace mine { int a; }",
    "stdx::sort(); xstd::sort();",
    "std::numeric_limits<float>::infinity(), \"std::vector\"",
  ])
  func `names of the list need few`(text: String) {
    #expect(NeededHeaders.definitions(for: ["int a;", text]) == [Self.few, Self.noSmallFloats])
  }

  @Test(arguments: [
    "std::sort(a, b);", "std::function<void()> f;", "using namespace std;", "using  namespace\n std ;",
    "namespace s = std;", "namespace s = ::std;", "using namespace ::std;", "std::chrono::seconds(1)", "std::",
    "std :: mutex m;", "std::/**/vector<int> v;", "sort(v.begin(), v.end());", "st\\\nd::sort(a, b);",
    "std::maxi", "std::cout << std::endl;", "std::é",
    "sort(v.rbegin(), v.rend());", "std::max({a, b, c})", "std::min<int64_t>( {a, b} )", "std::max (\n{1, 2})",
  ])
  func `any other name needs all`(text: String) {
    #expect(NeededHeaders.definitions(for: ["int a;", text]) == [Self.noSmallFloats])
  }

  @Test(arguments: [
    "__half x;", "at::kHalf", "#include <cuda_fp16.h>", "c10::BFloat16 b;", "AT_DISPATCH_FLOATING_TYPES_AND_HALF(",
    "AT_DISPATCH_REDUCED_FLOATING_TYPES(", "__nv_bfloat162 x;", "torch::kFloat16", "torch::kF16",
  ])
  func `a small float by any name brings them all`(text: String) {
    #expect(NeededHeaders.definitions(for: [text, "int a;"]) == [Self.few])
  }

  @Test(arguments: [
    (#"cuda_sources(3): error: namespace "std" has no member "sort""#, true),
    ("cpp_sources:2:6: error: 'iota' is not a member of 'std'", true),
    ("cuda_sources(14): error: identifier \"accumulate\" is undefined", true),
    ("cpp_sources:4:9: error: no matching function for call to 'max(<brace-enclosed initializer list>)'", true),
    (#"cuda_sources(5): error: calling a __host__ function("c10::Half::operator float() const") is not allowed"#, true),
    ("functions:2:30: error: 'scaled' was not declared in this scope", false),
    ("cuda_sources(9): error: expected a \";\"", false),
  ])
  func `a build that lacks a name of std is tried with all`(log: String, isTried: Bool) {
    #expect(NeededHeaders.mayBeToBlame(VirtualGPUError(.doesNotCompile, log)) == isTried)
    #expect(!NeededHeaders.mayBeToBlame(VirtualGPUError(.doesNotLink, log)))
  }

  // MARK: With the compilers

  private static let kernel = """
    __global__ void scale(const float* x, float* y, float f, int n) {
      int i = blockIdx.x * blockDim.x + threadIdx.x;
      if (i < n) y[i] = x[i] * f;
    }
    torch::Tensor scaled(torch::Tensor x, double f) {
      TORCH_CHECK(x.is_cuda(), "x has ", x.numel(), " elements");
      auto y = torch::empty_like(x);
      scale<<<(x.numel() + 255) / 256, 256>>>(x.data_ptr<float>(), y.data_ptr<float>(), f, x.numel());
      return y;
    }
    """

  /// Builds an extension, and says what was left out.
  private func build(_ before: String, _ after: String = "") async throws -> [String] {
    let tools = try #require(try await Programs.tools())
    return try await Programs.withFolder { folder in
      var builder = ExtensionBuilder(
        tools: tools, gpu: .h100, options: ProgramRunner.Check.all.options, cache: Programs.sharedCache)
      builder.python = "/nonexistent/bin/python"
      let cuda = "\(before)\n\(Self.kernel)\n\(after)"
      let request = ExtensionRequest(
        name: "needing", cppSources: ["\(before)\ntorch::Tensor scaled(torch::Tensor x, double f);"],
        cudaSources: [cuda], functions: ["scaled": "scales"])
      let build = try await builder.build(request, scratch: folder)
      #expect(!build.usedFullHeaders)
      return NeededHeaders.definitions(for: [cuda])
    }
  }

  @Test(.enabled(Programs.missing) { await Programs.canBuild() })
  func `each name of the list is there, in every light header`() async throws {
    let root =
      URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
      + "/Sources/CUDAToolchain/Resources/include"
    let headers = (FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? [])
      .filter { $0.hasSuffix(".h") && !$0.hasPrefix("basic/") }.sorted()
    #expect(headers.count > 40)
    // By their names alone these would bring the small types.
    let included = headers.filter { !$0.contains("Half") && !$0.contains("BFloat16") }
    let names = NeededHeaders.names.sorted()
    let left = try await build(
      included.map { "#include <\($0)>" }.joined(separator: "\n") + "\nnamespace listed_names {\n"
        + names.map { "using std::\($0);" }.joined(separator: "\n") + "\n}")
    #expect(left == [Self.few, Self.noSmallFloats])
  }

  @Test(
    .enabled(Programs.missing) { await Programs.canBuild() },
    arguments: [
      ("#include <vector>", "void f(std::vector<int>& v) { std::sort(v.begin(), v.end()); }", 1),
      ("using namespace std;", "function<int()> f = [] { mt19937 g(1); return (int)g(); };", 1),
      ("", "__global__ void k(__half* x, c10::Half* y) { x[0] = __float2half(float(y[0])); }", 1),
      // What the list does not know of, where no name shows it: all headers are tried then.
      ("#define S std", "double f(double* a, int n) { return S::accumulate(a, a + n, 0.0); }", 2),
      ("#define LARGEST std::max", "int f(int a, int b) { return LARGEST({a, b, 3}); }", 2),
    ])
  func `what is needed is there`(before: String, after: String, omissions: Int) async throws {
    #expect(try await build(before, after).count == omissions)
  }
}
