import Testing

@testable import LanguageModelClients

@Suite struct CostLedgerTests {
  static func endpoint(_ name: String, _ price: TokenPrice?) -> Endpoint {
    var endpoint = Endpoint(name: name, dialect: .openAIChat, baseURL: "https://x.example", model: "m")
    endpoint.price = price
    return endpoint
  }

  @Test func `cached tokens cost what cached tokens cost`() {
    let usage = TokenUsage(
      promptTokens: 1_000_000, cachedPromptTokens: 600_000, cacheWriteTokens: 100_000, completionTokens: 200_000)
    #expect(TokenPrice(input: 2, output: 10).cost(of: usage) == 4)
    // 0.3 M at 2, 0.6 M at 0.5, 0.1 M at 4, 0.2 M at 10.
    #expect(abs(TokenPrice(input: 2, output: 10, cachedInput: 0.5, cacheWrite: 4).cost(of: usage) - 3.3) < 1e-12)
    #expect(TokenPrice(input: 2, output: 10).cost(of: TokenUsage()) == 0)
  }

  @Test func `every request is entered once, and money only where a price is known`() {
    let ledger = CostLedger()
    let priced = Self.endpoint("a", TokenPrice(input: 1, output: 2))
    let free = Self.endpoint("b", nil)
    ledger.enter(priced, usage: TokenUsage(promptTokens: 1_000_000), answers: 1, failed: false, answered: true)
    ledger.enter(priced, usage: TokenUsage(completionTokens: 500_000), answers: 0, failed: true, answered: true)
    ledger.enter(priced, usage: nil, answers: 0, failed: true, answered: false)
    ledger.enter(priced, usage: nil, answers: 1, failed: false, answered: true)
    let entry = ledger.perEndpoint["a"]
    #expect(entry?.requests == 4 && entry?.failedRequests == 2 && entry?.answers == 2)
    #expect(entry?.requestsWithoutUsage == 1 && entry?.cost == 2)
    #expect(ledger.total.cost == 2)
    ledger.enter(free, usage: TokenUsage(promptTokens: 5), answers: 1, failed: false, answered: true)
    #expect(ledger.total.cost == nil && ledger.total.usage.promptTokens == 1_000_005)
    #expect(ledger.perEndpoint["a"]?.cost == 2 && ledger.perEndpoint["b"]?.cost == nil)
    #expect(CostLedger().total == CostLedger.Entry())
  }
}
