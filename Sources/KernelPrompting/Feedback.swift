/// What a check found out about an earlier answer, for a model to read.
///
/// The texts come from compilers, from the candidate's own process and from its file names: whoever wrote the candidate can
/// put anything in them. ``text`` therefore cuts them to a length, keeps what was quoted inside a fence that it cannot close,
/// removes control characters, and breaks up what chat templates use as marks.
public struct Feedback: Hashable, Sendable, Codable {
  /// What the check came to.
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// It does not compile, or is not Python.
    case compileError = "compile-error"
    /// Its outputs differ from the reference's.
    case wrongResult = "wrong-result"
    /// It breaks a rule of memory or order.
    case memoryFinding = "memory-finding"
    /// It raises, or its process ends.
    case runtimeError = "runtime-error"
    /// It takes longer than it was given.
    case timeout
    /// It is no answer to the task.
    case rejected
    /// It could not be judged.
    case unsupported
    /// It is right; what is asked for is a faster one.
    case tooSlow = "too-slow"
  }

  /// What a compiler or an interpreter wrote.
  public struct Quotation: Hashable, Sendable, Codable {
    /// What it is: `The compiler's first errors`.
    public var label: String
    /// The text.
    public var text: String

    /// Makes a quotation.
    public init(label: String, text: String) {
      self.label = label
      self.text = text
    }
  }

  /// What the check came to.
  public var kind: Kind
  /// Why, in a sentence or two.
  public var summary: String
  /// What else was found out, a sentence each, the most useful first.
  public var points: [String]
  /// What a compiler or an interpreter wrote; nil where nobody did.
  public var quotation: Quotation?
  /// Where a right candidate spends its time, a line each: kernels, what bounds them, their worst accesses.
  public var profile: [String]

  /// The most characters of the summary and of each point.
  public static let sentenceLimit = 600
  /// The most points, and the most lines of the profile.
  public static let listLimit = 12
  /// The most characters that are quoted.
  public static let quotationLimit = 3_000

  /// Makes feedback.
  public init(
    _ kind: Kind, summary: String, points: [String] = [], quotation: Quotation? = nil, profile: [String] = []
  ) {
    self.kind = kind
    self.summary = summary
    self.points = points
    self.quotation = quotation
    self.profile = profile
  }

  /// The feedback as prose, without what is to be done about it.
  ///
  /// Its length is bounded whatever the texts are.
  ///
  /// - Complexity: O(*n*) for texts of *n* characters.
  public var text: String {
    var parts = [opening + " " + QuotedText.line(summary, limit: Self.sentenceLimit)]
    parts += Self.list("What was found:", points)
    if let quotation {
      let label = QuotedText.line(quotation.label, limit: 100)
      parts.append("\(label):\n\n" + QuotedText.fenced(quotation.text, limit: Self.quotationLimit))
    }
    parts += Self.list("Where its time goes:", profile)
    return parts.joined(separator: "\n\n")
  }

  private var opening: String {
    switch kind {
    case .compileError: "It does not compile."
    case .wrongResult: "It compiles and runs, but its result is wrong."
    case .memoryFinding: "It breaks a rule of memory or of order between threads."
    case .runtimeError: "It compiles, but fails when it runs."
    case .timeout: "It takes too long."
    case .rejected: "It is no answer to the task."
    case .unsupported: "It could not be checked."
    case .tooSlow: "It is correct."
    }
  }

  private static func list(_ title: String, _ lines: [String]) -> [String] {
    guard !lines.isEmpty else { return [] }
    let shown = lines.prefix(listLimit).map { "- " + QuotedText.line($0, limit: sentenceLimit) }
    let rest = lines.count > shown.count ? ["- … and \(lines.count - shown.count) more"] : []
    return [([title] + shown + rest).joined(separator: "\n")]
  }
}
