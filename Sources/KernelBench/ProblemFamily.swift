/// What kind of work a problem is, for tables that tell where a model is strong.
///
/// KernelBench knows no families; this goes by a problem's name, in the order of the cases.
public enum ProblemFamily: String, Hashable, Sendable, CaseIterable, Codable {
  /// Convolutions, also fused with what follows.
  case convolution
  /// Attention.
  case attention
  /// Losses.
  case loss
  /// Running sums and products.
  case scan
  /// Products of matrices and vectors, also fused with what follows.
  case matrixProduct = "matrix product"
  /// Pooling.
  case pooling
  /// Normalisations.
  case normalization
  /// Softmax and its logarithm.
  case softmax
  /// Element-wise functions.
  case activation
  /// Reductions over a dimension, with or without an index.
  case reduction
  /// None of these.
  case other

  /// The family of a problem's name: `19_ReLU` or `ReLU`.
  public init(name: String) {
    let name = name.lowercased()
    self = Self.words.first { entry in entry.words.contains { name.contains($0) } }?.family ?? .other
  }

  private static let words: [(family: ProblemFamily, words: [String])] = [
    (.convolution, ["conv"]),
    (.attention, ["attention"]),
    (.loss, ["loss"]),
    (.scan, ["cumsum", "cumprod"]),
    (.matrixProduct, ["matmul", "matrix", "gemm", "bmm", "linear"]),
    (.pooling, ["pooling", "pool"]),
    (.normalization, ["norm"]),
    (.softmax, ["softmax"]),
    (
      .activation,
      ["relu", "sigmoid", "tanh", "swish", "gelu", "selu", "softplus", "softsign", "elu", "mish", "activation"]
    ),
    (.reduction, ["reduction", "argmax", "argmin", "sum", "mean", "max", "min"]),
  ]
}
