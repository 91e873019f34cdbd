import LanguageModels

/// What one answer asks of the two endpoints that write it.
struct DraftedRequests {
  /// The two, whose requests for this answer are counted by themselves.
  let target: RemoteLanguageModel
  let draft: RemoteLanguageModel
  private var bytesRead = 0
  private var bytesWritten = 0
  private var scoredTexts = 0

  init(target: RemoteLanguageModel, draft: RemoteLanguageModel) {
    self.target = target.entering(CostLedger(partOf: target.ledger))
    self.draft = draft.entering(CostLedger(partOf: draft.ledger))
  }

  /// Takes in a request that was answered: the texts that an endpoint read, and those that it wrote.
  mutating func add(read: [String], written: [String]) {
    bytesRead += read.reduce(0) { $0 + $1.utf8.count }
    bytesWritten += written.reduce(0) { $0 + $1.utf8.count }
    // To be scored a text is gone on from by a token at least.
    if written.isEmpty { scoredTexts += read.count }
  }

  /// What the answer took: tokens as the endpoints count them, and where one does not, a token for every three bytes. A draft without a
  /// price costs nothing.
  func outcome(_ reason: GenerationOutcome.Reason) -> GenerationOutcome {
    let (asked, drafted) = (target.ledger.total, draft.ledger.total)
    let both = asked + drafted
    guard both.requestsWithoutUsage == 0 else {
      return GenerationOutcome(
        reason: reason, promptTokens: (bytesRead + 2) / 3, completionTokens: (bytesWritten + 2) / 3 + scoredTexts,
        hasTokenCounts: false)
    }
    return GenerationOutcome(
      reason: reason, promptTokens: both.usage.promptTokens, completionTokens: both.usage.completionTokens,
      cachedPromptTokens: both.usage.cachedPromptTokens, reasoningTokens: both.usage.reasoningTokens,
      cost: asked.cost.map { $0 + (draft.endpoint.price == nil ? 0 : drafted.cost ?? 0) })
  }
}
