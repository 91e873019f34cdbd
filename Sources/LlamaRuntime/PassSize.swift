import CLlama

/// The weights that every pass of a model reads, however many tokens it has, and multiplies with each of them.
public struct PassSize: Sendable, Equatable {
  /// How many there are.
  public let weights: Int
  /// How many of them are whole numbers that have scales, which are multiplied as bytes.
  public let integers: Int
  /// The bytes that they have in the model's file.
  public let bytes: Int
}

extension GGUFHeader {
  /// What else has a row for each token, or place, of which a pass reads its own.
  private static let tables: Set = ["per_layer_token_embd.weight", "position_embd.weight", "token_types.weight"]

  /// The size of a pass of the whole model, which has so many weights.
  ///
  /// A token's embedding is a row of its matrix; where that is the head's too, all of it is multiplied with.
  ///
  /// - Returns: nil for experts, of which tokens choose some, and where there are further files.
  func passSize(ofModelWith count: Int) -> PassSize? {
    let architecture = texts["general.architecture"] ?? ""
    guard integers["\(architecture).expert_count", default: 0] == 0, tensors.count < 1 << 20 else { return nil }
    var (weights, integers, bytes, all) = (0, 0, 0, 0)
    let hasHead = tensors.contains { $0.name == "output.weight" }
    for tensor in tensors {
      guard tensor.rowLength > 0, tensor.elements < 1 << 40, tensor.type < GGML_TYPE_COUNT.rawValue else { return nil }
      all += Int(tensor.elements)
      if hasHead && tensor.name == "token_embd.weight" || Self.tables.contains(tensor.name) { continue }
      weights += Int(tensor.elements)
      if ggml_is_quantized(ggml_type(rawValue: tensor.type)) { integers += Int(tensor.elements) }
      bytes +=
        ggml_row_size(ggml_type(rawValue: tensor.type), Int64(tensor.rowLength))
        * Int(tensor.elements / tensor.rowLength)
    }
    return all == count ? PassSize(weights: weights, integers: integers, bytes: bytes) : nil
  }
}
