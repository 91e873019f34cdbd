/// A parameter or a statistic all of whose elements are the same number in a fresh model: a scale of ones, a bias of zeros.
struct ConstantWeight: Sendable, Hashable {
  var name: String
  /// How many elements it has.
  var count: Int
  /// The number.
  var value: Double
  /// Its dimensions, without those of length 1.
  var shape: [Int] = []

  /// What a scale of one model and the same scale of another have in common, whatever their names and shapes.
  struct Likeness: Hashable {
    var count: Int
    var value: Double
  }

  var likeness: Likeness { Likeness(count: count, value: value) }

  /// More than any model has: numbers beyond are made up, and are not to be added up.
  static let mostElements = 1 << 40
  private static let mostWeights = 1 << 20

  /// Reads a worker's list of them; what is no such thing is left out.
  static func list(_ json: JSONValue?) -> [ConstantWeight] {
    (json?.array ?? []).prefix(mostWeights).compactMap { entry in
      guard let entry = entry.array, entry.count == 4, let name = entry[0].string, let count = entry[1].integer,
        let value = entry[2].number, let shape = entry[3].array?.compactMap(\.integer), 1...mostElements ~= count
      else { return nil }
      return ConstantWeight(name: name, count: count, value: value, shape: shape)
    }
  }
}

/// The weights of the reference.
struct ReferenceWeights: Sendable {
  /// A parameter or a buffer.
  struct Weight: Sendable {
    var name: String
    var tensor: ValueTree.Tensor
    var isParameter: Bool
  }

  /// All that it saves, in order.
  var state: [Weight] = []
  /// Those that a fresh model gives one value.
  var constants: [ConstantWeight]

  var json: JSONValue { .array(state.map { .array([.string($0.name), $0.tensor.json]) }) }
}

/// How a candidate's parameters fit the reference's. Its process says so: a claim.
struct CandidateWeights: Sendable {
  enum Fit: String, Sendable {
    /// By their names.
    case names
    /// Some have other names; they were given in order, and their shapes are the same.
    case order
    /// Only some have a counterpart.
    case none
  }

  var fit: Fit
  /// The reference's that it has not.
  var missing: [String]
  /// Its own that the reference has not.
  var unexpected: [String]
  /// Those of the same name and another shape.
  var shapes: [String]
  /// How many elements those have that nothing of the reference's was given to.
  var spareElements: Int
  /// Those of them that have one value.
  var constants: [ConstantWeight]

  init(_ json: JSONValue?) {
    func names(_ key: String) -> [String] { json?[key]?.array?.compactMap(\.string) ?? [] }
    fit = json?["how"]?.string.flatMap(Fit.init) ?? .none
    missing = names("missing")
    unexpected = names("unexpected")
    shapes = names("shapes")
    spareElements = min(max(0, json?["elements"]?.integer ?? 0), ConstantWeight.mostElements)
    constants = ConstantWeight.list(json?["constants"])
  }
}

/// Which of the reference's constant weights a candidate has under other names or in other shapes.
struct WeightPairing: Sendable {
  /// Weights of the reference's, with as many of the candidate's. Which of a group is which cannot be told, and need not be where
  /// all have the same values; nor need the order of elements where those of one are all the same.
  struct Group: Sendable, Hashable {
    var reference: [String]
    var candidate: [String]
    /// Whether the shapes differ, so that elements may lie in another order.
    var isUniform: Bool
  }

  private(set) var groups: [Group] = []
  /// Those of the reference's that have no counterpart.
  private(set) var left: [ConstantWeight] = []

  /// - Parameters:
  ///   - reference: the reference's that the candidate has not under the same name and in the same shape.
  ///   - candidate: the candidate's own that nothing was given to.
  init(_ reference: [ConstantWeight], _ candidate: [ConstantWeight]) {
    // A name that both have says more than a size.
    let named = Dictionary(candidate.map { ($0.name, $0) }) { first, _ in first }
    let isNamed = { (weight: ConstantWeight) in named[weight.name]?.likeness == weight.likeness }
    for weight in reference where isNamed(weight) { append([weight], [named[weight.name] ?? weight]) }
    let taken = Set(reference.filter(isNamed).map(\.name))
    let theirs = Dictionary(grouping: candidate.filter { !taken.contains($0.name) }, by: \.likeness)
    let ours = Dictionary(grouping: reference.filter { !taken.contains($0.name) }, by: \.likeness)
    var done: Set<ConstantWeight.Likeness> = []
    for weight in reference where !taken.contains(weight.name) && done.insert(weight.likeness).inserted {
      let mine = ours[weight.likeness] ?? []
      let others = theirs[weight.likeness] ?? []
      if mine.count == others.count {
        append(mine, others)
      } else {
        left += mine
      }
    }
  }

  private mutating func append(_ mine: [ConstantWeight], _ others: [ConstantWeight]) {
    let isUniform = Set((mine + others).map(\.shape)).count > 1
    groups.append(Group(reference: mine.map(\.name), candidate: others.map(\.name), isUniform: isUniform))
  }
}
