/// One turn of a conversation with a model.
public struct Message: Sendable, Equatable, Codable {
  /// Who speaks.
  public enum Role: String, Sendable, Codable, CaseIterable {
    /// Sets the rules of the conversation.
    case system
    /// Asks.
    case user
    /// Answers.
    case assistant
  }

  /// Who speaks.
  public var role: Role
  /// What is said.
  public var content: String

  /// Makes a message.
  public init(_ role: Role, _ content: String) {
    self.role = role
    self.content = content
  }
}
