import Testing

@testable import KernelEvaluation

@Suite struct `A pattern of wrong elements` {
  private static func pattern(
    shape: [Int], seed: UInt64 = 1, chance: Double = 0, change: (Double) -> Double = { $0 + 1 },
    where isWrong: ([Int]) -> Bool
  ) throws -> MismatchPattern? {
    var generator = SeededGenerator(seed: seed)
    let scene = try Scene(
      numbers(.normal(), shape.reduce(1, *), using: &generator), shape: shape, using: &generator)
    var candidate = scene.reference
    let place = try tensor(candidate, shape: shape)
    for index in candidate.indices where isWrong(place.position(of: index)) && generator.uniform() >= chance {
      candidate[index] = change(scene.expected[index])
    }
    return try scene.comparison(candidate).pattern
  }

  @Test func `is none where nothing is wrong`() throws {
    #expect(try Self.pattern(shape: [10, 100]) { _ in false } == nil)
  }

  @Test func `is everything`() throws {
    #expect(try Self.pattern(shape: [10, 100]) { _ in true }?.place == .everywhere)
    #expect(try Self.pattern(shape: [10, 100], chance: 0.2) { _ in true }?.place == .everywhere)
  }

  @Test func `is a tail`() throws {
    #expect(try Self.pattern(shape: [1003]) { $0[0] >= 1000 }?.place == .tail(count: 3))
    #expect(try Self.pattern(shape: [100_003]) { $0[0] >= 99_936 }?.place == .tail(count: 67))
    #expect(try Self.pattern(shape: [10, 100]) { $0[0] == 9 && $0[1] >= 70 }?.place == .tail(count: 30))
    #expect(try Self.pattern(shape: [7, 100]) { $0[1] >= 96 }?.place == .block([.all, .last(4)]))
  }

  @Test func `is a row, a column, a channel, rows at the end`() throws {
    #expect(try Self.pattern(shape: [20, 100]) { $0[0] == 7 }?.place == .block([.one(7), .all]))
    #expect(try Self.pattern(shape: [20, 100]) { $0[1] == 7 }?.place == .block([.all, .one(7)]))
    #expect(try Self.pattern(shape: [2, 5, 6, 7]) { $0[1] == 3 }?.place == .block([.all, .one(3), .all, .all]))
    #expect(try Self.pattern(shape: [20, 100]) { $0[0] >= 16 }?.place == .block([.last(4), .all]))
    #expect(try Self.pattern(shape: [3, 9, 9]) { $0[0] == 0 }?.place == .block([.one(0), .all, .all]))
  }

  @Test(arguments: [0, 0.1]) func `is a tile, if a few of its elements are right by chance too`(chance: Double) throws {
    let pattern = try Self.pattern(shape: [64, 64], chance: chance) {
      (32..<48).contains($0[0]) && (16..<32).contains($0[1])
    }
    #expect(pattern?.place == .block([.range(32..<48), .range(16..<32)]))
  }

  @Test func `is every k-th`() throws {
    #expect(try Self.pattern(shape: [1000]) { $0[0] % 8 == 3 }?.place == .every(step: 8, first: 3))
    #expect(
      try Self.pattern(shape: [30, 128]) { $0[1] % 32 == 31 }?.place == .block([.all, .every(step: 32, first: 31)]))
    #expect(try Self.pattern(shape: [30, 64]) { $0[0] % 3 == 0 }?.place == .block([.every(step: 3, first: 0), .all]))
  }

  @Test func `is a run`() throws {
    #expect(try Self.pattern(shape: [10_000]) { (256..<512).contains($0[0]) }?.place == .run(first: 256, count: 256))
  }

  @Test func `is the border`() throws {
    #expect(
      try Self.pattern(shape: [2, 20, 30]) { $0[1] == 0 || $0[1] == 19 || $0[2] == 0 || $0[2] == 29 }?.place == .border)
    #expect(try Self.pattern(shape: [40, 40]) { $0[0] == 0 || $0[1] == 0 }?.place == .border)
  }

  @Test func `is isolated or scattered`() throws {
    #expect(try Self.pattern(shape: [100, 100]) { [[3, 5], [44, 80], [97, 2]].contains($0) }?.place == .isolated)
    #expect(try Self.pattern(shape: [100, 100], chance: 0.9) { _ in true }?.place == .scattered)
    #expect(try Self.pattern(shape: [10_000], chance: 0.9) { _ in true }?.place == .scattered)
  }

  @Test func `says what is there`() throws {
    func content(_ change: @escaping (Double) -> Double) throws -> MismatchPattern.Content? {
      try Self.pattern(shape: [20, 100], change: change) { $0[0] == 4 }?.content
    }
    #expect(try content { _ in 0 } == .zero)
    #expect(try content { _ in 2.5 } == .constant(2.5))
    #expect(try content { _ in .nan } == .notANumber)
    #expect(try content { $0 * $0 + 2 } == nil)
    if case .scaled(let factor) = try content({ $0 * 2 }) { #expect(abs(factor - 2) < 1e-4) } else { Issue.record() }
    if case .shifted(let offset) = try content({ $0 - 3 }) { #expect(abs(offset + 3) < 1e-4) } else { Issue.record() }
  }

  @Test func `is told in a sentence`() throws {
    let tail = try Self.pattern(shape: [1003], change: { _ in 0 }) { $0[0] >= 1000 }
    #expect(tail?.description.contains("the last 3 elements") == true && tail?.description.contains("zeros") == true)
    let column = try Self.pattern(shape: [20, 128]) { $0[1] % 32 == 31 }
    #expect(column?.description.contains("every 32nd from 31 on of dimension 1") == true)
    for (number, ending) in [
      (1, "st"), (2, "nd"), (3, "rd"), (4, "th"), (11, "th"), (12, "th"), (113, "th"), (122, "nd"),
    ] {
      #expect(MismatchPattern.ordinal(number) == "\(number)\(ending)")
    }
  }
}
