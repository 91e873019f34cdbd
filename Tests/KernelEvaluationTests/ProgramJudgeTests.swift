import KernelVerdicts
import Testing

@testable import KernelEvaluation

@Suite struct ProgramJudgeTests {
  @Test(arguments: [
    ("Result: FAILED", true), ("Test failed at 3", true), ("error: values differ", true), ("mismatch at 17", true),
    ("0 mismatches", false), ("mismatch count: 0", false), ("No error: all good", false), ("PASSED", false),
    ("", false),
    ("max difference 1e-7", false),
  ])
  func aLineThatSpeaksOfAFailureIsSeen(output: String, isFailure: Bool) {
    #expect((ProgramJudge.failureLine("kernel done\n" + output) != nil) == isFailure)
  }

  @Test(arguments: [
    ("PASSED", true), ("Results match.", true), ("Correct!", true), ("OK", true), ("time 3 ms", false), ("", false),
  ])
  func aLineThatSpeaksOfSuccessIsSeen(output: String, isSuccess: Bool) {
    #expect((ProgramJudge.passLine(output) != nil) == isSuccess)
  }

  static func program(_ body: String, _ ending: String) -> String {
    """
    #include <cstdio>
    __global__ void twice(const float* x, float* y, int n) {
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        \(body)
    }
    int main() {
        const int n = 1000;
        static float x[n], y[n];
        float *dx, *dy;
        for (int i = 0; i < n; i++) x[i] = i;
        cudaMalloc(&dx, sizeof x);
        cudaMalloc(&dy, sizeof y);
        cudaMemcpy(dx, x, sizeof x, cudaMemcpyHostToDevice);
        twice<<<4, 256>>>(dx, dy, n);
        cudaMemcpy(y, dy, sizeof y, cudaMemcpyDeviceToHost);
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
    ])
  func aProgramIsJudgedByWhatItDoes(body: String, ending: String, verdict: Verdict) async throws {
    let tools = try Judging.tools.get()
    let judgement = try await ProgramJudge(tools: tools.buildTools, options: JudgeOptions(timeLimit: .seconds(60)))
      .judge(Self.program(body, ending))
    #expect(judgement.verdict == verdict, "\(judgement.reason)")
    #expect(judgement.notes.contains(ProgramJudge.caveat))
  }
}
