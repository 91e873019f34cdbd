import Testing

@testable import KernelEvaluation

@Suite struct CandidateScanTests {
  @Test(arguments: [
    ("import triton\n", ["Triton"]), ("    from triton import language\n", ["Triton"]), ("# import triton\n", []),
    ("text = 'import triton'\n", []), ("from numba import cuda\n", ["Numba"]), ("import torch\n", []),
  ])
  func otherLanguagesAreSeenInImports(source: String, expected: [String]) {
    #expect(CandidateScan(source).otherLanguages == expected)
  }

  @Test(arguments: [
    ("load_inline(extra_cuda_cflags=['--use_fast_math'])", ["fast-math"]), ("y = __expf(x);", ["fast-math"]),
    ("torch.backends.cuda.matmul.allow_tf32 = True", ["tf32"]), ("__nv_bfloat16 v;", ["bfloat16"]),
    ("x = x.half()", ["half"]), ("with torch.autocast('cuda'):", ["autocast"]), ("y = expf(x);", []),
  ])
  func libertiesWithPrecisionAreSeen(source: String, expected: [String]) {
    #expect(CandidateScan(source).precisionUse == expected)
  }

  @Test func flagsAndSourcesCount() {
    #expect(CandidateScan("", sources: ["__half h;"], flags: ["-use_fast_math"]).precisionUse == ["fast-math", "half"])
  }
}
