import Testing

@testable import BasicCommands
@testable import LanguageModelClients

struct LedgerTextTests {
  private static func endpoint(_ name: String, _ price: LanguageModelClients.TokenPrice? = nil) -> Endpoint {
    var endpoint = Endpoint(name: name, dialect: .openAIChat, baseURL: "https://x.example", model: "m")
    endpoint.price = price
    return endpoint
  }

  @Test func whatWasAskedIsALineForEachEndpoint() {
    let ledger = CostLedger()
    #expect(LedgerText.lines(ledger).isEmpty)
    let free = Self.endpoint("free")
    ledger.enter(
      free, usage: TokenUsage(promptTokens: 1, completionTokens: 7), answers: 1, failed: false, answered: true)
    #expect(LedgerText.lines(ledger) == ["endpoint free: 1 request, 1 token read, 7 written"])
    let priced = Self.endpoint("a", LanguageModelClients.TokenPrice(input: 1, output: 2))
    ledger.enter(
      priced, usage: TokenUsage(promptTokens: 500_000, cachedPromptTokens: 100, completionTokens: 250_000), answers: 1,
      failed: false, answered: true)
    ledger.enter(priced, usage: nil, answers: 0, failed: true, answered: true)
    ledger.enter(priced, usage: nil, answers: 0, failed: true, answered: false)
    #expect(
      LedgerText.lines(ledger) == [
        "endpoint a: 3 requests, 2 of them without a complete answer, 500000 tokens read (100 out of a cache), 250000 written, 1.0000 of money, nothing known of 1 request",
        "endpoint free: 1 request, 1 token read, 7 written",
      ])
  }
}
