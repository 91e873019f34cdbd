/// The contents of a run folder's `eval_results.json`: what became of each sample of each problem of one level.
public struct EvaluationResults: Sendable, Hashable {
  /// The most bytes that the file may have: a level of 100 problems with 100 samples each has some 10 million.
  public static let maximumByteCount = 1 << 28

  /// The samples of each problem, by its number.
  public var problems: [Int: [SampleResult]]

  /// What was unusual in the file, as sentences.
  public private(set) var notes: [String] = []

  /// Makes results.
  public init(_ problems: [Int: [SampleResult]] = [:]) { self.problems = problems }

  /// Reads the file's bytes. What is missing or strange in an entry is told in ``notes``, and spoils no other entry.
  ///
  /// Old files have one object for each problem in place of a list of them.
  ///
  /// - Throws: ``KernelBenchError/Code/invalidResults`` where the text as a whole is none.
  public init(reading bytes: [UInt8], name: String = "eval_results.json") throws(KernelBenchError) {
    guard let members = try PythonJSON(bytes, name: name).members else {
      throw KernelBenchError(
        .invalidResults, "\(name) has no results: an object with a member for each problem is expected.")
    }
    self.init()
    var remarks = Remarks()
    for member in members {
      guard let problem = decimal(member.name[...]) else {
        remarks.add("\(name): \"\(shortened(member.name))\" is no problem's number and was left out.")
        continue
      }
      let entries = member.value.elements ?? [member.value]
      for entry in entries {
        guard let result = SampleResult(entry, note: { remarks.add("\(name): an entry of problem \(problem) \($0).") })
        else { continue }
        if problems[problem]?.contains(where: { $0.sample == result.sample }) == true {
          remarks.add("\(name): sample \(result.sample) of problem \(problem) stands there twice.")
        }
        problems[problem, default: []].append(result)
      }
      // A problem without samples is one all the same.
      if entries.isEmpty { problems[problem] = problems[problem] ?? [] }
    }
    notes = remarks.sentences
  }

  /// The file's text: as Python writes it, four blanks for each depth, the problems by their numbers.
  public var text: String {
    let members = problems.sorted { $0.key < $1.key }.map {
      PythonJSON.Member("\($0.key)", .array($0.value.map(\.json)))
    }
    return PythonJSON.object(members).text(indent: 4)
  }

  /// The result of one sample; the last one where there are several.
  public func result(problem: Int, sample: Int) -> SampleResult? {
    problems[problem]?.last { $0.sample == sample }
  }
}

/// Sentences about a file that somebody else wrote, as many as a person reads.
struct Remarks {
  private static let most = 50
  private var first: [String] = []
  private var count = 0

  mutating func add(_ sentence: String) {
    count += 1
    if count <= Self.most { first.append(sentence) }
  }

  var sentences: [String] {
    count > Self.most ? first + ["And \(count - Self.most) more of this kind."] : first
  }
}

/// No more of a text than fits into a sentence, on one line.
func shortened(_ text: String) -> String {
  let line = String(text.prefix(60).map { $0.isNewline ? " " : $0 })
  return text.count > 60 ? line + "…" : line
}
