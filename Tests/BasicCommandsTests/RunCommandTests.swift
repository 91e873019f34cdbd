import ArgumentParser
import Foundation
import Testing

@testable import BasicCommands

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `basic run` as somebody calls it: statuses, what goes where, and what ends a program.
@Suite(
  .enabled(
    if: CommandLineTool.isBuilt && CheckCommandTests.hasPyTorch && !PhysicalGPU.isThere,
    "basic is not built, or there is no nvcc (make setup), or there is a GPU, where programs run otherwise"),
  .serialized)
struct RunCommandTests {
  /// Does what its first argument says, and ends with the status that the second says.
  static let program = """
    #include <csignal>
    #include <cstdio>
    #include <cstdlib>
    #include <cstring>

    __global__ void fill(int* x, int count) {
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        if (i < count) x[i] = i;
    }

    __global__ void beyond(int* x, int count) {
        x[count + threadIdx.x] = 1;
    }

    int main(int count, char** arguments) {
        const char* what = count > 1 ? arguments[1] : "fill";
        int status = count > 2 ? atoi(arguments[2]) : 0;
        int* x;
        int host[100] = {};
        cudaMalloc(&x, sizeof(host));
        fill<<<2, 64>>>(x, 100);
        if (!strcmp(what, "beyond")) beyond<<<1, 1>>>(x, 100);
        cudaMemcpy(host, x, sizeof(host), cudaMemcpyDeviceToHost);
        if (!strcmp(what, "read")) {
            char line[100];
            if (fgets(line, sizeof line, stdin)) printf("read %s", line);
        }
        printf("last %d\\n", host[99]);
        fflush(stdout);
        if (!strcmp(what, "spin")) {
            fprintf(stderr, "spinning\\n");
            for (volatile int i = 0;; i = i + 1) {}
        }
        if (!strcmp(what, "abort")) abort();
        if (!strcmp(what, "hold")) {
            for (int i = 0; i < 4000; i++) memset(malloc(1 << 20), 1, 1 << 20);
        }
        return status;
    }
    """

  private func run(
    _ arguments: [String], source: String = program, input: CommandLineTool.Input = .text(""),
    action: CommandLineTool.Action = .nothing, _ look: (String) throws -> Void = { _ in }
  ) throws -> CommandLineTool.Outcome {
    try TemporaryFolder.with { folder in
      try TemporaryFolder.write(source, folder + "/program.cu")
      var tool = CommandLineTool(
        folder: folder, environment: ["BASIC_NVCC": "", "XDG_CACHE_HOME": CommandLineTool.cache], input: input,
        action: action)
      tool.timeLimit = 300
      let outcome = try tool.run(["run"] + arguments)
      try look(folder)
      return outcome
    }
  }

  @Test func `the program's output is its own, and what its kernels did goes to standard error`() throws {
    let outcome = try run(["program.cu"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == "last 99\n")
    #expect(outcome.errors.contains("fill") && outcome.errors.contains("1 launch"), "\(outcome.errors)")
  }

  @Test func `what goes in reaches the program: arguments, standard input, its source from there`() throws {
    let read = try run(["program.cu", "--", "read", "0"], input: .text("a line\n"))
    #expect(read.status == 0 && read.output == "read a line\nlast 99\n", "\(read.errors)")
    let piped = try run(["-", "--quiet"], input: .text(Self.program))
    #expect(piped.status == 0 && piped.output == "last 99\n" && piped.errors.isEmpty, "\(piped.errors)")
  }

  @Test func `the report as JSON goes to a file, with a version`() throws {
    let outcome = try run(["program.cu", "--format", "json", "--output", "report.json", "--", "beyond"]) { folder in
      let data = Data(try TemporaryFolder.read(folder + "/report.json").utf8)
      let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      #expect(json["schemaVersion"] as? Int == 1)
      let kernels = try #require(json["kernels"] as? [[String: Any]])
      #expect(kernels.count == 2)
      let findings = try #require(json["findings"] as? [[String: Any]])
      #expect(findings.count == 1 && findings.first?["kind"] as? String == "out-of-bounds")
    }
    // As on a GPU, nothing can be copied any more after such an access.
    #expect(outcome.status == 1 && outcome.output == "last 0\n" && outcome.errors.isEmpty, "\(outcome.errors)")
  }

  @Test(arguments: [
    (["program.cu", "--", "fill", "7"], Int32(7), "fill"),
    (["program.cu", "--", "beyond"], 1, "program.cu:12"),
    (["program.cu", "--error-exitcode", "9", "--", "beyond"], 9, "beyond"),
    // The program's own status is not overwritten.
    (["program.cu", "--", "beyond", "7"], 7, "beyond"),
    (["program.cu", "--check", "none", "--", "beyond"], 0, "beyond"),
    (["program.cu", "--leak-check"], 0, "400 bytes from cudaMalloc are never freed"),
    (["program.cu", "--", "abort"], 134, "ended by signal 6"),
    (["program.cu", "--timeout", "10", "--", "spin"], 124, "it ran longer than 10.0 s (--timeout)"),
    (["program.cu", "--memory", "700", "--", "hold"], 137, "it held more memory than it may (--memory)"),
  ])
  func `the status says how it ended`(arguments: [String], status: Int32, says: String) throws {
    let outcome = try run(arguments)
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.errors.contains(says), "\(outcome.errors)")
    // What the program had said by then is not lost.
    let isBroken = arguments.contains("beyond") && !arguments.contains("none")
    #expect(outcome.output == (isBroken ? "last 0\n" : "last 99\n"))
  }

