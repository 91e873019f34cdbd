import CUDAToolchain
import Foundation
import GPUModels
import Testing

@Suite(.enabled(if: Machine.hasCompiler, "\(Machine.noCompiler)")) struct Compiling {
  private static let kernel =
    "template <class T> __global__ void k(T* a) { __shared__ T s[64]; s[threadIdx.x] = a[0];"
    + " __syncthreads(); a[1] = s[3]; }\n"

  /// Many compilers at once take their time on a small machine.
  private static let patience = Duration.seconds(600)

  private func check(_ source: CandidateSource, limit: Duration = patience) async throws -> CompileReport {
    let check = CompileCheck(toolchain: try await Machine.toolchain(), cache: nil, timeLimit: limit)
    return try await check.run(source, for: .h100)
  }

  private func inline(cpp: String, cuda: String, functions: [String]?, flags: [String] = []) -> CandidateSource {
    var one = CandidateSource.Extension()
    one.name = "x"
    one.cppSources = [.init(cpp)]
    one.cudaSources = [.init(cuda)]
    one.functions = functions
    one.cudaFlags = flags
    return .loadInline([one])
  }

  private static let host =
    "torch::Tensor f(torch::Tensor x) { AT_DISPATCH_FLOATING_TYPES_AND_HALF(x.scalar_type(), \"f\", "
    + "[&] { k<scalar_t><<<1, 64>>>(x.data_ptr<scalar_t>()); }); return x; }"

  @Test(arguments: GPUModel.all) func `a good extension is accepted`(gpu: GPUModel) async throws {
    let check = CompileCheck(toolchain: try await Machine.toolchain(), cache: nil, timeLimit: Self.patience)
    let source = inline(cpp: "torch::Tensor f(torch::Tensor x);", cuda: Self.kernel + Self.host, functions: ["f"])
    let report = try await check.run(source, for: gpu)
    #expect(report.status == .ok, "\(report.log) \(report.findings)")
    #expect(Set(report.kernels.map(\.name)) == ["k<float>", "k<double>", "k<c10::Half>"])
    #expect(report.kernels.first { $0.name == "k<float>" }?.sharedMemory == 256)
    #expect(report.kernels.allSatisfy { $0.registers > 0 && $0.barriers == 1 })
    #expect(report.architecture == gpu.machine && report.seconds > 0 && report.compilerVersion != nil)
  }

  @Test func `an error names the line of the source`() async throws {
    let cuda = "\n\n__global__ void k(float* a) { a[0] = nothing; }\n"
    let report = try await check(inline(cpp: "", cuda: cuda, functions: []))
    #expect(report.status == .failed && report.log.contains("cuda_sources(3): error") && report.reason != nil)
    #expect(!report.log.contains("/"))
  }

  @Test func `a binding that cannot build is a failure that keeps the device code's verdict`() async throws {
    let undeclared = try await check(inline(cpp: "", cuda: Self.kernel + Self.host, functions: ["f"]))
    #expect(undeclared.status == .failed && undeclared.isDeviceCodeAccepted)
    #expect(undeclared.findings.map(\.code) == ["functions-undeclared"] && undeclared.log.contains("functions:"))
    let twice = try await check(
      inline(
        cpp: "torch::Tensor f(torch::Tensor x);",
        cuda: "#include <torch/extension.h>\n" + Self.kernel + Self.host
          + "\nPYBIND11_MODULE(TORCH_EXTENSION_NAME, m) { m.def(\"f\", &f); }", functions: ["f"]))
    #expect(twice.status == .failed && twice.findings.map(\.code) == ["module-defined-twice"])
  }

  @Test(arguments: [
    ("__half a, b; __half c = a + b;", false), ("c10::Half a = 1.0f, b = 2.0f; c10::Half c = a * b + 1;", true),
    ("auto r = x.data_ptr<__half>();", false), ("auto r = x.data_ptr<at::Half>();", true),
    ("auto y = 1.0 - x.index({torch::indexing::Slice(), 0}) * FLT_MAX;", true), ("auto y = x.sum({0, 1}, true);", true),
    ("auto y = torch::zeros({2, 3}, torch::kCUDA); y.nonsense();", false),
    ("TORCH_CHECK(x.dim() == 2, x.sizes());", true),
    ("auto a = x.packed_accessor32<float, 2, torch::RestrictPtrTraits>();", true), ("long long n = undefined;", false),
    ("auto y = torch::nn::functional::relu(x);", true), ("x[0][1] = 3.0; x += 1;", true),
  ])
  func `the light header judges as PyTorch's would`(body: String, isAccepted: Bool) async throws {
    let cuda =
      "#include <torch/extension.h>\n__global__ void k() {}\n"
      + "void f(torch::Tensor x) { k<<<1, 1>>>(); \(body) }"
    let report = try await check(inline(cpp: "void f(torch::Tensor x);", cuda: cuda, functions: ["f"]))
    #expect(report.status == (isAccepted ? .ok : .failed), "\(report.log) \(report.findings)")
  }

  @Test func `a header that is not here decides nothing`() async throws {
    let cuda = "#include <cublas_v2.h>\n__global__ void k() {}\nvoid f() { k<<<1, 1>>>(); }"
    let report = try await check(inline(cpp: "void f();", cuda: cuda, functions: ["f"]))
    #expect(report.status == .notRun && report.reason?.contains("cublas_v2.h") == true)
    let invented = try await check(.cudaProgram("#include <my_kernels.h>\n__global__ void k() {}"))
    #expect(invented.status == .failed)
  }

  @Test func `too much shared memory is found by ptxas`() async throws {
    let report = try await check(
      .cudaProgram(
        "__global__ void k(float* a) { __shared__ float s[100000]; s[threadIdx.x] = a[0]; __syncthreads(); a[1] = s[3]; }"
      ))
    #expect(report.status == .failed && report.log.contains("too much shared data"))
    #expect(report.findings.map(\.code) == ["kernel-never-launched"])
  }

  @Test func `a program that includes without end is stopped, and nothing is left behind`() async throws {
    let (endless, mark) = endless()
    let report = try await check(endless, limit: .seconds(1))
    #expect(report.status == .notRun)
    #expect(leftovers(mark).isEmpty)
  }

  @Test func `a cancelled check throws and leaves nothing behind`() async throws {
    let (endless, mark) = endless()
    let task = Task { try await check(endless) }
    try await Task.sleep(for: .milliseconds(1500))
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(leftovers(mark).isEmpty)
  }

  @Test func `a report is kept, found again, and made again when it is damaged`() async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/basic-cache-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let check = CompileCheck(
      toolchain: try await Machine.toolchain(), cache: CompileCache(folder: folder), timeLimit: Self.patience)
    let source = CandidateSource.cudaProgram("__global__ void k(float* a) { a[0] = 1; }")
    let first = try await check.run(source, for: .h100)
    var second = try await check.run(source, for: .h100)
    #expect(!first.isFromCache && second.isFromCache)
    second.isFromCache = false
    #expect(second.kernels == first.kernels && second.status == first.status && second.findings == first.findings)
    #expect(try await !check.run(source, for: .a100).isFromCache)
    for name in FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String }) ?? [] {
      let path = folder + "/" + name
      guard var data = FileManager.default.contents(atPath: path) else { continue }
      data[data.count / 2] ^= 1
      try data.write(to: URL(filePath: path))
    }
    #expect(try await !check.run(source, for: .h100).isFromCache)
    #expect(try await check.run(source, for: .h100).isFromCache)
  }

  /// A program whose preprocessing never ends, and a mark that its folder and its processes bear.
  private func endless() -> (CandidateSource, mark: String) {
    let mark = "MARK_" + UUID().uuidString.filter { $0 != "-" }
    var source = CandidateSource.cudaProgram("// \(mark)\n#include \"/dev/zero\"\n")
    source.extensions[0].cudaFlags = ["-D\(mark)"]
    return (source, mark)
  }

  /// Temporary folders and, on Linux, processes of a marked program.
  private func leftovers(_ mark: String) -> [String] {
    let files = FileManager.default
    let folders = ((try? files.contentsOfDirectory(atPath: files.temporaryDirectory.path)) ?? []).filter { name in
      let path = files.temporaryDirectory.path + "/\(name)/0/cuda.cu"
      return name.hasPrefix("basic-compile-")
        && (try? String(contentsOfFile: path, encoding: .utf8))?.contains(mark) == true
    }
    let processes = ((try? files.contentsOfDirectory(atPath: "/proc")) ?? []).filter { name in
      guard Int(name) != nil, let line = files.contents(atPath: "/proc/\(name)/cmdline") else { return false }
      return String(decoding: line, as: UTF8.self).contains(mark)
    }
    return folders + processes
  }
}

