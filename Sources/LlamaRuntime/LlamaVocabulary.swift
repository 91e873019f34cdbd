import CLlama
public import SpeculativeDecoding

/// The tokens of a model. It may be read from any thread, and only as long as its model lives.
public struct LlamaVocabulary: @unchecked Sendable {
  // Safe: libllama's vocabulary is never written to after the model is loaded, and LlamaModel, which owns it, hands this
  // out only as a part of itself.
  private let pointer: OpaquePointer

  init(model: OpaquePointer) {
    guard let vocabulary = llama_model_get_vocab(model) else { preconditionFailure("a model has a vocabulary") }
    pointer = vocabulary
  }

  /// The number of tokens.
  public var count: Int { Int(llama_vocab_n_tokens(pointer)) }

  /// All tokens that end an answer.
  public var endTokens: Set<Token> {
    Set((0..<Token(count)).filter { llama_vocab_is_eog(pointer, $0) })
  }

  /// The tokens of a text.
  ///
  /// - Parameters:
  ///   - addsSpecial: whether the tokens that a text of this model begins with are put before it.
  ///   - parsesSpecial: whether names of special tokens in the text stand for those tokens.
  /// - Complexity: O(n log n) in the length of the text.
  public func tokens(of text: String, addsSpecial: Bool, parsesSpecial: Bool) throws -> [Token] {
    var text = text
    return try text.withUTF8 { bytes in
      guard bytes.count < Int(Int32.max) / 2 else {
        throw LlamaRuntimeError(.untokenizable, "The prompt is too long to be tokenized (\(bytes.count) bytes).")
      }
      return try bytes.withMemoryRebound(to: CChar.self) { characters in
        var tokens = [Token](repeating: 0, count: bytes.count + 8)
        let count = llama_tokenize(
          pointer, characters.baseAddress, Int32(characters.count), &tokens, Int32(tokens.count), addsSpecial,
          parsesSpecial)
        guard count >= 0 else {
          throw LlamaRuntimeError(.untokenizable, "The prompt could not be turned into tokens of this model.")
        }
        return Array(tokens.prefix(Int(count)))
      }
    }
  }

  /// The bytes of a token. A character may be spread over several tokens. Special tokens have none.
  public func bytes(of token: Token) -> [UInt8] { piece(of: token, rendersSpecial: false) }

  /// A token as a person would write it; special tokens by name.
  public func text(of token: Token) -> String {
    String(decoding: piece(of: token, rendersSpecial: true), as: UTF8.self)
  }

  private func piece(of token: Token, rendersSpecial: Bool) -> [UInt8] {
    guard token >= 0, Int(token) < count else { return [] }
    var buffer = [CChar](repeating: 0, count: 64)
    var length = llama_token_to_piece(pointer, token, &buffer, Int32(buffer.count), 0, rendersSpecial)
    if length < 0 {
      buffer = [CChar](repeating: 0, count: Int(-length))
      length = llama_token_to_piece(pointer, token, &buffer, Int32(buffer.count), 0, rendersSpecial)
    }
    return buffer.prefix(max(0, Int(length))).map { UInt8(bitPattern: $0) }
  }

  /// Why drafts in another vocabulary could not be used with this one; `nil` where they can.
  ///
  /// Models of one family differ in the padding at the end of their vocabularies; that is no obstacle.
  ///
  /// - Complexity: O(tokens).
  public func difference(from other: LlamaVocabulary) -> String? {
    if llama_vocab_type(pointer) != llama_vocab_type(other.pointer) { return "they are of different kinds" }
    if abs(count - other.count) > 1024 { return "one has \(count) tokens, the other \(other.count)" }
    for token in 0..<Token(min(count, other.count)) {
      let (mine, theirs) = (llama_vocab_get_text(pointer, token), llama_vocab_get_text(other.pointer, token))
      guard let mine, let theirs else { continue }
      if String(cString: mine) != String(cString: theirs) {
        return "token \(token) is “\(String(cString: mine))” in one and “\(String(cString: theirs))” in the other"
      }
    }
    return nil
  }
}