  @Test func `Ctrl-C ends the program with 130`() throws {
    let outcome = try run(["program.cu", "--", "spin"], action: .signal(SIGINT, whenErrorsHold: "spinning"))
    #expect(outcome.status == 130, "\(outcome.errors)")
    #expect(outcome.output == "last 99\n")
  }

  @Test(arguments: [
    (["other.cu"], "There is no file other.cu"), (["."], "is a folder"), (["program.cu", "--gpu", "b9000"], "b9000"),
    (["program.cu", "--timeout", "0"], "--timeout"), (["program.cu", "--error-exitcode", "300"], "--error-exitcode"),
    (["program.cu", "--device", "cuda"], "There is no NVIDIA GPU on this machine"),
    (["program.cu", "--output", "no/report.json"], "name a file in a folder that exists"),
  ])
  func `a wrong call ends with 64`(arguments: [String], says: String) throws {
    let outcome = try run(arguments)
    #expect(outcome.status == 64 && outcome.output.isEmpty)
    #expect(outcome.errors.contains(says), "\(outcome.errors)")
  }

  @Test func `a program that does not compile is shown with its line`() throws {
    let outcome = try run(["program.cu"], source: "int main() {\n  return undeclared;\n}\n")
    #expect(outcome.status == 64 && outcome.output.isEmpty)
    #expect(outcome.errors.contains("program.cu") && outcome.errors.contains("2"), "\(outcome.errors)")
    #expect(outcome.errors.contains("undeclared"), "\(outcome.errors)")
  }

  @Test func `what the virtual GPU does not do ends with 69, by name`() throws {
    let source = """
      #include <cstdio>
      __global__ void f(cudaTextureObject_t t, float* y) { *y = tex1Dfetch<float>(t, 0); }
      int main() {
        float* y;
        cudaMalloc(&y, 4);
        f<<<1, 1>>>(0, y);
        return cudaDeviceSynchronize() != cudaSuccess;
      }
      """
    let outcome = try run(["program.cu"], source: source)
    #expect(outcome.status == 69, "\(outcome.errors)")
    #expect(outcome.errors.contains("tex"), "\(outcome.errors)")
  }
}

/// What of a call is about watching, which nobody does on a GPU.
struct PhysicalGPUTests {
  @Test(arguments: [
    ("run p.cu", []), ("run p.cu --timeout 3 --gpu t4 --quiet", []), ("run p.cu --check races", ["--check"]),
    ("run p.cu --leak-check", ["--leak-check"]),
    (
      "run p.cu --schedule random --seed 3 --memory 4 --error-exitcode 0 --format json --output r.json",
      ["--schedule", "--memory", "--error-exitcode", "--format json", "--output"]
    ),
  ])
  func `options without effect are named`(call: String, names: [String]) throws {
    let command = try #require(try Basic.parseAsRoot(call.split(separator: " ").map(String.init)) as? Run)
    #expect(PhysicalGPU.withoutEffect(command) == names)
  }
}
