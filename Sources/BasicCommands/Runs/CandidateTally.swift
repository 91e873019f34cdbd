import KernelVerdicts
import RunStore

/// How many candidates came to what. A candidate that was checked twice counts by its second verdict.
struct CandidateTally: Encodable, Equatable {
  var total = 0
  /// How many have which verdict; one that none has has no entry.
  var verdicts: [Verdict: Int] = [:]
  var waiting = 0
  var duplicates = 0
  var withoutCode = 0
  var failed = 0

  init(_ candidates: [JudgedCandidate]) {
    total = candidates.count
    for candidate in candidates {
      switch candidate.candidate.state {
      case .generated: waiting += 1
      case .duplicate: duplicates += 1
      case .withoutCode: withoutCode += 1
      case .failed: failed += 1
      case .judged: if let verdict = candidate.lastVerdict { verdicts[verdict.verdict, default: 0] += 1 }
      }
    }
  }

  /// For a person: `3 correct, 1 compile-error, 2 duplicates`.
  var text: String {
    RunText.list(
      Verdict.allCases.map { (verdicts[$0] ?? 0, $0.rawValue) } + [
        (duplicates, duplicates == 1 ? "duplicate" : "duplicates"), (withoutCode, "without code"),
        (failed, "not judgeable"), (waiting, "waiting"),
      ])
  }

  private enum CodingKeys: String, CodingKey { case total, verdicts, waiting, duplicates, withoutCode, failed }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(total, forKey: .total)
    let named = Dictionary(uniqueKeysWithValues: verdicts.map { ($0.key.rawValue, $0.value) })
    try container.encode(named, forKey: .verdicts)
    try container.encode(waiting, forKey: .waiting)
    try container.encode(duplicates, forKey: .duplicates)
    try container.encode(withoutCode, forKey: .withoutCode)
    try container.encode(failed, forKey: .failed)
  }
}
