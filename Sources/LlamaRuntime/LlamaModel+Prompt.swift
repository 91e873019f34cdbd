public import LanguageModels
public import SpeculativeDecoding

extension LlamaModel {
  /// The tokens of what the model is asked to go on from.
  ///
  /// - Parameter chatTemplate: a name out of ``ChatTemplate/names``, to use instead of the model's own template.
  /// - Throws: ``LlamaRuntimeError`` where a conversation cannot be laid out, or a special token does not exist.
  public func tokens(of input: GenerationRequest.Input, chatTemplate: String? = nil) throws -> [Token] {
    switch input {
    case .segments(let segments):
      var tokens: [Token] = []
      for (index, segment) in segments.enumerated() {
        switch segment {
        case .text(let text):
          tokens += try vocabulary.tokens(of: text, addsSpecial: index == 0, parsesSpecial: false)
        case .specialToken(let name):
          let found = try vocabulary.tokens(of: name, addsSpecial: false, parsesSpecial: true)
          guard found.count == 1 else {
            throw LlamaRuntimeError(
              .untokenizable, "The vocabulary of \(self.name) has no token “\(name)”, which the prompt needs.")
          }
          tokens += found
        }
      }
      return tokens
    case .conversation(let messages):
      let text = try text(of: messages, chatTemplate: chatTemplate)
      return try vocabulary.tokens(of: text, addsSpecial: true, parsesSpecial: true)
    }
  }

  private func text(of messages: [Message], chatTemplate: String?) throws -> String {
    let known = ChatTemplate.names
    if let name = chatTemplate, !known.contains(name) {
      throw LlamaRuntimeError(
        .noChatTemplate, "There is no chat template “\(name)”. Known are: \(known.joined(separator: ", ")).")
    }
    guard let template = chatTemplate ?? self.chatTemplate else {
      throw LlamaRuntimeError(
        .noChatTemplate,
        "\(name) brings no chat template. Name one with --chat-template: \(known.joined(separator: ", ")).")
    }
    guard let text = ChatTemplate.render(messages, template: template) else {
      throw LlamaRuntimeError(
        .noChatTemplate,
        "The chat template of \(name) is not one that libllama can lay out. Name one that fits with --chat-template: "
          + "\(known.joined(separator: ", ")).")
    }
    return text
  }
}
