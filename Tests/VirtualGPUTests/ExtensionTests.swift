import CUDAToolchain
import Foundation
import GPUModels
import Testing

@testable import VirtualGPU

/// Extensions that are built, and called by a Python with PyTorch where there is one.
@Suite struct ExtensionTests {
  private static let scripts =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
    + "/KernelEvaluationTests/Python/extensions"

  private static let scale = """
    __global__ void scale(const float* x, float* y, float f, int n) {
      int i = blockIdx.x * blockDim.x + threadIdx.x;
      if (i < n) y[i] = x[i] * f;
    }
    torch::Tensor scaled(torch::Tensor x, double f) {
      auto y = torch::empty_like(x);
      scale<<<(x.numel() + 255) / 256, 256>>>(x.data_ptr<float>(), y.data_ptr<float>(), f, x.numel());
      return y;
    }
    """

  private static func request(_ name: String, cuda: String = scale) -> ExtensionRequest {
    ExtensionRequest(
      name: name, cppSources: ["torch::Tensor scaled(torch::Tensor x, double f);"], cudaSources: [cuda],
      functions: ["scaled": "scales"], extraCUDAFlags: ["--use_fast_math", "-arch=sm_80"])
  }

  private func withBuilder(_ body: (ExtensionBuilder, String) async throws -> Void) async throws {
    let tools = try #require(try await Programs.tools())
    try await Programs.withFolder { folder in
      var builder = ExtensionBuilder(
        tools: tools, gpu: .h100, options: ProgramRunner.Check.all.options, cache: Programs.sharedCache)
      // No PyTorch: a build with its headers takes minutes.
      builder.python = "/nonexistent/bin/python"
      try await body(builder, folder)
    }
  }

  private func failure(_ builder: ExtensionBuilder, _ request: ExtensionRequest, _ folder: String) async throws
    -> VirtualGPUError
  {
    do {
      _ = try await builder.build(request, scratch: folder)
      Issue.record("\(request.name) was built")
      return VirtualGPUError(.internalFailure, "")
    } catch let error as VirtualGPUError { return error }
  }

