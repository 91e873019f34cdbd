/// A nested value out of a worker: tensors by the files of their elements, everything else as it is.
///
/// The JSON is an object with one key that says what follows: `tensor`, `value`, `list`, `tuple`, `dictionary`, … .
struct ValueTree: Sendable, Hashable {
  /// A tensor in a file, its elements in the order of their indices.
  struct Tensor: Sendable, Hashable {
    var file: String
    var type: String
    var shape: [Int]

    var count: Int { shape.reduce(1, *) }

    init?(_ json: JSONValue) {
      guard let file = json["file"]?.string, let type = json["type"]?.string, let shape = json["shape"]?.array else {
        return nil
      }
      self.file = file
      self.type = type
      self.shape = shape.compactMap(\.integer)
      guard self.shape.count == shape.count, self.shape.allSatisfy({ $0 >= 0 }) else { return nil }
    }

    init(file: String, type: String, shape: [Int]) {
      self.file = file
      self.type = type
      self.shape = shape
    }

    var json: JSONValue {
      .object(["file": .string(file), "type": .string(type), "shape": .array(shape.map { .integer($0) })])
    }
  }

  /// The whole tree, as it goes back to a worker.
  var json: JSONValue
  /// Its tensors, in order.
  private(set) var tensors: [Tensor] = []
  /// What lies between the tensors: brackets, keys and plain values.
  private(set) var outline: String = ""

  /// - Throws: ``WorkerAnswerError`` where it is no such tree.
  init(_ json: JSONValue?) throws(WorkerAnswerError) {
    guard let json else { throw WorkerAnswerError("a value is missing") }
    self.json = json
    try read(json, depth: 0)
  }

  private mutating func read(_ json: JSONValue, depth: Int) throws(WorkerAnswerError) {
    guard depth < 64, case .object(let entries) = json, entries.count == 1, let (kind, content) = entries.first else {
      throw WorkerAnswerError("a value has an unknown form")
    }
    switch kind {
    case "tensor":
      guard let tensor = Tensor(content) else { throw WorkerAnswerError("a tensor is not described") }
      tensors.append(tensor)
      outline += "T"
    case "list", "tuple":
      // A model may give a list where the reference gives a tuple.
      outline += "("
      for element in content.array ?? [] { try read(element, depth: depth + 1) }
      outline += ")"
    case "dictionary":
      outline += "{"
      for pair in content.array ?? [] {
        guard let pair = pair.array, pair.count == 2 else { throw WorkerAnswerError("a dictionary is not one") }
        try read(pair[0], depth: depth + 1)
        outline += ":"
        try read(pair[1], depth: depth + 1)
      }
      outline += "}"
    default: outline += "<\(kind) \(content.text)>"
    }
  }
}

/// A worker's answer that does not say what was asked.
struct WorkerAnswerError: Error {
  var message: String
  init(_ message: String) { self.message = message }
}
