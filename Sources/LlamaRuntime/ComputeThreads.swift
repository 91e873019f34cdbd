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
  /// Within a pass ggml's threads wait for each other by spinning, several hundred times. Where the processors are all
  /// ours, more threads are faster; where something else runs on them, the others spin while one waits for its turn, and
  /// a pass can take fifty times as long. So it is measured: the median of a few passes for each count.
  ///
  /// - Parameter pass: makes a pass of typical size.
  func choose(for context: LlamaContext, stopwatch: Stopwatch, pass: () throws -> Void) rethrows {
    guard limit > 1 else { return }
    var best = (count: 1, time: Double.infinity)
    for count in counts.reversed() {
      context.threadCount = count
      try pass()
      var times: [Double] = []
      let started = stopwatch.milliseconds
      for repetition in 0..<7 {
        let before = stopwatch.milliseconds
        try pass()
        times.append(stopwatch.milliseconds - before)
        // A large model's passes are long enough to be told apart by three.
        if repetition >= 2 && stopwatch.milliseconds - started > 100 { break }
      }
      let median = times.sorted()[times.count / 2]
      if median < best.time { best = (count, median) }
    }
    context.threadCount = best.count
  }
}
