public import Foundation

/// A run: one start of the search on one or many problems, with everything that it was given.
public struct StoredRun: Sendable, Hashable, Identifiable {
  /// What began the run.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// One problem.
    case solve
    /// Many problems.
    case suite
    /// Candidates that somebody else's program wrote.
    case `import`
  }

  /// How far a run has come.
  public enum State: String, Sendable, Hashable, CaseIterable {
    /// It was begun and has not ended. If nobody drives it, it was interrupted: see ``StoredRun/isInterrupted``.
    case running
    /// It stopped before its end, in an orderly way, and can be resumed.
    case paused
    /// It did all that it was to do.
    case finished
    /// It could not go on.
    case failed
  }

  /// The process that drives a run, for messages to people. What counts is the lock: see ``RunDatabase``.
  public struct Driver: Sendable, Hashable {
    /// The process's number.
    public var process: Int32
    /// The name of its machine.
    public var host: String
    /// Since when it has driven the run.
    public var since: Date

    /// Makes a driver.
    public init(process: Int32, host: String, since: Date) {
      self.process = process
      self.host = host
      self.since = since
    }
  }

  /// A short text that sorts by time, such as `261126-203512-k3f9`; unique in a store.
  public var id: String
  /// A name that a person gave, which need not be unique.
  public var name: String?
  /// What began it.
  public var kind: Kind
  /// When it began.
  public var createdAt: Date
  /// When it ended, where it has.
  public var finishedAt: Date?
  /// How far it has come.
  public var state: State
  /// Everything that it was given, as JSON.
  public var configuration: String
  /// The model's name.
  public var model: String
  /// The strategy's name.
  public var strategy: String
  /// Where candidates are judged: `cuda`, `virtual`.
  public var device: String
  /// The GPU's name.
  public var gpu: String
  /// The seed that everything random in it follows from.
  public var seed: UInt64
  /// The budget for each problem, where there is one.
  public var budgetSeconds: Double?
  /// The level of KernelBench, where it is one.
  public var level: Int?
  /// Who drives it; nil where nobody does.
  public internal(set) var driver: Driver?

  /// Makes a run that begins.
  public init(
    id: String, name: String? = nil, kind: Kind, createdAt: Date, configuration: String = "{}", model: String,
    strategy: String, device: String, gpu: String, seed: UInt64, budgetSeconds: Double? = nil, level: Int? = nil
  ) {
    self.id = id
    self.name = name
    self.kind = kind
    self.createdAt = createdAt
    state = .running
    self.configuration = configuration
    self.model = model
    self.strategy = strategy
    self.device = device
    self.gpu = gpu
    self.seed = seed
    self.budgetSeconds = budgetSeconds
    self.level = level
  }

  /// True if it was begun, has not ended, and nobody drives it: its process was killed.
  public var isInterrupted: Bool { state == .running && driver == nil }
}

extension StoredRun {
  /// Makes an identifier out of a time, in UTC to the second, and four random letters and digits.
  ///
  /// Identifiers made one after the other sort in that order, unless the machine's clock was set back.
  public static func makeID(at time: Date, using generator: inout some RandomNumberGenerator) -> String {
    // Without i, l, o and u nothing looks like something else, and nothing is a word.
    let digits = Array("0123456789abcdefghjkmnpqrstvwxyz")
    let suffix = String((0..<4).map { _ in digits[Int.random(in: 0..<32, using: &generator)] })
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: time)
    func two(_ number: Int?) -> String {
      let number = (number ?? 0) % 100
      return number < 10 ? "0\(number)" : "\(number)"
    }
    return two(parts.year) + two(parts.month) + two(parts.day) + "-" + two(parts.hour) + two(parts.minute)
      + two(parts.second) + "-" + suffix
  }
}
