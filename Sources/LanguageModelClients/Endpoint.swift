/// Where a model is, and how it is spoken to: one entry of the configuration. Printing it shows no key and no header.
public struct Endpoint: Sendable {
  /// The language of requests and answers.
  public enum Dialect: String, Sendable, Codable, CaseIterable {
    /// `POST /v1/chat/completions` as OpenAI has it: vLLM, SGLang, llama-server, Ollama, LM Studio, OpenRouter, DeepSeek.
    case openAIChat = "openai-chat"
    /// `POST /v1/completions` as OpenAI had it: text that is continued as it stands.
    case openAICompletions = "openai-completions"
    /// `POST /v1/messages` as Anthropic has it.
    case anthropicMessages = "anthropic-messages"
  }

  /// What people call it.
  public var name: String
  /// The language of requests and answers.
  public var dialect: Dialect
  /// Where the API begins, as in `https://api.openai.com/v1`. Without a path, `/v1` is meant.
  public var baseURL: String
  /// The model's name at the endpoint.
  public var model: String
  /// The key, where the endpoint wants one.
  public var apiKey: APIKey?
  /// Further headers of every request; they win over those that the dialect asks for.
  public var headers: [Header] = []
  /// Further members of every request's body, an object. They win over those that a request would set; `null` leaves a
  /// member out. `model`, `messages`, `prompt`, `system` and `n` cannot be set here.
  public var parameters: JSONElement = [:]
  /// Whether `top_k`, `min_p` and `repetition_penalty` are sent in the OpenAI dialects. OpenAI refuses them; vLLM, SGLang
  /// and OpenRouter understand them.
  public var takesExtendedSampling = false
  /// Whether several samples are asked for in one request with `n`. Anthropic has no such thing and DeepSeek refuses it. Of
  /// a server that ignores it, the samples that are missing are asked for one by one.
  public var takesSampleCount = true
  /// The member that carries the limit on tokens in `openai-chat`. Without one it is `max_completion_tokens` for
  /// `api.openai.com`, whose newer models refuse `max_tokens`, and `max_tokens` for everybody else.
  public var tokenLimitName: String?
  /// What tokens cost, where that is known.
  public var price: TokenPrice?
  /// The most requests that are under way at one time.
  public var concurrency = 8
  /// How long to wait for what.
  public var limits = TimeLimits()
  /// How often a request is sent anew, and when.
  public var retry = RetryPolicy()

  /// One header.
  public struct Header: Sendable, Hashable {
    /// The header's name.
    public var name: String
    /// The header's value, which may be secret.
    public var value: String

    /// Makes a header.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// An endpoint with defaults for all that is not named.
  public init(name: String, dialect: Dialect, baseURL: String, model: String, apiKey: APIKey? = nil) {
    self.name = name
    self.dialect = dialect
    self.baseURL = baseURL
    self.model = model
    self.apiKey = apiKey
  }

  /// Takes what is secret here out of a text; some people put their key into the address.
  var redactor: Redactor {
    let query = baseURL.split(separator: "?", maxSplits: 1).dropFirst().map(String.init)
    return Redactor(secrets: [apiKey?.secret ?? ""] + headers.map(\.value) + query)
  }
}

extension Endpoint.Header: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The name; the value is hidden.
  public var description: String { "\(name): (hidden)" }
  /// The name; the value is hidden.
  public var debugDescription: String { description }
  /// The name; the value is hidden.
  public var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}

/// How long to wait for an endpoint.
public struct TimeLimits: Sendable, Hashable {
  /// For the connection, encryption included.
  public var connect: Duration
  /// From the request to the first piece of the answer, thought or text. Comments and pings of the server do not count.
  public var firstToken: Duration
  /// Between two pieces of a stream; here everything counts that the server sends.
  public var silence: Duration
  /// For one request from its beginning to the end of its answer. Waiting for a free place does not count, and every
  /// further attempt has this time anew.
  public var whole: Duration

  /// Limits that suit a large model that thinks for minutes before it answers.
  public init(
    connect: Duration = .seconds(15), firstToken: Duration = .seconds(300), silence: Duration = .seconds(90),
    whole: Duration = .seconds(1800)
  ) {
    self.connect = connect
    self.firstToken = firstToken
    self.silence = silence
    self.whole = whole
  }
}
