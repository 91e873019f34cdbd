/// A secret that opens an endpoint. Whatever prints or mirrors it shows that there is one, and no more.
public struct APIKey: Sendable, Hashable {
  /// The secret itself, for the header that carries it.
  let secret: String

  /// Takes a key as it stands in the environment or a file; blanks around it are dropped.
  ///
  /// - Throws: ``LanguageModelClientsError`` with ``LanguageModelClientsError/Code/configuration`` where the text is empty
  ///   or has characters that no header can carry.
  public init(_ text: String) throws(LanguageModelClientsError) {
    let scalars = text.unicodeScalars
    let blanks = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
    let trimmed = scalars.drop(while: blanks).reversed().drop(while: blanks).reversed()
    guard !trimmed.isEmpty else {
      throw LanguageModelClientsError(.configuration, "The API key is empty.")
    }
    guard trimmed.allSatisfy({ (0x21...0x7e).contains($0.value) }) else {
      throw LanguageModelClientsError(
        .configuration,
        "The API key has blanks, line ends or letters beyond ASCII in it; copy it anew, without anything around it.")
    }
    var secret = ""
    secret.unicodeScalars.append(contentsOf: trimmed)
    self.secret = secret
  }
}

extension APIKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// That there is a key.
  public var description: String { "(hidden)" }
  /// That there is a key.
  public var debugDescription: String { "(hidden)" }
  /// Nothing: `dump` and the debugger look here.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
