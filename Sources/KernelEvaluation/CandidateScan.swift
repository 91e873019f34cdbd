/// What can be seen in a candidate's source without running it.
struct CandidateScan: Sendable, Hashable {
  /// Languages for kernels other than CUDA that it uses, by name.
  var otherLanguages: [String] = []
  /// Liberties with precision that its text speaks of.
  var precisionUse: [String] = []

  private static let languages = [
    ("Triton", ["import triton", "from triton"]), ("CUTLASS's Python", ["import cutlass", "from cutlass"]),
    ("TileLang", ["import tilelang", "from tilelang"]), ("CuPy", ["import cupy", "from cupy"]),
    ("Numba", ["from numba", "import numba"]), ("ThunderKittens", ["import thunderkittens", "kittens.cuh"]),
    ("Helion", ["import helion"]), ("Pallas", ["from jax", "import jax"]), ("TVM", ["import tvm", "from tvm"]),
  ]

  private static let liberties: [(String, [String])] = [
    (
      "fast-math",
      [
        "use_fast_math", "ffast-math", "__expf(", "__fdividef(", "__sinf(", "__cosf(", "__logf(", "__powf(",
        "-prec-div=false",
      ]
    ),
    ("tf32", ["allow_tf32", "tf32", "set_float32_matmul_precision"]),
    ("half", ["__half", "half2", "torch.float16", "torch.half", ".half()", "at::Half", "kHalf"]),
    ("bfloat16", ["__nv_bfloat16", "torch.bfloat16", ".bfloat16()", "at::BFloat16", "kBFloat16"]),
    ("autocast", ["autocast"]),
  ]

  /// Reads a source, and the flags and sources that it gave to compilers.
  init(_ source: String, sources: [String] = [], flags: Set<String> = []) {
    let lines = source.split(whereSeparator: \.isNewline)
    for (name, signs) in Self.languages
    where lines.contains(where: { line in
      let code = line.drop(while: \.isWhitespace)
      return signs.contains { code.hasPrefix($0) }
    }) {
      otherLanguages.append(name)
    }
    let all = [source] + sources + flags
    for (name, signs) in Self.liberties where signs.contains(where: { sign in all.contains { $0.contains(sign) } }) {
      precisionUse.append(name)
    }
  }
}
