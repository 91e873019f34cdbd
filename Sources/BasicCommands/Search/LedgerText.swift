import LanguageModelClients

/// What was asked of endpoints, in a line for each: requests that failed and answers that were thrown away count there too.
enum LedgerText {
  static func lines(_ ledger: CostLedger) -> [String] {
    ledger.perEndpoint.sorted { $0.key < $1.key }.map { name, entry in
      var parts = [Self.count(entry.requests, "request")]
      if entry.failedRequests > 0 { parts.append("\(entry.failedRequests) of them without a complete answer") }
      let usage = entry.usage
      var read = "\(Self.count(usage.promptTokens, "token")) read"
      if usage.cachedPromptTokens > 0 { read += " (\(usage.cachedPromptTokens) out of a cache)" }
      parts += [read, "\(usage.completionTokens) written"]
      if let cost = entry.cost, cost > 0 { parts.append("\(cost.fixed(4)) of money") }
      if entry.requestsWithoutUsage > 0 {
        parts.append("nothing known of \(Self.count(entry.requestsWithoutUsage, "request"))")
      }
      return "endpoint \(name): \(parts.joined(separator: ", "))"
    }
  }

  private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
