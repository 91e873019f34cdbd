/// The ways to put a problem to a model.
public enum PromptForm: String, Hashable, Sendable, CaseIterable {
  /// A system and a user message, for models that follow instructions.
  case instruct
  /// One text for base models, which ends where the code is to begin.
  case completion
  /// The bare problem between special tokens, which the bundled models are trained on.
  case compact
}

/// A message of a conversation with a model.
public struct PromptMessage: Hashable, Sendable {
  /// Who speaks.
  public enum Role: String, Hashable, Sendable {
    /// The frame that the model is to keep to.
    case system
    /// The person who asks.
    case user
    /// The model.
    case assistant
  }

  /// Who speaks.
  public let role: Role

  /// What is said.
  public let text: String

  /// Makes a message.
  public init(role: Role, text: String) {
    self.role = role
    self.text = text
  }
}

/// A problem as a model reads it.
public struct Prompt: Hashable, Sendable {
  /// A piece of a prompt that is not a conversation.
  public enum Segment: Hashable, Sendable {
    /// Text in which nothing is special: a problem that has `<|kernel|>` in it stays a problem.
    case text(String)
    /// One token of the model's vocabulary, by its literal text: `<|problem|>`.
    case specialToken(String)
  }

  /// What is sent.
  public enum Content: Hashable, Sendable {
    /// A conversation, to which the model's own chat template is applied.
    case messages([PromptMessage])
    /// Text and special tokens, one after the other and with nothing between them.
    case segments([Segment])
  }

  /// The form that was asked for.
  public let form: PromptForm

  /// What is sent.
  public let content: Content

  /// Texts at which decoding may stop, because nothing behind them belongs to the answer; they are no part of it.
  public let stopSequences: [String]

  /// How the prompt already begins the answer; ``CodeExtraction`` is given it together with the rest.
  public let answerPrefix: String

  init(form: PromptForm, content: Content, stopSequences: [String] = [], answerPrefix: String = "") {
    self.form = form
    self.content = content
    self.stopSequences = stopSequences
    self.answerPrefix = answerPrefix
  }

  /// The whole prompt as one text for a person or a file, special tokens written out; messages stand one after the
  /// other with an empty line between them.
  public var text: String {
    switch content {
    case .messages(let messages):
      messages.map(\.text).joined(separator: "\n\n")
    case .segments(let segments):
      segments.map { segment in
        switch segment {
        case .text(let text), .specialToken(let text): text
        }
      }.joined()
    }
  }
}