@Suite struct `Finding the toolchain` {
  @Test func `a wish that leads nowhere ends the search with a sentence`() async throws {
    let found = try await Toolchain.find(environment: ["BASIC_NVCC": "/nowhere/nvcc", "PATH": "/usr/bin:/bin"])
    #expect(found.compiler == nil && found.reason?.contains("BASIC_NVCC") == true)
    #expect(found.summary.contains { $0.name == "nvcc" && $0.text.contains("not found") })
  }

  @Test func `without a compiler nothing is decided`() async throws {
    let found = try await Toolchain.find(environment: ["PATH": ""], roots: [])
    #expect(found.compiler == nil && found.python == nil && found.missing.map(\.what) == ["python3", "nvcc"])
    let report = try await CompileCheck(toolchain: found, cache: nil).run(.cudaProgram("x"), for: .t4)
    #expect(report.status == .notRun && report.reason?.contains("nvcc") == true)
    let json = try JSONEncoder().encode(report)
    #expect(try JSONDecoder().decode(CompileReport.self, from: json) == report)
    await #expect(throws: CUDAToolchainError.self) { try await CandidateSource.read("", toolchain: found) }
  }

  @Test(.enabled(if: Machine.hasCompiler, "\(Machine.noCompiler)")) func `a whole toolchain has nothing missing`()
    async throws
  {
    let found = try await Machine.toolchain()
    #expect(found.compiler != nil && found.python != nil && found.missing.isEmpty && found.reason == nil)
  }
}
