public import LanguageModels

/// Why an endpoint gave no answer.
///
/// No part of it holds a key, also where the server repeated it.
public struct LanguageModelClientsError: Error, Sendable, CustomStringConvertible {
  /// What kind of trouble it is.
  public let code: Code
  /// One sentence that says what happened, where, and what to do.
  public let message: String
  /// The name of the endpoint, where the trouble is with one.
  public let endpoint: String?
  /// The HTTP status of the response, where there was one.
  public let status: Int?
  /// How long the server asks to wait.
  public let retryAfter: Duration?
  /// What the error beneath says, where there is one: as text, because the error itself may hold what is secret.
  public let underlying: String?

  /// Makes an error.
  public init(
    _ code: Code, _ message: String, endpoint: String? = nil, status: Int? = nil, retryAfter: Duration? = nil,
    underlying: String? = nil
  ) {
    self.code = code
    self.message = message
    self.endpoint = endpoint
    self.status = status
    self.retryAfter = retryAfter
    self.underlying = underlying
  }

  /// The sentence, and what the error beneath says.
  public var description: String {
    guard let underlying else { return message }
    return "\(message) (\(underlying))"
  }

  /// Whether the same request may well succeed later.
  public var isTransient: Bool { code.isTransient }
}

extension LanguageModelClientsError: GenerationFailure {
  /// What it means for whoever may ask again. An answer that took too long, or was garbled, may be another one the next time.
  public var obstacle: GenerationObstacle {
    switch code {
    case .contextOverflow: .promptTooLong
    case .wholeTimeout, .malformedStream, .cancelled: .transient(retryAfter: nil)
    default: isTransient ? .transient(retryAfter: retryAfter) : .permanent
    }
  }
}

extension LanguageModelClientsError {
  /// What kind of trouble it is; a struct, so that a later version can add kinds.
  public struct Code: Sendable, Hashable, RawRepresentable {
    /// The kind as it is written in machine-readable output.
    public let rawValue: String

    /// Makes a code from its written form.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// An endpoint, a key or a file of keys is not described in a way that can be used.
    public static let configuration = Code(rawValue: "configuration")
    /// The endpoint's dialect has no way to say what is asked for.
    public static let unsupportedInput = Code(rawValue: "unsupported-input")
    /// The key is missing, wrong, or not allowed to do this.
    public static let unauthorized = Code(rawValue: "unauthorized")
    /// The account has no money or quota left.
    public static let quotaExhausted = Code(rawValue: "quota-exhausted")
    /// The endpoint has no such model.
    public static let unknownModel = Code(rawValue: "unknown-model")
    /// Too many requests or tokens in a short time.
    public static let rateLimited = Code(rawValue: "rate-limited")
    /// Prompt and answer do not fit the model's context.
    public static let contextOverflow = Code(rawValue: "context-overflow")
    /// The endpoint refuses the request as it is.
    public static let invalidRequest = Code(rawValue: "invalid-request")
    /// What answers at the address speaks another protocol: a web page, a redirection, another program.
    public static let notAnEndpoint = Code(rawValue: "not-an-endpoint")
    /// The server cannot be reached: no such name, refused, unreachable, lost before an answer began.
    public static let network = Code(rawValue: "network")
    /// The connection could not be made in time.
    public static let connectTimeout = Code(rawValue: "connect-timeout")
    /// The first token did not come in time.
    public static let firstTokenTimeout = Code(rawValue: "first-token-timeout")
    /// The stream fell silent.
    public static let silenceTimeout = Code(rawValue: "silence-timeout")
    /// The answer as a whole took too long.
    public static let wholeTimeout = Code(rawValue: "whole-timeout")
    /// The stream broke off before the answer was complete.
    public static let brokenStream = Code(rawValue: "broken-stream")
    /// The endpoint says something that its dialect does not allow.
    public static let malformedStream = Code(rawValue: "malformed-stream")
    /// The server has too much to do.
    public static let overloaded = Code(rawValue: "overloaded")
    /// The server failed.
    public static let serverError = Code(rawValue: "server-error")
    /// The caller stopped the request.
    public static let cancelled = Code(rawValue: "cancelled")

    /// Whether the same request may well succeed later.
    public var isTransient: Bool {
      switch self {
      case .rateLimited, .network, .connectTimeout, .firstTokenTimeout, .silenceTimeout, .brokenStream, .overloaded,
        .serverError:
        true
      default: false
      }
    }
  }
}
