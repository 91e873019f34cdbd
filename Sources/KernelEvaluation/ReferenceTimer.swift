import CUDAToolchain

/// Times references by themselves on a GPU, as they are and after `torch.compile`: the baselines that candidates are held against.
public struct ReferenceTimer: Sendable {
  /// What this machine has; a GPU among it.
  public var tools: EvaluationTools
  /// How references are run: their precision, and how the random is drawn.
  public var options: JudgeOptions

  /// Makes a timer.
  ///
  /// - Throws: ``KernelEvaluationError/Code/noGPU`` where there is none: nothing else has times that a GPU's can be compared with.
  public init(tools: EvaluationTools, options: JudgeOptions) throws {
    guard tools.gpu != nil else {
      throw KernelEvaluationError(.noGPU, "Baselines are times on a GPU, and the virtual one has none.")
    }
    self.tools = tools
    self.options = options
  }

  /// How long one reference takes.
  public struct Times: Sendable, Hashable {
    /// As it is: seconds of each call that counts.
    public var eager: [Double]
    /// After `torch.compile`; empty where that does not do.
    public var compiled: [Double]
    /// Why it does not.
    public var obstacle: String?
    /// The GPU by its driver's name.
    public var hardware: String

    /// Makes times.
    public init(eager: [Double], compiled: [Double], obstacle: String? = nil, hardware: String) {
      self.eager = eager
      self.compiled = compiled
      self.obstacle = obstacle
      self.hardware = hardware
    }
  }

  /// Calls before those that count: choices of algorithms, lazily loaded kernels, clocks that rise.
  public static let warmUpCount = 10
  /// Sets of inputs; no call sees the values of another one.
  private static let setCount = 3

  /// Times a reference at its own size.
  ///
  /// Both ways are called in turn, in an order that is drawn for each round, by the clock that candidates are timed with: the
  /// level 2 cache is emptied before each call, and launching is not what is timed. The GPU is held alone meanwhile, and calls
  /// which the machine held up do not count.
  ///
  /// - Parameter rounds: how many calls of each there are.
  /// - Throws: ``KernelEvaluationError``: `badReference` where the reference fails, or where so many calls were held up that no time
  ///   is to be believed; `CancellationError`.
  public func time(_ reference: String, rounds: Int = 100) async throws -> Times {
    try await Folders.withTemporary { folder in
      let start = try await WorkerStart.prepare(tools: tools, options: options, folder: folder) { _ in }
      let side = try await start.reference()
      do {
        let times = try await time(reference, side, rounds: rounds)
        await side.process.stop()
        return times
      } catch {
        await side.process.stop()
        throw error
      }
    }
  }

  private func time(_ source: String, _ side: ReferenceSide, rounds: Int) async throws -> Times {
    var generator = SeededGenerator(seed: options.seed ?? UInt64.random(in: 0...UInt64.max), purpose: "baseline")
    _ = try await side.open(source)
    _ = try await side.choose(side.size(nil).values)
    _ = try await side.model(seed: generator.next())
    var sets: [(seed: UInt64, inputs: ValueTree)] = []
    for number in 0..<Self.setCount {
      let seed = generator.next()
      let supply = InputSupply(kind: .own, seed: seed, folder: side.shared)
      sets.append((seed, try await side.inputs(seed: seed, prefix: "timed-\(number)", supply: supply)))
    }
    let obstacle = try await side.prepareTiming(sets.map(\.inputs))
    var samples: [Bool: [PairedTiming.Sample]] = [:]
    try await GPULock.whileHeld {
      for round in 0..<Self.warmUpCount + rounds {
        let set = Int.random(in: 0..<sets.count, using: &generator)
        for isCompiled in (obstacle == nil ? [false, true] : [false]).shuffled(using: &generator) {
          let inputs = TimedCall.Inputs(set: set, seed: sets[set].seed, variation: generator.next())
          let call = try await side.time(inputs, isCompiled: isCompiled, cover: TimedCall.cover)
          if round >= Self.warmUpCount { samples[isCompiled, default: []].append(call.sample(cover: call.cover)) }
        }
      }
    }
    do throws(TimingError) {
      return Times(
        eager: try ClockAgreement.believable(samples[false] ?? []).map(\.device),
        compiled: try ClockAgreement.believable(samples[true] ?? []).map(\.device),
        obstacle: obstacle.map { Sentences.firstLine($0) }, hardware: tools.gpu?.name ?? "")
    } catch {
      throw KernelEvaluationError(.badReference, error.message, underlyingError: error)
    }
  }
}
