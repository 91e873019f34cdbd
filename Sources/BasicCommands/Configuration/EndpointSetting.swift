import LanguageModelClients

/// The keys of a table `[endpoints.NAME]`.
enum EndpointSetting {
  /// The dialects by the names that a file has for them.
  static let dialects = Endpoint.Dialect.allCases.map(\.rawValue)

  /// The forms of prompts that an endpoint can be given.
  static let forms = ["instruct", "completion"]

  /// All keys, in the order in which they are shown.
  static let keys: [SettingKey] = {
    let limits = TimeLimits()
    let retry = RetryPolicy()
    let model = Endpoint(name: "", dialect: .openAIChat, baseURL: "", model: "")
    let money = SettingKind.number(0...Double.greatestFiniteMagnitude)
    let count = SettingKind.integer(1...Int.max)
    return [
      SettingKey("dialect", .choice(dialects), .text(Endpoint.Dialect.openAIChat.rawValue)),
      SettingKey("base-url", .address, .otherwise("none")),
      SettingKey("model", .text, .otherwise("none")),
      SettingKey("key-variable", .variable, .otherwise("none")),
      SettingKey("form", .choice(forms), .otherwise("the dialect's own")),
      SettingKey("headers", .secretTexts, .otherwise("none")),
      SettingKey("parameters", .table, .otherwise("none")),
      SettingKey("takes-extended-sampling", .boolean, .value(.boolean(model.takesExtendedSampling))),
      SettingKey("takes-sample-count", .boolean, .value(.boolean(model.takesSampleCount))),
      SettingKey("token-limit-name", .text, .otherwise("the server's own")),
      SettingKey("draft.endpoint", .text, .otherwise("none")),
      SettingKey(
        "draft.scores", .choice(TokenScoring.Method.allCases.map(\.rawValue)),
        .text(TokenScoring.Method.promptLogprobs.rawValue)),
      SettingKey("draft.branches", .integer(1...64), .value(.integer(4))),
      SettingKey("draft.tokens", .integer(1...1024), .value(.integer(16))),
      SettingKey("price.input", money, .otherwise("unknown")),
      SettingKey("price.output", money, .otherwise("unknown")),
      SettingKey("price.cached-input", money, .otherwise("as input")),
      SettingKey("price.cache-write", money, .otherwise("as input")),
      SettingKey("concurrency", count, .value(.integer(model.concurrency))),
      SettingKey("time-limits.connect", .duration, .value(.duration(limits.connect))),
      SettingKey("time-limits.first-token", .duration, .value(.duration(limits.firstToken))),
      SettingKey("time-limits.silence", .duration, .value(.duration(limits.silence))),
      SettingKey("time-limits.whole", .duration, .value(.duration(limits.whole))),
      SettingKey("retry.attempts", count, .value(.integer(retry.attempts))),
      SettingKey("retry.first-delay", .duration, .value(.duration(retry.firstDelay))),
      SettingKey("retry.longest-delay", .duration, .value(.duration(retry.longestDelay))),
      SettingKey("retry.total-delay", .duration, .value(.duration(retry.totalDelay))),
    ]
  }()

  /// What is wrong with a name for an endpoint; `nil` where it can be one.
  static func objection(toName name: String) -> String? {
    let isName = name.utf8.enumerated().allSatisfy { index, byte in
      let character = Character(Unicode.Scalar(byte))
      return byte < 0x80 && (character.isLetter || character.isNumber || (index > 0 && "._-".contains(character)))
    }
    return isName && !name.isEmpty
      ? nil : "“\(name)” cannot be an endpoint's name; take letters, digits and, behind the first, the characters . _ -"
  }
}

extension Endpoint.Dialect {
  /// The name of the built-in endpoint that speaks it, and of the vendor.
  var vendor: String { self == .anthropicMessages ? "anthropic" : "openai" }

  /// Where the vendor's API is.
  var vendorAddress: String {
    self == .anthropicMessages ? "https://api.anthropic.com/v1" : "https://api.openai.com/v1"
  }

  /// The variable that the vendor's own programs take the address from.
  var addressVariable: String { self == .anthropicMessages ? "ANTHROPIC_BASE_URL" : "OPENAI_BASE_URL" }

  /// The variable that the vendor's own programs take the key from.
  var keyVariable: String { self == .anthropicMessages ? "ANTHROPIC_API_KEY" : "OPENAI_API_KEY" }

  /// The form of prompts that it is made for.
  var form: String { self == .openAICompletions ? "completion" : "instruct" }
}
