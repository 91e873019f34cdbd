/// What has been spent on a problem by some moment, over all resumptions.
public struct Spent: Sendable, Hashable {
  /// The seconds. A smaller number than the store has changes nothing.
  public var seconds: Double
  /// What else was spent, as JSON, in a form that the caller chooses.
  public var details: String

  /// Makes a sum.
  public init(seconds: Double, details: String = "{}") {
    self.seconds = seconds
    self.details = details
  }
}

/// A problem of a run.
public struct StoredProblem: Sendable, Hashable, Identifiable {
  /// How far a problem has come.
  public enum State: String, Sendable, Hashable, CaseIterable {
    /// It has not been begun.
    case pending
    /// It is being worked on, or was when the run was interrupted.
    case active
    /// There is a correct kernel, and it was what the run looked for.
    case solved
    /// The budget was spent without one.
    case unsolved
    /// No candidate could be judged: its output is constant, an input is never read.
    case unjudgeable
    /// Something went wrong that was not the candidates' fault.
    case failed

    /// True where nothing is left to do.
    public var isFinished: Bool { self != .pending && self != .active }
  }

  /// The problem's name within the run: `1/19`.
  public var id: String
  /// Its place in the run's order; unique in the run.
  public var position: Int
  /// Its name for people: `ReLU`.
  public var name: String
  /// Its family: `activation`.
  public var family: String
  /// The source of its reference, as it was when the run began.
  public var reference: String
  /// How far it has come.
  public internal(set) var state: State
  /// What a reader of the result has to know, in a sentence.
  public internal(set) var notice: String?
  /// What was spent on it.
  public internal(set) var spent: Spent
  /// The ordinal of the best candidate so far.
  public internal(set) var best: Int?

  /// Makes a problem that has not been begun.
  public init(id: String, position: Int, name: String, family: String, reference: String) {
    self.id = id
    self.position = position
    self.name = name
    self.family = family
    self.reference = reference
    state = .pending
    spent = Spent(seconds: 0)
  }
}
