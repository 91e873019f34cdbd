/// What is wrong with a configuration, and where.
struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of trouble it is; a struct, so that a later version can add kinds.
  struct Code: Sendable, Hashable, RawRepresentable {
    /// The kind as it is written in machine-readable output.
    let rawValue: String

    /// Makes a code from its written form.
    init(rawValue: String) { self.rawValue = rawValue }

    /// A file cannot be read.
    static let unreadable = Code(rawValue: "unreadable")
    /// A file is not TOML.
    static let notTOML = Code(rawValue: "not-toml")
    /// A key that nothing asks for.
    static let unknownKey = Code(rawValue: "unknown-key")
    /// A value that its key cannot have.
    static let badValue = Code(rawValue: "bad-value")
    /// There is no endpoint of a name.
    static let unknownEndpoint = Code(rawValue: "unknown-endpoint")
    /// An endpoint lacks something, or its parts do not go together.
    static let unusableEndpoint = Code(rawValue: "unusable-endpoint")
    /// A key that an endpoint needs is not set, or is none.
    static let missingKey = Code(rawValue: "missing-key")
  }

  /// What kind of trouble it is.
  let code: Code
  /// Sentences that say what is wrong and what to do; no part of them is secret.
  let message: String
  /// The place in a file or the environment, where the trouble is at one.
  let origin: ValueOrigin?

  /// Makes an error whose message begins with its place.
  init(_ code: Code, _ message: String, at origin: ValueOrigin? = nil) {
    self.code = code
    self.origin = origin
    self.message = origin.map { "\($0.sentenceStart): \(message)" } ?? message
  }

  var description: String { message }
}
