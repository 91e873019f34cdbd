/// What a request has used up, as the endpoint counts it.
public struct TokenUsage: Sendable, Hashable {
  /// All tokens of the prompt, cached ones included.
  public var promptTokens: Int
  /// Those of the prompt's tokens that were read from a cache.
  public var cachedPromptTokens: Int
  /// Those of the prompt's tokens that were written to a cache, where the endpoint says so.
  public var cacheWriteTokens: Int
  /// All tokens written, thoughts included.
  public var completionTokens: Int
  /// Those of the tokens written that were thoughts, where the endpoint says so.
  public var reasoningTokens: Int

  /// Makes a usage.
  public init(
    promptTokens: Int = 0, cachedPromptTokens: Int = 0, cacheWriteTokens: Int = 0, completionTokens: Int = 0,
    reasoningTokens: Int = 0
  ) {
    self.promptTokens = promptTokens
    self.cachedPromptTokens = cachedPromptTokens
    self.cacheWriteTokens = cacheWriteTokens
    self.completionTokens = completionTokens
    self.reasoningTokens = reasoningTokens
  }

  /// The two together.
  public static func + (left: TokenUsage, right: TokenUsage) -> TokenUsage {
    TokenUsage(
      promptTokens: left.promptTokens + right.promptTokens,
      cachedPromptTokens: left.cachedPromptTokens + right.cachedPromptTokens,
      cacheWriteTokens: left.cacheWriteTokens + right.cacheWriteTokens,
      completionTokens: left.completionTokens + right.completionTokens,
      reasoningTokens: left.reasoningTokens + right.reasoningTokens)
  }
}

/// What tokens cost, in a currency of the user's choice per million tokens.
public struct TokenPrice: Sendable, Hashable {
  /// A million tokens of the prompt.
  public var input: Double
  /// A million tokens written.
  public var output: Double
  /// A million tokens of the prompt that were read from a cache; `nil` where they cost what all cost.
  public var cachedInput: Double?
  /// A million tokens of the prompt that were written to a cache; `nil` where they cost what all cost.
  public var cacheWrite: Double?

  /// Makes a price.
  public init(input: Double, output: Double, cachedInput: Double? = nil, cacheWrite: Double? = nil) {
    self.input = input
    self.output = output
    self.cachedInput = cachedInput
    self.cacheWrite = cacheWrite
  }

  /// What a usage costs.
  public func cost(of usage: TokenUsage) -> Double {
    let plain = max(0, usage.promptTokens - usage.cachedPromptTokens - usage.cacheWriteTokens)
    let cached = Double(usage.cachedPromptTokens) * (cachedInput ?? input)
    let written = Double(usage.cacheWriteTokens) * (cacheWrite ?? input)
    return (Double(plain) * input + cached + written + Double(usage.completionTokens) * output) / 1e6
  }
}
