import KernelEvaluation
import KernelPrompting
import KernelVerdicts
import Testing
import VirtualGPU

@testable import KernelSearch

@Suite struct `A judgement as feedback` {
  private func judgement(_ verdict: Verdict, _ change: (inout Judgement) -> Void = { _ in }) -> Feedback {
    var judgement = Judgement(verdict: verdict, reason: "The reason.", device: "virtual", gpu: "H100")
    change(&judgement)
    return Feedback(JudgeResult(judgement))
  }

  @Test(arguments: Verdict.allCases) func `keeps the verdict and its reason`(verdict: Verdict) {
    let kinds: [Verdict: Feedback.Kind] = [
      .correct: .tooSlow, .incorrect: .wrongResult, .compileError: .compileError, .runtimeError: .runtimeError,
      .timeout: .timeout, .rejected: .rejected, .unsupported: .unsupported,
    ]
    let feedback = judgement(verdict)
    #expect(feedback.kind == kinds[verdict] && feedback.summary == "The reason.")
  }

  @Test func `names the first wrong element, how many are wrong, and their pattern`() {
    let feedback = judgement(.incorrect) {
      $0.correctness = decoded(
        """
        {"trials": 5, "passed": 3, "maxAbsoluteError": 1, "maxRelativeError": 1, "tolerance": 1e-4,
         "distributions": ["own"], "mismatch": {"output": 0, "trial": 3, "distribution": "heavy-tailed", "index": [2, 7],
         "expected": 1.5, "actual": 0, "count": 12, "elements": 100, "pattern": "wrong are the last 12 elements"}}
        """)
      $0.findings = [
        .init(kind: "wrong-output", severity: .error, message: "Output 0 is wrong."),
        .init(kind: "race", severity: .warning, message: "race in f at a.cu:3: two writes.", count: 4),
      ]
      $0.size = decoded("{\"isFull\": false, \"reduced\": [{\"name\": \"N\", \"full\": 1024, \"used\": 64}]}")
    }
    #expect(feedback.kind == .wrongResult)
    #expect(
      feedback.points == [
        "Output 0, first wrong element [2, 7]: it is 0.0, and 1.5 is expected.",
        "12 of 100 elements are wrong: wrong are the last 12 elements.",
        "3 of 5 sets of inputs gave right results; these were not, with heavy-tailed inputs.",
        "race in f at a.cu:3: two writes. (4 times)",
        "It was run with N = 64; it has to be right for the problem's own sizes as well.",
      ])
  }

  @Test func `tells a broken rule of memory from a wrong result`() {
    let feedback = judgement(.incorrect) {
      $0.findings = [
        .init(
          kind: "out-of-bounds", severity: .error,
          message: "out-of-bounds in f at a.cu:12: a load of 4 bytes. Block (3,0,0), thread (31,0,0).")
      ]
    }
    #expect(feedback.kind == .memoryFinding && feedback.points.count == 1)
    #expect(feedback.text.contains("Block (3,0,0), thread (31,0,0)."))
  }

  @Test func `has the compiler's first errors with their lines`() {
    let log = """
      In file included from main.cu:1:
      main.cu(3): warning #177-D: variable "a" was declared but never referenced
        int a;
            ^
      main.cu(7): error: identifier "y" is undefined
            y[i] = 0;
            ^

      main.cu(9): error: expected a ";"
        }
        ^

      2 errors detected in the compilation of "main.cu".
      """
    let feedback = judgement(.compileError) { $0.details = log }
    #expect(
      feedback.quotation?.text == """
        main.cu(7): error: identifier "y" is undefined
              y[i] = 0;
              ^
        main.cu(9): error: expected a ";"
          }
          ^
        2 errors detected in the compilation of "main.cu".
        """)
  }

  @Test func `counts the errors that it leaves out`() {
    let log = (1...50).map { "a.cu:\($0):1: error: number \($0)\n  code \($0);" }.joined(separator: "\n")
    let text = CompilerErrors.first(of: log)
    #expect(text.hasPrefix("a.cu:1:1: error: number 1\n  code 1;\n") && text.hasSuffix("\n… and 46 errors more"))
    #expect(CompilerErrors.first(of: "no such thing\n\nat all") == "no such thing\nat all")
    #expect(CompilerErrors.first(of: "").isEmpty)
  }

  @Test func `has the end of a traceback`() {
    let trace = (1...100).map { "line \($0)" }.joined(separator: "\n")
    let feedback = judgement(.runtimeError) { $0.details = trace }
    #expect(
      feedback.quotation?.text.hasPrefix("line 85\n") == true && feedback.quotation?.text.hasSuffix("100") == true)
  }

  @Test func `of a correct candidate has its speed, and says whether that is measured`() {
    let measured = Feedback(result(.correct, ratio: 2))
    #expect(measured.kind == .tooSlow && measured.points.first?.hasPrefix("Measured on H100: 500 ms a call") == true)
    let estimated = Feedback(result(.correct, estimate: 2e-5, estimatedRatio: 1.5))
    #expect(
      estimated.points.first
        == "Estimated for H100, not measured: 20 µs a call at the sizes that were run, 1.5 times as fast as PyTorch by estimate."
    )
  }

  @Test func `of a correct candidate has its slowest kernels and their most wasteful accesses`() throws {
    func kernel(_ name: String, seconds: Double) throws -> KernelRun {
      try #require(
        decoded(
          """
          {"name": "\(name)", "displayName": "\(name)", "launches": 2, "grid": [4, 1, 1], "block": [256, 1, 1],
           "sharedBytes": 1024, "hostSeconds": 0, "instructions": {}, "activeLanes": 0.5, "registers": 40, "sites": [
             {"file": "a.cu", "line": 7, "kind": "load", "space": "global", "requests": 1, "lanes": 32, "sectors": 800,
              "idealSectors": 100, "wavefronts": 1, "idealWavefronts": 1},
             {"file": "a.cu", "line": 9, "kind": "store", "space": "shared", "requests": 1, "lanes": 32, "sectors": 0,
              "idealSectors": 0, "wavefronts": 64, "idealWavefronts": 2},
             {"file": "a.cu", "line": 11, "kind": "load", "space": "global", "requests": 1, "lanes": 32, "sectors": 100,
              "idealSectors": 100, "wavefronts": 1, "idealWavefronts": 1}],
           "estimate": {"gpu": "H100", "seconds": \(seconds), "bound": "memory", "parts": {"memory": \(seconds), "issue": 1e-7},
            "utilization": 0.5}}
          """))
    }
    let kernels = [try kernel("quick", seconds: 1e-6), try kernel("slow", seconds: 1e-3)]
    let lines = KernelProfile.lines(kernels)
    #expect(lines.count == 6)
    #expect(
      lines[0]
        == "slow: 2 launches, grid 4, block 256, 1024 bytes of shared memory, 40 registers; estimate 1 ms, bound by memory (memory 1 ms, issue 0.1 µs); the grid keeps 50 % of the multiprocessors' time busy; 50 % of the lanes are active"
    )
    #expect(lines[1] == "slow, line 7: a load of global memory moves 8 times the bytes that it needs")
    #expect(
      lines[2] == "slow, line 9: a store of shared memory takes 32 times the passes that it needs (bank conflicts)")
    #expect(lines[3].hasPrefix("quick: "))
  }

  @Test func `is bounded for any log`() {
    var generator = SeededGenerator(seed: 21)
    let snippets = [
      "error: a", "\n", "warning: b", "\r\n", "undefined reference", "é", String(repeating: "y", count: 4_000),
    ]
    for _ in 0..<(TestData.isLongRun ? 20_000 : 500) {
      let log = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
        snippets.randomElement(using: &generator) ?? ""
      }
      .joined()
      #expect(CompilerErrors.first(of: log).unicodeScalars.count <= 2_450)
      #expect(CompilerErrors.end(of: log).unicodeScalars.count <= 1_602)
    }
  }
}
