/// When a search has found enough.
public enum Goal: Sendable, Hashable, Codable {
  /// Never: it goes on for the better until the budget is spent.
  case none
  /// A correct candidate.
  case correct
  /// A candidate that is faster than the better of PyTorch's two beyond what chance explains.
  case faster
  /// A candidate that is at least this many times as fast.
  case ratio(Double)

  /// Reads a goal: `none`, `correct`, `faster`, or a ratio such as `1.5` or `2x`.
  ///
  /// - Throws: ``KernelSearchError/Code/badSetting``.
  public init(_ text: some StringProtocol) throws(KernelSearchError) {
    switch text.lowercased() {
    case "none": self = .none
    case "correct": self = .correct
    case "faster": self = .faster
    case let word:
      let number = word.last == "x" ? word.dropLast() : word[...]
      guard let ratio = Double(number), ratio.isFinite, ratio > 0,
        number.allSatisfy({ $0.isASCII && ($0.isNumber || ".e+-".contains($0)) })
      else {
        throw KernelSearchError(
          .badSetting, "“\(text)” is no goal: it is correct, faster, none, or a ratio above 0 such as 1.5.")
      }
      self = .ratio(ratio)
    }
  }

  /// Whether a candidate with this score is enough.
  ///
  /// Without a GPU, `faster` and a ratio are decided by the estimates of both sides where the judge gives them, and are never met
  /// where it does not. With one, a ratio from 1 on is met only by what is faster beyond chance.
  public func isMet(by score: Score) -> Bool {
    guard score.isCorrect else { return false }
    switch self {
    case .none: return false
    case .correct: return true
    case .faster: return score.isFaster ?? ((score.ratio ?? 0) > 1)
    case .ratio(let wanted):
      guard let ratio = score.ratio, ratio >= wanted else { return false }
      return wanted < 1 || (score.isFaster ?? true)
    }
  }
}

extension Goal: CustomStringConvertible {
  /// As it is read.
  public var description: String {
    switch self {
    case .none: "none"
    case .correct: "correct"
    case .faster: "faster"
    case .ratio(let ratio): "\(ratio)"
    }
  }
}
