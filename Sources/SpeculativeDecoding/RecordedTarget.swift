/// A target that costs what its model costs, and says what somebody else wrote.
///
/// With it sources that need no draft model can be judged on texts of models that are not at hand. Its passes are the model's own; its
/// logits are those of a model that is certain of the recording.
public final class RecordedTarget: TargetModel {
  private let model: any TargetModel
  private var recording: [Token] = []
  private var position = 0
  private var depths: [Int32] = []
  private let row: UnsafeMutableBufferPointer<Float>
  private var chosen = 0

  /// A target with the cost of `model`, which has nothing to say yet.
  public init(model: any TargetModel) {
    self.model = model
    row = .allocate(capacity: model.vocabularySize)
    row.initialize(repeating: 0)
  }

  deinit { row.deallocate() }

  /// Says this after the next prompt. Behind its end the first token of the vocabulary is said.
  public func play(_ recording: [Token]) {
    precondition(recording.allSatisfy { row.indices.contains(Int($0)) }, "a token is none of the model's")
    self.recording = recording
  }

  /// The model's.
  public var vocabularySize: Int { model.vocabularySize }
  /// The model's.
  public var capacity: PassCapacity { model.capacity }
  /// The model's.
  public var backlog: Int { model.backlog }

  /// Begins with the recording.
  public func prepare(_ text: ArraySlice<Token>) throws {
    position = 0
    try model.prepare(text)
  }

  /// The model's pass.
  public func evaluate(_ tree: TokenTree) throws {
    depths = tree.depths
    try model.evaluate(tree)
  }

  /// One for the token of the recording, and zero for all others. Of nodes that differ from the recording nobody asks.
  public func logits(of node: Int) -> UnsafeBufferPointer<Float> {
    let place = position + Int(depths[node])
    row[chosen] = 0
    chosen = place < recording.count ? Int(recording[place]) : 0
    row[chosen] = 1
    return UnsafeBufferPointer(row)
  }

  /// Goes on in the recording.
  public func keep(_ path: [Int], of tree: TokenTree) throws {
    position += path.count
    try model.keep(path, of: tree)
  }
}
