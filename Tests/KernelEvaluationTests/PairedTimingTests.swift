import Foundation
import GPUModels
import Testing

@testable import KernelEvaluation

@Suite struct `Paired timing` {
  /// Rounds on a noisy machine: all of a round share its slowness, each call has noise, some calls are disturbed.
  static func rounds(
    _ count: Int, candidate: Double = 1e-3, eager: Double = 1e-3, compiled: Double? = nil, noise: Double = 0.03,
    using generator: inout SeededGenerator
  ) -> [PairedTiming.Round] {
    func sample(_ time: Double, _ slowness: Double) -> PairedTiming.Sample {
      var device = time * slowness * exp(noise * generator.normal())
      if generator.uniform() < 0.02 { device *= 3 }
      return PairedTiming.Sample(device: device, host: device + 40e-6 + 10e-6 * generator.uniform())
    }
    return (0..<count).map { _ in
      let slowness = exp(0.2 * generator.normal())
      return PairedTiming.Round(
        candidate: sample(candidate, slowness), eager: sample(eager, slowness),
        compiled: compiled.map { sample($0, slowness) })
    }
  }

  @Test(
    arguments: [
      (0.5, nil, Judgement.Speed.faster, 2.0), (2, nil, .slower, 0.5), (1, nil, .tie, 1), (0.5, 0.5, .tie, 1),
      (0.5, 0.25, .slower, 0.5), (0.5, 2, .faster, 2), (0.99, nil, .tie, 1.01),
    ] as [(Double, Double?, Judgement.Speed, Double)])
  func `judges by the better baseline`(
    candidate: Double, compiled: Double?, speed: Judgement.Speed, ratio: Double
  ) throws {
    var generator = SeededGenerator(seed: 1)
    let rounds = Self.rounds(
      200, candidate: candidate * 1e-3, compiled: compiled.map { $0 * 1e-3 }, using: &generator)
    let timing = try PairedTiming(rounds: rounds, seed: 1)
    #expect(timing.speed == speed)
    #expect(abs(timing.ratio / ratio - 1) < 0.02 && timing.interval.contains(timing.ratio))
    #expect(timing.baseline == ((compiled ?? 9) < 0.9 ? .compiled : .eager))
    #expect(timing.summary.contains("times as fast"))
    #expect(try PairedTiming(rounds: rounds, seed: 1) == timing)
  }

  @Test(arguments: [0, 1, 20, 49, 51, 100])
  func `of a baseline's own calls those count that the machine did not hold up, if they are half`(disturbed: Int) throws
  {
    var generator = SeededGenerator(seed: 5)
    let samples = (0..<100).map { number in
      let device = 1e-3 * (1 + 0.01 * generator.uniform())
      // Held up by milliseconds, where starting and waiting cost some microseconds.
      return PairedTiming.Sample(device: device, host: device + (number < disturbed ? 9e-3 : 40e-6))
    }
    guard disturbed <= 50 else {
      // Where all are slow alike, that is what starting and waiting cost here.
      if disturbed == 100 {
        #expect(try ClockAgreement.believable(samples).count == 100)
      } else {
        #expect(throws: Never.self) { try ClockAgreement.believable(samples) }
      }
      return
    }
    let kept = try ClockAgreement.believable(samples)
    #expect(kept == Array(samples.dropFirst(disturbed)))
  }

  @Test func `of a baseline whose clocks disagree in most calls no time is believed`() {
    let samples = (0..<100).map { number in
      PairedTiming.Sample(device: 1e-3, host: number < 60 ? 0.5e-3 : 1.04e-3)
    }
    let error = #expect(throws: TimingError.self) { try ClockAgreement.believable(samples) }
    #expect(error?.code == .clocksDisagree)
  }

  @Test func `does not call two percent faster, however sure`() throws {
    var generator = SeededGenerator(seed: 2)
    let rounds = Self.rounds(500, candidate: 1e-3 / 1.015, noise: 0.001, using: &generator)
    let timing = try PairedTiming(rounds: rounds, seed: 1)
    #expect(timing.interval.lowerBound > 1 && timing.speed == .tie)
  }

  @Test(.enabled(if: isOptimized, "A debug build takes minutes for this."), arguments: [10, 20, 50, 100])
  func `gives intervals that hold the true ratio as often as they say`(count: Int) throws {
    var generator = SeededGenerator(seed: 3)
    let experiments = 300
    var held = 0
    var wrongVerdicts = 0
    for experiment in 0..<experiments {
      let rounds = Self.rounds(count, candidate: 1e-3 / 1.3, using: &generator)
      let timing = try PairedTiming(rounds: rounds, seed: UInt64(experiment))
      if timing.interval.contains(1.3) { held += 1 }
      let equal = try PairedTiming(rounds: Self.rounds(count, using: &generator), seed: UInt64(experiment))
      if equal.speed != .tie { wrongVerdicts += 1 }
    }
    // Of 95 %, three standard errors of 300 experiments are 3.8 %.
    #expect(Double(held) / Double(experiments) > 0.91)
    // Equals are told apart in at most 5 %, and less with the margin.
    #expect(Double(wrongVerdicts) / Double(experiments) < 0.08)
  }

