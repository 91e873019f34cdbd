import SpeculativeDecoding
import Synchronization

/// Numbers for property tests: the same for the same seed, on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }
  mutating func next() -> UInt64 {
    state = state &+ 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Whether the code under test is optimised: numeric tests are slow where it is not.
var isOptimized: Bool {
  #if DEBUG
    false
  #else
    true
  #endif
}

/// A model over a small vocabulary whose distribution depends on the whole text before it, and on nothing else.
struct ContextModel {
  let vocabulary: Int
  let seed: UInt64
  /// How peaked the distributions are.
  var sharpness: Float = 3

  func logits(after text: [Token]) -> [Float] {
    var hash = seed &* 0x1234_5678_9ABC_DEF1
    for token in text { hash = (hash ^ UInt64(UInt32(bitPattern: token)) &+ 0x9E37) &* 0x100_0000_01B3 }
    var generator = SeededGenerator(seed: hash)
    return (0..<vocabulary).map { _ in Float.random(in: -1...1, using: &generator) * sharpness }
  }
}

/// Logits that are those of one model, drawn towards those of another: a draft that is right more or less often.
struct BlendedModel {
  let target: ContextModel
  let noise: ContextModel
  let likeness: Float

  func logits(after text: [Token]) -> [Float] {
    zip(target.logits(after: text), noise.logits(after: text)).map { $0 * likeness + $1 * (1 - likeness) }
  }
}

/// A target that computes each node from its path alone, and checks that it is used as an engine has to be.
final class TableTarget: TargetModel {
  let model: ContextModel
  let capacity: PassCapacity
  var vocabularySize: Int { model.vocabulary }
  private(set) var text: [Token] = []
  private(set) var passes = 0
  private(set) var largestTree = 0
  var onPass: (Int) -> Void = { _ in }
  private var rows: [[Float]] = []
  private var storage: UnsafeMutableBufferPointer<Float>

  init(_ model: ContextModel, capacity: PassCapacity = .init(nodes: 256, leaves: 64, text: 4096)) {
    self.model = model
    self.capacity = capacity
    storage = .allocate(capacity: model.vocabulary)
  }

  deinit { storage.deallocate() }

  func prepare(_ text: ArraySlice<Token>) { self.text = Array(text) }

  func evaluate(_ tree: TokenTree) {
    precondition(tree.count <= capacity.nodes && tree.leafCount <= capacity.leaves)
    precondition(text.count + tree.depth < capacity.text + 1)
    passes += 1
    onPass(tree.count)
    largestTree = max(largestTree, tree.count)
    rows = (0..<tree.count).map { node in
      model.logits(after: text + tree.path(to: node).map { tree.tokens[$0] })
    }
  }

  func logits(of node: Int) -> UnsafeBufferPointer<Float> {
    _ = storage.update(fromContentsOf: rows[node])
    return UnsafeBufferPointer(storage)
  }

  func keep(_ path: [Int], of tree: TokenTree) {
    for (parent, child) in zip(path, path.dropFirst()) { precondition(Int(tree.parents[child]) == parent) }
    text += path.map { tree.tokens[$0] }
    rows = []
  }
}

/// A draft model over a function from text to logits.
final class TableDraft: DraftModel {
  let vocabularySize: Int
  let capacity = PassCapacity(nodes: 64, leaves: 64, text: 4096)
  private let compute: ([Token]) -> [Float]
  var onPass: (Int) -> Void = { _ in }
  private(set) var passes = 0
  private(set) var text: [Token] = []
  private var rows: [Int: [Float]] = [:]
  private var scored: Set<Int> = []
  private var storage: UnsafeMutableBufferPointer<Float>

  init(vocabulary: Int, _ compute: @escaping ([Token]) -> [Float]) {
    vocabularySize = vocabulary
    self.compute = compute
    storage = .allocate(capacity: vocabulary)
  }

  deinit { storage.deallocate() }

  var textCount: Int { text.count }
  func prepare(_ text: ArraySlice<Token>) { self.text = Array(text) }

  func begin(with tokens: ArraySlice<Token>) {
    precondition(!tokens.isEmpty)
    onPass(tokens.count)
    passes += 1
    text += tokens
    rows = [0: compute(text)]
    scored = [0]
  }

  func evaluate(_ nodes: [Int], of tree: TokenTree) {
    onPass(nodes.count)
    passes += 1
    rows = [:]
    for node in nodes {
      precondition(scored.contains(Int(tree.parents[node])))
      scored.insert(node)
      rows[node] = compute(text + tree.path(to: node).dropFirst().map { tree.tokens[$0] })
    }
  }

  func logits(of node: Int) -> UnsafeBufferPointer<Float> {
    _ = storage.update(fromContentsOf: rows[node] ?? [])
    return UnsafeBufferPointer(storage)
  }

  func keep(_ path: [Int], of tree: TokenTree) {
    text += path.prefix { scored.contains($0) }.dropFirst().map { tree.tokens[$0] }
  }
}

/// A clock that stands still but for what the models say that their passes take.
final class SimulatedClock: Clock, Sendable {
  struct Instant: InstantProtocol {
    var offset: Duration
    func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    func duration(to other: Instant) -> Duration { other.offset - offset }
    static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
  }

  private let offset = Mutex(Duration.zero)
  var now: Instant { Instant(offset: offset.withLock { $0 }) }
  var minimumResolution: Duration { .nanoseconds(1) }
  func sleep(until deadline: Instant, tolerance: Duration?) async throws {}
  func advance(milliseconds: Double) { offset.withLock { $0 += .nanoseconds(Int64(milliseconds * 1e6)) } }
}

/// What passes take in a test, in milliseconds.
struct SimulatedCosts {
  var target: @Sendable (Int) -> Double
  var draft: @Sendable (Int) -> Double

  /// A large model on a machine where more columns cost little, with a draft model a tenth as dear.
  static let generous = SimulatedCosts(target: { 10 + 0.2 * Double($0) }, draft: { 1 + 0.02 * Double($0) })
  /// A machine that computes every column on its own: nothing that is verified comes cheaper than decoding it.
  static let strict = SimulatedCosts(target: { 10 * Double($0) }, draft: { 8 * Double($0) })
}

extension SpeculativeDecoder {
  /// A decoder over tables, in which passes take what `costs` says.
  static func forTests(
    _ target: TableTarget, _ draft: TableDraft? = nil, costs: SimulatedCosts = .generous
  ) throws -> SpeculativeDecoder {
    let clock = SimulatedClock()
    target.onPass = { clock.advance(milliseconds: costs.target($0)) }
    draft?.onPass = { clock.advance(milliseconds: costs.draft($0)) }
    return try SpeculativeDecoder(target: target, draft: draft, stopwatch: Stopwatch(clock: clock))
  }
}
