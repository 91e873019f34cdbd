import CLlama
import SpeculativeDecoding

/// Threads that compute passes. Target and draft share them: they never compute at the same time.
///
/// Without a pool of its own a context would start and end its threads in every pass.
final class ComputeThreads {
  /// The most threads that a pass can have.
  let limit: Int
  let pool: OpaquePointer?

  init(limit: Int) {
    self.limit = max(1, limit)
    var parameters = ggml_threadpool_params_default(Int32(self.limit))
    pool = ggml_threadpool_new(&parameters)
  }

  deinit { ggml_threadpool_free(pool) }

  /// The counts worth trying: all, half, a quarter, … and one.
  private var counts: [Int] {
    var counts = [limit]
    while let last = counts.last, last > 1 { counts.append(last / 2) }
    return counts
  }

  /// Finds out with how many threads passes are fastest here and now, and sets it.
  ///
  /// Within a pass ggml's threads wait for each other, several hundred times. Where the processors are all ours, more threads are faster;
  /// where something else runs on them, they wait for the one that has not got its turn, and even though they give their processors
  /// away meanwhile (Engine/patient_threads.h) a pass takes three or four times as long beside a
  /// second program. So it is measured: the mean of many passes for each
  /// count, because it is the few held-up passes that cost. Threads beyond half as many have to earn their place by a tenth. Fewer are tried as long
  /// as that is not much slower, since a large model takes seconds for a pass with one thread.
  ///
  /// - Parameter pass: makes a pass of typical size.
  func choose(for context: LlamaContext, stopwatch: Stopwatch, pass: () throws -> Void) rethrows {
    guard limit > 1 else { return }
    var best = limit
    var least = Double.infinity
    // One pass of a small model may be held up by chance.
    func isMuchSlower(_ mean: Double, _ passes: Double) -> Bool { passes * mean >= 40 && mean > 2 * least }
    for count in counts {
      context.threadCount = count
      try pass()
      let started = stopwatch.milliseconds
      var passes = 0.0
      var mean = 0.0
      // A large model's passes are long enough to be told apart by three; a small one's need some time to be disturbed.
      repeat {
        try pass()
        passes += 1
        mean = (stopwatch.milliseconds - started) / passes
      } while (passes < 3 && !isMuchSlower(mean, passes)) || (passes * mean < 40 && passes < 200)
      if mean < least / 0.9 { best = count }
      guard mean < 1.5 * least else { break }
      least = min(least, mean)
    }
    context.threadCount = best
  }
}

/// Notices that passes have come to be held up, by other work on the processors, and asks for fewer threads then.
struct StallWatch {
  private var fastest: [Int: Double] = [:]
  private var recent: [Bool] = []

  /// Takes a pass into account.
  ///
  /// - Returns: whether the threads are in each other's way.
  mutating func record(size: Int, milliseconds: Double) -> Bool {
    let least = min(fastest[size] ?? .infinity, milliseconds)
    fastest[size] = least
    recent.append(milliseconds > 6 * least + 2)
    if recent.count > 32 { recent.removeFirst() }
    guard recent.filter({ $0 }).count >= 3 else { return false }
    recent.removeAll(keepingCapacity: true)
    return true
  }
}
