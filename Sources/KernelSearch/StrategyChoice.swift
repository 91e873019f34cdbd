/// The strategies by the names that a command line and a record have for them.
public enum StrategyChoice {
  /// Names and what they stand for, for a person.
  public static let names: [(name: String, meaning: String)] = [
    ("greedy", "one answer of the likeliest tokens"),
    ("best-of-N", "N independent samples"),
    ("linear", "one chain: repaired until right, then varied"),
    ("adaptive", "a tree whose branches get what their kind has been worth"),
  ]

  /// The strategy of a name: `greedy`, `best-of` or `best-of-8`, `linear`, `adaptive`.
  ///
  /// - Parameter startsGreedily: whether `linear` and `adaptive` begin with an answer of the likeliest tokens, for models that can be
  ///   asked for one. Independent samples stay what they are.
  /// - Parameter batch: how many answers `adaptive` asks for at once, for models that write so many together.
  /// - Throws: ``KernelSearchError/Code/badSetting``.
  public static func strategy(
    named name: some StringProtocol, startsGreedily: Bool = false, batch: Int = 1
  ) throws(KernelSearchError) -> any SearchStrategy {
    switch name {
    case "greedy": return GreedyStrategy()
    case "best-of": return BestOfStrategy(nil)
    case "linear":
      var strategy = LinearStrategy()
      strategy.startsGreedily = startsGreedily
      return strategy
    case "adaptive":
      var strategy = AdaptiveStrategy(batch: batch)
      strategy.startsGreedily = startsGreedily
      return strategy
    default:
      if name.hasPrefix("best-of-"), let count = Int(name.dropFirst("best-of-".count)), count > 0 {
        return BestOfStrategy(count)
      }
      throw KernelSearchError(
        .badSetting, "“\(name)” is no strategy. Known are \(names.map(\.name).joined(separator: ", ")).")
    }
  }
}
