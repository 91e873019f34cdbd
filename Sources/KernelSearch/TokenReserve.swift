import KernelPrompting

/// What is set aside for answers that are being written, so that a budget holds although nobody knows how long they will be.
struct TokenReserve: Sendable {
  private let budget: Budget
  private let price: TokenPrice?
  private var reserved: [Int: Usage] = [:]
  private var total = Usage()
  /// The most tokens per byte that a prompt was seen to have; nil before the first.
  private var density: Double?

  init(_ budget: Budget, _ price: TokenPrice?) {
    self.budget = budget
    self.price = price
  }

  /// Answers that fit.
  struct Fit: Sendable, Hashable {
    var count: Int
    var maximumTokens: Int
    var promptTokens: Int
  }

  /// How many answers fit into what is left, and how long they may be; nil where not even a short one does.
  ///
  /// - Parameters:
  ///   - bound: the most tokens that the prompt may have, as the writer says.
  ///   - bytes: the prompt's length.
  func fit(
    _ count: Int, bound: Int, bytes: Int, maximumTokens: Int, minimumTokens: Int, _ spent: Usage
  ) -> Fit? {
    // A quarter more than the densest prompt seen, for one with another mixture of texts.
    let expected = density.map { Int((Double(bytes) * $0 * 1.25).rounded(.up)) + 32 } ?? bound
    var fit = Fit(count: count, maximumTokens: maximumTokens, promptTokens: min(bound, expected))
    if let limit = budget.tokens {
      let left = limit - spent.tokens - total.tokens
      let each = fit.promptTokens + fit.maximumTokens
      if left < each {
        fit.count = 1
        fit.maximumTokens = left - fit.promptTokens
      } else {
        fit.count = min(fit.count, left / each)
      }
    }
    if let limit = budget.cost, let price {
      let left = limit - spent.cost - total.cost
      let each = price.cost(promptTokens: fit.promptTokens, completionTokens: fit.maximumTokens)
      if left < each {
        fit.count = 1
        let prompt = price.cost(promptTokens: fit.promptTokens, completionTokens: 0)
        let token = price.cost(promptTokens: 0, completionTokens: 1)
        guard left >= prompt, token > 0 else { return nil }
        fit.maximumTokens = Int(min(Double(fit.maximumTokens), ((left - prompt) / token).rounded(.down)))
      } else if each > 0 {
        fit.count = Int(min(Double(fit.count), (left / each).rounded(.down)))
      }
    }
    return fit.count > 0 && fit.maximumTokens >= minimumTokens ? fit : nil
  }

  mutating func reserve(_ id: Int, _ fit: Fit) {
    let usage = Usage(
      promptTokens: fit.promptTokens, completionTokens: fit.maximumTokens,
      cost: price?.cost(promptTokens: fit.promptTokens, completionTokens: fit.maximumTokens) ?? 0)
    reserved[id] = usage
    change(usage, by: 1)
  }

  mutating func release(_ id: Int) {
    guard let usage = reserved.removeValue(forKey: id) else { return }
    change(usage, by: -1)
    if reserved.isEmpty { total = Usage() }
  }

  /// An answer says how long its prompt was. Those that share another's say 0, and those whose text is sent again and again say more than
  /// a prompt can have: a token is a byte at least.
  mutating func learn(promptTokens: Int, bytes: Int) {
    guard promptTokens > 0, bytes > 0, promptTokens <= bytes + 1000 else { return }
    density = max(density ?? 0, Double(promptTokens) / Double(bytes))
  }

  private mutating func change(_ usage: Usage, by sign: Int) {
    total.promptTokens += sign * usage.promptTokens
    total.completionTokens += sign * usage.completionTokens
    total.cost += Double(sign) * usage.cost
  }
}
