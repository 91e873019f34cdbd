public import Foundation

/// Something that happened in a run and is neither a candidate nor a verdict: an endpoint that went away, a pause.
public struct StoredEvent: Sendable, Hashable {
  /// The problem that it concerns, where it is one.
  public var problem: String?
  /// When it happened.
  public var at: Date
  /// What happened: a short name, such as `paused`.
  public var kind: String
  /// More about it, as JSON.
  public var detail: String

  /// Makes an event.
  public init(problem: String? = nil, at: Date, kind: String, detail: String = "{}") {
    self.problem = problem
    self.at = at
    self.kind = kind
    self.detail = detail
  }
}
