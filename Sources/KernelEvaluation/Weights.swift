/// A parameter or a statistic all of whose elements are the same number in a fresh model: a scale of ones, a bias of zeros.
struct ConstantWeight: Sendable, Hashable {
  var name: String
  /// How many elements it has.
  var count: Int
  /// The number.
  var value: Double

  /// What a scale of one model and the same scale of another have in common, whatever their names and shapes.
  struct Likeness: Hashable {
    var count: Int
    var value: Double
  }

  var likeness: Likeness { Likeness(count: count, value: value) }

  /// Reads a worker's list of them; what is no such thing is left out.
  static func list(_ json: JSONValue?) -> [ConstantWeight] {
    (json?.array ?? []).compactMap { entry in
      guard let entry = entry.array, entry.count == 3, let name = entry[0].string, let count = entry[1].integer,
        let value = entry[2].number, count > 0
      else { return nil }
      return ConstantWeight(name: name, count: count, value: value)
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
    spareElements = json?["elements"]?.integer ?? 0
    constants = ConstantWeight.list(json?["constants"])
  }
}

/// Which of the reference's constant weights a candidate has under other names or in other shapes.
struct WeightPairing: Sendable {
  /// Groups of the reference's, with as many of the candidate's. Which of a group is which cannot be told, and need not be where
  /// all have the same values.
  private(set) var groups: [(reference: [String], candidate: [String])] = []
  /// Those of the reference's that have no counterpart.
  private(set) var left: [ConstantWeight] = []

  /// - Parameters:
  ///   - reference: the reference's that the candidate has not under the same name and in the same shape.
  ///   - candidate: the candidate's own that nothing was given to.
  init(_ reference: [ConstantWeight], _ candidate: [ConstantWeight]) {
    let theirs = Dictionary(grouping: candidate, by: \.likeness)
    let ours = Dictionary(grouping: reference, by: \.likeness)
    var done: Set<ConstantWeight.Likeness> = []
    for weight in reference where done.insert(weight.likeness).inserted {
      let mine = ours[weight.likeness] ?? []
      let others = theirs[weight.likeness] ?? []
      if mine.count == others.count {
        groups.append((mine.map(\.name), others.map(\.name)))
      } else {
        left += mine
      }
    }
  }
}
