/// How a candidate came about.
public enum EdgeKind: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
  /// Independently, from the problem alone.
  case sample
  /// As a variant of a correct candidate, with its profile, to be faster.
  case variant
  /// As a repair of one that is not correct, with what was found out about it.
  case repair

  /// The order in which they are listed.
  public static func < (a: EdgeKind, b: EdgeKind) -> Bool { a.order < b.order }

  private var order: Int {
    switch self {
    case .sample: 0
    case .variant: 1
    case .repair: 2
    }
  }
}
