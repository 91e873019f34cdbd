import KernelSearch
import KernelVerdicts

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What happens in a search, for a person who waits.
enum SearchText {
  /// A line for an event; nil for those that are only of interest while they last.
  static func line(_ event: SearchEvent, _ spending: Spending) -> String? {
    let time = clock(spending.time)
    switch event {
    case .judged(let id, let verdict, let score, let isImprovement):
      let speed = speed(score).map { ", \($0)" } ?? ""
      return "\(time)  candidate \(id): \(verdict.rawValue)\(speed)\(isImprovement ? ", the best so far" : "")"
    case .duplicate(let id, let original): return "\(time)  candidate \(id): the same as candidate \(original)"
    case .written(let id, let hasCode): return hasCode ? nil : "\(time)  candidate \(id): no code in the answer"
    case .notWritten(let id, let reason): return "\(time)  candidate \(id) was not written: \(reason)"
    case .writerPaused(let reason, let pause):
      return "\(time)  the model cannot be asked, waiting \(DurationText.text(pause)): \(reason)"
    case .checkFailed(let id, let reason, let willRetry):
      return "\(time)  candidate \(id) could not be checked\(willRetry ? ", trying again" : ""): \(reason)"
    case .confirmed(let id, let verdict):
      return "\(time)  candidate \(id) checked once more, from scratch: \(verdict.rawValue)"
    case .asked, .checking, .confirming, .notRefinable: return nil
    }
  }

  /// What is being done now; nil where an event says nothing about that.
  static func activity(_ event: SearchEvent) -> String? {
    switch event {
    case .asked(let first, let count, let edge, let parent):
      let what = count == 1 ? "candidate \(first)" : "candidates \(first) to \(first + count - 1)"
      switch edge {
      case .sample: return "writing \(what)"
      case .variant: return "writing \(what), a variant of \(parent ?? 0)"
      case .repair: return "writing \(what), a repair of \(parent ?? 0)"
      }
    case .checking(let id): return "checking candidate \(id)"
    case .confirming(let id): return "checking candidate \(id) once more, from scratch"
    default: return nil
    }
  }

  /// How fast a candidate is, and on what that rests.
  static func speed(_ score: Score) -> String? {
    switch score.basis {
    case .none: return nil
    case .measured: return score.ratio.map { "\($0.fixed(2)) times as fast as PyTorch" }
    case .estimated: return score.seconds.map { "estimated \(microseconds($0))" }
    }
  }

  static func microseconds(_ seconds: Double) -> String {
    seconds >= 1e-3 ? "\((seconds * 1e3).fixed(2)) ms" : "\((seconds * 1e6).fixed(1)) µs"
  }

  /// How a search ended.
  static func end(_ end: SearchEnd) -> String {
    switch end {
    case .goalReached: "the goal is reached"
    case .budgetSpent(let limit): "the budget is spent (\(limit.rawValue))"
    case .exhausted: "the strategy has nothing more to do"
    case .stopped: "stopped"
    case .notJudgeable(let reason): "no candidate can be judged: \(reason)"
    case .promptTooLong(let reason): "the problem does not fit the model: \(reason)"
    case .writerFailed(let reason): "the model could not be asked any more: \(reason)"
    case .judgeFailed(let reason): "judging failed: \(reason)"
    }
  }

  /// `0:07`, `12:30`, `1:02:03`.
  static func clock(_ duration: Duration) -> String {
    let seconds = Int(duration / .seconds(1))
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let hours = seconds / 3600
    let rest = "\(hours > 0 ? two(seconds / 60 % 60) : "\(seconds / 60)"):\(two(seconds % 60))"
    return hours > 0 ? "\(hours):\(rest)" : rest
  }
}