  @Test(.enabled(Programs.missing) { await Programs.canBuild() })
  func `an extension is built once, whoever asks and however many at once`() async throws {
    try await withBuilder { builder, folder in
      let request = Self.request("scaled_at_once")
      let builds = try await withThrowingTaskGroup(of: ExtensionBuild.self) { group in
        for number in 0..<4 {
          group.addTask { try await builder.build(request, scratch: "\(folder)/\(number)") }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(Set(builds.map(\.library)).count == 1)
      let again = try await builder.build(request, scratch: folder + "/again")
      #expect(again.isFromCache && again.library == builds[0].library)
      #expect(again.layout.kernels.map(\.name) == ["_Z5scalePKfPffi"])
      #expect(again.layout.sites.contains { $0.file == "cuda_sources" && $0.line == 3 })
      #expect(again.warnings == ["The flag -arch=sm_80 is not passed on."])
    }
  }

  @Test(.enabled(Programs.missing) { await Programs.canBuild() })
  func `a build that was stopped leaves nothing that stands in the way`() async throws {
    try await withBuilder { builder, folder in
      let request = Self.request("scaled_stopped", cuda: Self.scale + "\n// another text")
      for delay in [0.05, 0.7, 1.5] {
        let task = Task { try await builder.build(request, scratch: "\(folder)/\(delay)") }
        try await Task.sleep(for: .seconds(delay))
        task.cancel()
        _ = try? await task.value
      }
      // What a killed process leaves: a folder that is not whole, in the entry's place.
      let build = try await builder.build(request, scratch: folder + "/first")
      let entry = build.library.split(separator: "/").dropLast().joined(separator: "/")
      try FileManager.default.removeItem(atPath: "/\(entry)/complete")
      try FileManager.default.removeItem(atPath: build.library)
      let again = try await builder.build(request, scratch: folder + "/second")
      #expect(!again.isFromCache && FileManager.default.fileExists(atPath: again.library))
    }
  }

  /// Every way to name the types that a kernel is made for, each with as many arguments as PyTorch gives it.
  @Test(.enabled(Programs.missing) { await Programs.canBuild() })
  func `every macro over types is there`() async throws {
    let families: [(String, [String])] = [
      ("FLOATING_TYPES", ["", "_AND", "_AND2", "_AND3", "_AND4"]), ("INTEGRAL_TYPES", ["", "_AND"]),
      ("ALL_TYPES", ["", "_AND", "_AND2", "_AND3"]), ("COMPLEX_TYPES", ["", "_AND"]),
      ("FLOATING_AND_COMPLEX_TYPES", ["", "_AND1", "_AND2", "_AND3"]), ("REDUCED_FLOATING_TYPES", [""]),
      ("ALL_TYPES_AND_COMPLEX", ["", "_AND", "_AND2", "_AND3"]), ("FLOATING_TYPES_AND_HALF", [""]),
    ]
    let further = ["at::kHalf", "at::ScalarType::BFloat16", "c10::ScalarType::Bool", "torch::kInt"]
    let uses = families.flatMap { family, endings in
      endings.enumerated().flatMap { count, ending in
        let types = further.prefix(count).map { $0 + ", " }.joined()
        return [
          "AT_DISPATCH_\(family)\(ending)(\(types)x.scalar_type(), \"f\", [&] { y += sizeof(scalar_t); });",
          "AT_DISPATCH_SWITCH(x.scalar_type(), \"f\", AT_DISPATCH_CASE_\(family)\(ending)(\(types)[&] { y += sizeof(scalar_t); }));",
        ]
      }
    }
    try await withBuilder { builder, folder in
      let source = Self.scale + "\nvoid sizes(torch::Tensor x, long& y) {\n\(uses.joined(separator: "\n"))\n}"
      _ = try await builder.build(Self.request("dispatched", cuda: source), scratch: folder)
    }
  }

  @Test(.enabled(Programs.missing) { await Programs.canBuild() })
  func `what does not build says why`() async throws {
    try await withBuilder { builder, folder in
      var request = Self.request("undeclared")
      request.cppSources = [""]
      var error = try await failure(builder, request, folder + "/1")
      #expect(error.code == .doesNotCompile)
      #expect(error.message.contains("functions:2:") && error.message.contains("'scaled' was not declared"))

      error = try await failure(
        builder, Self.request("undefined", cuda: "__global__ void unused() {}"), folder + "/2")
      #expect(error.code == .doesNotLink && error.message.contains("scaled(at::Tensor, double)"), "\(error.message)")

      error = try await failure(builder, Self.request("wrong", cuda: "int f() { return x; }"), folder + "/3")
      #expect(error.code == .doesNotCompile && error.message.contains("cuda_sources(1)"), "\(error.message)")
      #expect(!error.message.contains(folder))

      let inline = "#define D(x) \".inc\" #x\nasm(D(bin) \" \\\"/etc/passwd\\\"\");\n" + Self.scale
      error = try await failure(builder, Self.request("assembly", cuda: inline), folder + "/4")
      #expect(error.code == .refused && !error.message.contains("root:"), "\(error.message)")

      let bomb = """
        template <int N, int M> struct T { enum { v = T<N - 1, M>::v + T<N - 1, M + 1>::v }; };
        template <int M> struct T<0, M> { enum { v = M }; };
        int f() { return T<600, 0>::v + T<700, 1>::v + T<899, 2>::v; }
        """
      let start = ContinuousClock.now
      error = try await failure(builder, Self.request("bomb", cuda: bomb), folder + "/5")
      #expect([.outOfTime, .doesNotCompile].contains(error.code), "\(error.message)")
      #expect(start.duration(to: .now) < .seconds(200))
    }
  }

  @Test(.enabled(Programs.missing) { await Programs.canBuild() })
  func `every part of the bridge gives what PyTorch gives`() async throws {
    guard let python = try await Self.pythonWithPyTorch() else { return }
    try await withBuilder { builder, folder in
      let texts = try ["bridge.cpp", "bridge.cu"].map {
        ($0, try String(contentsOfFile: "\(Self.scripts)/\($0)", encoding: .utf8))
      }
      let request = ExtensionRequest(name: "bridge_test", sources: Dictionary(uniqueKeysWithValues: texts))
      let build = try await builder.build(request, scratch: folder)
      let runtime = try await RuntimeLibrary.shared(builder.tools, cache: Programs.sharedCache, scratch: folder)
      let result = try await Command(
        executable: python, arguments: ["-B", "\(Self.scripts)/bridge_check.py", build.library, runtime],
        folder: folder,
        environment: ProcessInfo.processInfo.environment, timeLimit: .seconds(280)
      ).run()
      #expect(result.ending == .exited(0), "\(result.standardError.suffix(4000))")
      #expect(result.standardError.contains("\nOK\n"))
    }
  }

  @Test(.enabled(Programs.missing) { await Programs.canBuild() })
  func `launches of an extension for a real GPU pass a gate`() async throws {
    guard let python = try await Self.pythonWithPyTorch() else { return }
    try await withBuilder { builder, folder in
      var builder = builder
      builder.device = .cuda
      let status = """
        int64_t status() { return cudaGetLastError(); }

        """
      var request = Self.request("observed", cuda: Self.scale + "\n" + status)
      request.cppSources = ["torch::Tensor scaled(torch::Tensor x, double f); int64_t status();"]
      request.functions = ["scaled": "", "status": ""]
      let build = try await builder.build(request, scratch: folder)
      let clock = folder + "/clock.so"
      let worker =
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .path + "/Worker/gpu_clock.cpp"
      let compiler = builder.tools.compiler.hostCompiler
      let (ending, log) = try await builder.tools.run(
        compiler, ["-std=c++17", "-O1", "-fPIC", "-shared", "-Wall", "-Werror", worker, "-o", clock, "-ldl"], in: folder
      )
      #expect(ending == .exited(0), "\(log)")
      let result = try await Command(
        executable: python, arguments: ["-B", "\(Self.scripts)/gate_check.py", build.library, clock], folder: folder,
        environment: ProcessInfo.processInfo.environment, timeLimit: .seconds(120)
      ).run()
      #expect(result.ending == .exited(0), "\(result.standardOutput)\(result.standardError.suffix(4000))")
      #expect(result.standardOutput.hasSuffix("OK\n"))
    }
  }

  /// A Python that has PyTorch: the toolchain's.
  private static func pythonWithPyTorch() async throws -> String? {
    guard let python = try await Toolchain.find().python else { return nil }
    return try await Programs.withFolder { folder in
      let result = try await Command(
        executable: python, arguments: ["-c", "import torch"], folder: folder,
        environment: ProcessInfo.processInfo.environment, timeLimit: .seconds(60)
      ).run()
      return result.ending == .exited(0) ? python : nil
    }
  }
}
