/// How likely a model finds the tokens of a text, or why its endpoint does not say.
///
/// With this a draft is verified in one request: the text is the prompt with the draft behind it, and each of the draft's
/// tokens stands as long as the target finds it likeliest.
public enum TokenScoring: Sendable, Hashable {
  /// The tokens of the text in order. The first one has nothing before it, and so no probability.
  case scores([TokenScore])
  /// The endpoint does not say; in a sentence, why.
  case notReturned(String)

  /// How an endpoint is asked.
  public enum Method: String, Sendable, Codable, CaseIterable {
    /// `echo` with `logprobs`, of the completions that OpenAI had; also vLLM and SGLang.
    case echo
    /// `prompt_logprobs` of vLLM.
    case promptLogprobs = "prompt-logprobs"
  }
}

/// A token of a text, as a model sees it after all that stands before it.
public struct TokenScore: Sendable, Hashable {
  /// The token's text; where it is a part of a character, what the endpoint shows for it.
  public var text: String
  /// The token's number in the vocabulary, where the endpoint says it.
  public var token: Int?
  /// The natural logarithm of its probability; `nil` for the first token.
  public var logProbability: Double?
  /// Whether no token is likelier; `nil` where that is not known.
  public var isLikeliest: Bool?

  /// Makes a score.
  public init(text: String, token: Int? = nil, logProbability: Double? = nil, isLikeliest: Bool? = nil) {
    self.text = text
    self.token = token
    self.logProbability = logProbability
    self.isLikeliest = isLikeliest
  }
}

/// A text with its scores, and how the model goes on from it.
struct ScoredText: Sendable, Hashable {
  /// The text's tokens, in order.
  var tokens: [TokenScore]
  /// What the model wrote after it.
  var continuation: String
  /// Whether the model ended there by itself.
  var isEnded: Bool
}

/// The scores of several texts that were asked for in one request, or why there are none.
enum TextScoring: Sendable, Hashable {
  case scores([ScoredText])
  case notReturned(String)
}

extension TextScoring {
  /// Reads the scores of texts out of a completion's JSON.
  ///
  /// - Parameters:
  ///   - response: The whole response.
  ///   - texts: The texts that were sent, in their order.
  ///   - method: How they were asked for.
  init(response: JSONElement, texts: [String], method: TokenScoring.Method) {
    let choices = response["choices"]?.array ?? []
    guard choices.count >= texts.count else {
      self = .notReturned(
        texts.count == 1
          ? Self.silence(method) : "The endpoint does not answer several prompts in one request, each for itself.")
      return
    }
    var found: [ScoredText] = []
    for (index, text) in texts.enumerated() {
      let choice = choices.count == 1 ? choices[0] : choices.first { $0["index"]?.integer == index }
      let scores =
        switch method {
        case .echo:
          // The count of the whole request's tokens says something of one text only.
          Self.echoed(
            choice, text: text, promptTokens: texts.count == 1 ? response["usage"]?.tokens("prompt_tokens") : nil)
        case .promptLogprobs:
          Self.promptScores(
            choice?["prompt_logprobs"] ?? (texts.count == 1 ? response["prompt_logprobs"] : nil))
        }
      guard let choice, let scores, !scores.isEmpty else {
        self = .notReturned(Self.silence(method))
        return
      }
      let written = choice["text"]?.string ?? ""
      found.append(
        ScoredText(
          tokens: scores,
          continuation: method == .echo ? String(written.dropFirst(text.count)) : written,
          isEnded: choice["finish_reason"]?.string == "stop"))
    }
    self = .scores(found)
  }

  private static func silence(_ method: TokenScoring.Method) -> String {
    let name = method == .echo ? "`echo` with `logprobs`" : "`prompt_logprobs`"
    return "The endpoint takes \(name) and does not return what it asks for."
  }

  private static func echoed(_ choice: JSONElement?, text: String, promptTokens: Int?) -> [TokenScore]? {
    // A server that ignores `echo` gives the scores of what it wrote.
    guard let choice, choice["text"]?.string?.hasPrefix(text) == true, let logprobs = choice["logprobs"],
      let tokens = logprobs["tokens"]?.array, let scores = logprobs["token_logprobs"]?.array,
      tokens.count == scores.count
    else { return nil }
    let offsets = logprobs["text_offset"]?.array ?? []
    let length = text.unicodeScalars.count
    let inText = offsets.prefix { ($0.integer ?? .max) < length }.count
    // What was written follows what was sent. Tokens are counted where the endpoint does that.
    let count = promptTokens ?? (offsets.count == tokens.count ? inText : tokens.count - 1)
    guard count <= tokens.count else { return nil }
    let likeliest = logprobs["top_logprobs"]?.array ?? []
    return (0..<count).map { index in
      let name = tokens[index].string ?? ""
      let score = scores[index].number
      let best = likeliest.indices.contains(index) ? likeliest[index].members?.compactMap(\.value.number).max() : nil
      let isLikeliest: Bool? = if let best, let score { score >= best } else { nil }
      return TokenScore(text: name, logProbability: score, isLikeliest: isLikeliest)
    }
  }

  private static func promptScores(_ element: JSONElement?) -> [TokenScore]? {
    guard let positions = element?.array else { return nil }
    var scores: [TokenScore] = []
    for (index, position) in positions.enumerated() {
      if position == .null, index == 0 {
        scores.append(TokenScore(text: ""))
        continue
      }
      // The text's own token is the first one, likelier ones follow it.
      guard let own = position.members?.first, let score = own.value["logprob"]?.number else { return nil }
      let best = position.members?.compactMap { $0.value["logprob"]?.number }.max()
      let rank = own.value["rank"]?.integer
      scores.append(
        TokenScore(
          text: own.value["decoded_token"]?.string ?? "", token: Int(own.name), logProbability: score,
          isLikeliest: rank.map { $0 == 1 } ?? best.map { score >= $0 }))
    }
    return scores
  }
}
