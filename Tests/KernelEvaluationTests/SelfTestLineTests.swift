import Testing

@testable import KernelEvaluation

@Suite struct SelfTestLineTests {
  @Test(arguments: [
    "Result: FAILED", "Test failed at 3", "error: values differ", "mismatch at 17", "mismatch at 0", "Test 0 failed",
    "Results do not match", "NOT PASSED", "The result is not correct", "Results don't match!", "no match",
    "did not pass", "FAILED: max error 0.5", "FAIL 0.5", "Verification failed, no further tests", "3/10 tests passed",
    "passed: 9 of 10", "Passed 0/4", "0 out of 4 passed", "correct: false", "Correct = 0", "Passed: no",
    "5 errors", "Errors: 2", "CUDA error: invalid argument", "Error at index 5", "values differ at 3",
    "12 mismatches, 3 warnings", "PASSED 3 tests, FAILED 1", "the results never match", "incorrect", "1 failed",
    "✗ wrong result",
  ])
  func `a failure is seen`(line: String) { #expect(SelfTestLine(line).meaning == .failure) }

  @Test(arguments: [
    "PASSED", "Results match.", "Correct!", "OK", "Test PASSED", "[ OK ] softmax", "All 10 tests passed",
    "10/10 tests passed", "passed: 10 of 10", "Verification: PASS", "Result verified", "SUCCESS",
    "0 mismatches, all correct", "No error: ok", "passed: 10, failed: 0", "PASSED (max error: 1.2e-07)",
    "No mismatches; results match", "Max error 0.0001, PASSED", "Verification successful", "matches the reference",
    "Test passed with 0 errors", "GPU and CPU results match (0 failures)",
  ])
  func `a success is seen`(line: String) { #expect(SelfTestLine(line).meaning == .success) }

  @Test(arguments: [
    "", "time 3 ms", "max difference 1e-7", "Max error: 1.2e-07", "Maximum absolute error = 0.000001", "0 mismatches",
    "mismatch count: 0", "Errors: 0", "No errors", "no failures found", "failed: 0", "failed=0", "failures 0",
    "Checking whether results match", "If the results match, all is well", "Kernel launch successful",
    "Memory allocated with success", "Pass 2: transpose", "relative error 0.5", "error 0.01", "Error: 3e-8",
    "it did not fail", "with 0 errors", "done", "Password", "Bandwidth 12 GB/s",
  ])
  func `what says neither is neither`(line: String) { #expect(SelfTestLine(line).meaning == nil) }

  @Test func `one failure outweighs any success`() throws {
    let word = try #require(ProgramJudge.ownWord("test 1 PASSED\ntest 2 FAILED\ntest 3 PASSED\n"))
    #expect(word.line == "test 2 FAILED" && word.meaning == .failure)
    let success = try #require(ProgramJudge.ownWord("time 3\r\nPASSED\n"))
    #expect(success.line == "PASSED" && success.meaning == .success)
    #expect(ProgramJudge.ownWord("time 3 ms\n") == nil)
  }

  @Test(arguments: 0..<300)
  func `any line can be read`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let pieces = [
      "not", "passed", " ", " ", ":", "0", "1/2", "failed", "é", "’", "n't", "=", "error", "-", "1e9", "..", "\u{0}",
      "٣", "∞",
      "of", "out", "no",
    ]
    let line = (0..<Int.random(in: 0..<30, using: &generator)).map { _ in pieces.randomElement(using: &generator)! }
    // A failure stays one whatever stands in a line of its own before it.
    let text = line.joined() + "\nFAILED\n"
    #expect(ProgramJudge.ownWord(text)?.meaning == .failure)
  }
}
