import CUDAToolchain
import Foundation
import KernelVerdicts
import Testing

@testable import KernelEvaluation

@Suite struct ProgramJudgeTests {
  static func program(_ body: String, _ ending: String) -> String {
    """
    #include <cstdio>
    __global__ void twice(const float* x, float* y, int n) {
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        \(body)
    }
    int main() {
        const int n = 1000;
        static float x[n + 2], y[n + 2];
        float *dx, *dy;
        for (int i = 0; i < n; i++) x[i] = i;
        cudaMalloc(&dx, sizeof x);
        cudaMalloc(&dy, sizeof y);
        cudaMemset(dy, 0, (n + 1) * sizeof *y);
        cudaMemcpy(dx, x, sizeof x, cudaMemcpyHostToDevice);
        twice<<<4, 256>>>(dx, dy, n);
        cudaMemcpy(y, dy, (n + 1) * sizeof *y, cudaMemcpyDeviceToHost);
        for (int i = 0; i < n; i++)
            if (y[i] != 2 * x[i]) { printf("FAILED at %d\\n", i); return 1; }
        \(ending)
    }
    """
  }

  @Test(
    .enabled(if: Judging.areToolsThere, "judging needs nvcc, clang and a Python with PyTorch: run make setup"),
    arguments: [
      ("if (i < n) y[i] = 2 * x[i];", "printf(\"PASSED\\n\"); return 0;", Verdict.correct),
      ("if (i < n) y[i] = 2 * x[i];", "return 0;", .unsupported),
      ("if (i < n) y[i] = 3 * x[i];", "printf(\"PASSED\\n\"); return 0;", .incorrect),
      ("y[i] = 2 * x[i];", "printf(\"PASSED\\n\"); return 0;", .incorrect),
      ("y[i] = undeclared;", "return 0;", .compileError),
      ("#include \"/etc/hostname\"\n", "printf(\"PASSED\\n\"); return 0;", .rejected),
      (
        "if (i < n) y[i] = 2 * x[i];", "fputs(\"results do not match\\n\", stderr); puts(\"ok\"); return 0;",
        .incorrect
      ),
      // Which thread's number is left depends on the schedule; the program's own test does not look.
      ("if (i < n) y[i] = 2 * x[i]; y[n] = i;", "printf(\"PASSED %f\\n\", y[n]); return 0;", .incorrect),
      // All write the same.
      ("if (i < n) y[i] = 2 * x[i]; y[n] = 7;", "printf(\"PASSED %f\\n\", y[n]); return 0;", .correct),
      // Memory that nobody wrote comes out.
      (
        "if (i < n) y[i] = 2 * x[i]; if (i == 0) y[n] = y[n + 1];", "printf(\"PASSED %f\\n\", y[n]); return 0;",
        .incorrect
      ),
      ("if (i < n) y[i] = 2 * x[i]; if (i == 0) y[n] = y[n + 1] * 0;", "puts(\"PASSED\"); for (;;);", .timeout),
    ])
  func aProgramIsJudgedByWhatItDoes(body: String, ending: String, verdict: Verdict) async throws {
    let tools = try Judging.tools.get()
    let limit = Duration.seconds(verdict == .timeout ? 5 : 60)
    let judgement = try await ProgramJudge(tools: tools.buildTools, options: JudgeOptions(timeLimit: limit))
      .judge(Self.program(body, ending))
    #expect(judgement.verdict == verdict, "\(judgement.reason)")
    #expect(judgement.notes.contains(ProgramJudge.caveat))
  }

  /// What a program does on the host's side is enclosed as a candidate's module is.
  @Test(
    .enabled(if: Judging.areToolsThere, "judging needs nvcc, clang and a Python with PyTorch: run make setup"),
    arguments: [
      ("getenv(\"BASIC_SECRET_OF_THE_TEST\")", "the environment"),
      ("fopen(\"OUTSIDE\", \"w\")", "a file outside"),
      ("socket(AF_INET, SOCK_STREAM, 0) >= 0", "a socket"),
      ("fopen(\"/etc/passwd\", \"r\") && !system(\"grep -q ^root: /etc/passwd\")", "the machine's users"),
      ("kill(PARENT, 0) == 0", "our process"),
    ])
  func aProgramIsEnclosed(attempt: String, what: String) async throws {
    let tools = try Judging.tools.get()
    try await Folders.withTemporary { folder in
      setenv("BASIC_SECRET_OF_THE_TEST", "1", 1)
      let attempt = attempt.replacingOccurrences(of: "OUTSIDE", with: folder + "/planted")
        .replacingOccurrences(of: "PARENT", with: "\(getpid())")
      let ending = "if (\(attempt)) { printf(\"FAILED to keep \(what)\\n\"); return 1; } puts(\"PASSED\"); return 0;"
      let headers = "#include <cstdlib>\n#include <signal.h>\n#include <sys/socket.h>\n#include <unistd.h>\n"
      let judgement = try await ProgramJudge(tools: tools.buildTools, options: JudgeOptions(timeLimit: .seconds(60)))
        .judge(headers + Self.program("if (i < n) y[i] = 2 * x[i];", ending))
      #expect(judgement.verdict == .correct, "\(judgement.reason)")
      #expect(!FileManager.default.fileExists(atPath: folder + "/planted"))
      #expect(Sandbox.Kind(rawValue: judgement.sandbox) != nil)
    }
  }
}