  @Test func `refuses too few rounds, and missing ones`() throws {
    var generator = SeededGenerator(seed: 4)
    for count in [0, 1, 9] {
      let error = #expect(throws: TimingError.self) {
        try PairedTiming(rounds: Self.rounds(count, using: &generator), seed: 1)
      }
      #expect(error?.code == .tooFewRounds)
    }
    var rounds = Self.rounds(20, compiled: 1e-3, using: &generator)
    rounds[7].compiled = nil
    let error = #expect(throws: TimingError.self) { try PairedTiming(rounds: rounds, seed: 1) }
    #expect(error?.code == .incomplete)
  }

  /// What a candidate does, and how it changes its sample.
  static let tricks: [@Sendable (inout PairedTiming.Sample) -> Void] = [
    { $0.device /= 100 },  // works on a stream that the events do not bracket
    { $0.device = 0 }, { $0.device = -1e-3 }, { $0.device = .nan }, { $0.device = .infinity }, { $0.host = 0 },
    { $0.device = $0.host * 3 }, { $0.host += 5e-3 },
  ]

  @Test(arguments: tricks.indices) func `refuses clocks that disagree`(trick: Int) throws {
    var generator = SeededGenerator(seed: 5)
    var rounds = Self.rounds(50, candidate: 2e-3, using: &generator)
    for index in rounds.indices { Self.tricks[trick](&rounds[index].candidate) }
    let error = #expect(throws: TimingError.self) { try PairedTiming(rounds: rounds, seed: 1) }
    #expect(error?.code == .clocksDisagree && error?.message.contains("50 of 50") == true)
  }

  @Test func `leaves out a few disturbed rounds`() throws {
    var generator = SeededGenerator(seed: 6)
    var rounds = Self.rounds(50, using: &generator)
    rounds[3].candidate.host += 0.1
    rounds[30].eager.host += 0.1
    #expect(try PairedTiming(rounds: rounds, seed: 1).roundCount == 48)
  }

  /// A machine with other work keeps everyone waiting now and then.
  @Test(arguments: [0.1, 0.2])
  func `a busy machine spoils rounds, and not the verdict`(fraction: Double) throws {
    var generator = SeededGenerator(seed: 8)
    var rounds = Self.rounds(60, using: &generator)
    for index in rounds.indices {
      if Double.random(in: 0..<1, using: &generator) < fraction { rounds[index].candidate.host += 4e-3 }
      if Double.random(in: 0..<1, using: &generator) < fraction { rounds[index].eager.host += 4e-3 }
    }
    let timing = try PairedTiming(rounds: rounds, seed: 1)
    #expect(timing.roundCount < 60 && timing.roundCount >= 30)
  }

  @Test func `who alone is waited for in a fifth of the rounds is not believed`() {
    var generator = SeededGenerator(seed: 9)
    var rounds = Self.rounds(60, using: &generator)
    for index in rounds.indices where index % 5 == 0 { rounds[index].candidate.host += 4e-3 }
    rounds[7].eager.host += 4e-3
    let error = #expect(throws: TimingError.self) { try PairedTiming(rounds: rounds, seed: 1) }
    #expect(error?.code == .clocksDisagree && error?.message.contains("12 of 60") == true)
  }

  @Test func `nobody is believed where most rounds are spoiled`() {
    var generator = SeededGenerator(seed: 10)
    var rounds = Self.rounds(60, using: &generator)
    for index in rounds.indices where index % 3 == 0 { rounds[index].eager.host += 4e-3 }
    for index in rounds.indices where index % 3 == 1 { rounds[index].candidate.host += 4e-3 }
    let error = #expect(throws: TimingError.self) { try PairedTiming(rounds: rounds, seed: 1) }
    #expect(error?.code == .clocksDisagree && error?.message.contains("too busy") == true)
  }

  @Test func `lets the host's overhead be what the baselines' is`() throws {
    var generator = SeededGenerator(seed: 7)
    var rounds = Self.rounds(50, using: &generator)
    for index in rounds.indices {
      rounds[index].eager.host += 2e-3
      rounds[index].candidate.host += 3e-3
    }
    #expect(try PairedTiming(rounds: rounds, seed: 1).roundCount == 50)
  }
}

@Suite struct `A roofline` {
  @Test(arguments: GPUModel.all) func `is a floor that grows with the work`(gpu: GPUModel) throws {
    let roofline = Roofline(gpu: gpu)
    let megabyte = 1 << 20
    let none = roofline.leastTime(for: .init(bytesRead: 0, bytesWritten: 0))
    #expect(none > 0 && none < 1e-6)
    let reading = roofline.leastTime(for: .init(bytesRead: 1024 * megabyte, bytesWritten: 0))
    #expect(abs(reading * Double(gpu.memoryBandwidth) * 1e9 / (0.9 * Double(1024 * megabyte)) - 1) < 1e-9)
    // Outputs may stay in the cache.
    #expect(roofline.leastTime(for: .init(bytesRead: 0, bytesWritten: gpu.level2Cache * megabyte)) == none)
    #expect(roofline.leastTime(for: .init(bytesRead: 0, bytesWritten: 1024 * megabyte)) < reading)
    func computing(_ type: ElementType, lower: Bool = false) -> Double {
      roofline.leastTime(
        for: .init(bytesRead: 0, bytesWritten: 0, operations: 1e13, precision: type, allowsLowerPrecision: lower))
    }
    #expect(computing(.float64) >= computing(.float32) && computing(.float32) > computing(.float16))
    #expect(computing(.float32, lower: true) < computing(.float16))
  }

  @Test func `refuses times below it`() throws {
    let roofline = Roofline(gpu: .h100)
    // 2 GB at 3.35 TB/s take 0.6 ms.
    let work = Roofline.Work(bytesRead: 2_000_000_000, bytesWritten: 0)
    try roofline.check(seconds: 0.6e-3, for: work)
    let error = #expect(throws: TimingError.self) { try roofline.check(seconds: 0.3e-3, for: work) }
    #expect(error?.code == .belowFloor && error?.message.contains("NVIDIA H100 SXM") == true)
    #expect(throws: TimingError.self) { try roofline.check(seconds: 0, for: .init(bytesRead: 0, bytesWritten: 0)) }
  }
}
