/// What stands before the weights in a GGUF file: a table of metadata and a table of tensors.
///
/// libllama checks most of a file itself and reports what is wrong; some of what it finds it answers with `abort`, which
/// no caller survives. This reader accepts only what libllama survives: a structure that holds, and the few values that
/// libllama asserts. It was made by loading thousands of damaged files and looking at which ones ended the process.
struct GGUFHeader {
  /// Why a file is no model; completes the sentence "This is not a model: …".
  struct Fault: Error, Equatable {
    let reason: String
    init(_ reason: String) { self.reason = reason }
  }

  /// The values that are looked at: numbers and texts by key. Arrays and other types are only checked for their structure.
  private(set) var integers: [String: UInt64] = [:]
  private(set) var numbers: [String: Double] = [:]
  private(set) var texts: [String: String] = [:]
  /// A matrix, a vector, …: of `elements` numbers, `rowLength` of which lie in one row, of one of ggml's types.
  struct Tensor: Equatable {
    let name: String
    let elements: UInt64
    let rowLength: UInt64
    let type: UInt32
  }
  private(set) var tensors: [Tensor] = []
  /// Where the tables end.
  private(set) var byteCount = 0

  /// Reads a header.
  ///
  /// - Parameter bytes: the whole file, or at least everything before the weights.
  /// - Complexity: O(header).
  init(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
    var cursor = GGUFCursor(bytes: bytes)
    guard bytes.count >= 4, bytes.prefix(4).elementsEqual("GGUF".utf8) else {
      throw Fault(bytes.isEmpty ? "it is empty" : "it does not begin with the letters GGUF")
    }
    cursor.position = 4
    let version = try cursor.integer(UInt32.self, of: "the version")
    // Versions that this does not know are libllama's to refuse or to read.
    guard (2...3).contains(version) else { return }
    let tensorCount = try cursor.integer(UInt64.self, of: "the number of tensors")
    let valueCount = try cursor.integer(UInt64.self, of: "the number of metadata values")
    try readValues(valueCount, from: &cursor)
    try readTensors(tensorCount, from: &cursor)
    byteCount = cursor.position
    try checkWhatLibllamaAsserts()
  }

  private mutating func readValues(_ count: UInt64, from cursor: inout GGUFCursor) throws(Fault) {
    var keys: Set<GGUFBytes> = []
    var index: UInt64 = 0
    while index < count {
      index += 1
      let keyBytes = try cursor.string(of: "a key")
      let key = keyBytes.text
      guard !key.isEmpty else { throw Fault("it has a value without a key") }
      guard keys.insert(keyBytes).inserted else { throw Fault("the key “\(key)” stands in it twice") }
      let code = try cursor.integer(UInt32.self, of: "the type of “\(key)”")
      guard let type = GGUFType(rawValue: code) else {
        throw Fault("“\(key)” is of type \(code), which GGUF does not have")
      }
      switch type {
      case .string: texts[key] = try cursor.string(of: "“\(key)”").text
      case .array: try readArray(key, from: &cursor)
      case .float32:
        numbers[key] = Double(Float(bitPattern: try cursor.integer(UInt32.self, of: "“\(key)”")))
      case .float64: numbers[key] = Double(bitPattern: try cursor.integer(UInt64.self, of: "“\(key)”"))
      default: integers[key] = try cursor.integer(bytes: type.size, of: "“\(key)”")
      }
    }
  }

  private func readArray(_ key: String, from cursor: inout GGUFCursor) throws(Fault) {
    let code = try cursor.integer(UInt32.self, of: "the type of the elements of “\(key)”")
    guard let type = GGUFType(rawValue: code), type != .array else {
      throw Fault("the elements of “\(key)” are of type \(code), which GGUF does not have")
    }
    let count = try cursor.integer(UInt64.self, of: "the length of “\(key)”")
    guard type == .string else {
      try cursor.skip(count, times: type.size, of: "“\(key)”")
      return
    }
    // libllama asserts that no two tokens are the same. It reads them only up to a zero byte, and gives empty ones names.
    let isVocabulary = key == "tokenizer.ggml.tokens"
    var seen: Set<GGUFBytes> = []
    var index: UInt64 = 0
    while index < count {
      let element = try cursor.string(of: "“\(key)”").upToZero
      if isVocabulary, !element.bytes.isEmpty, !seen.insert(element).inserted {
        throw Fault("the token “\(element.text)” stands twice in its vocabulary")
      }
      index += 1
    }
  }

  private mutating func readTensors(_ count: UInt64, from cursor: inout GGUFCursor) throws(Fault) {
    var names: Set<GGUFBytes> = []
    var index: UInt64 = 0
    while index < count {
      index += 1
      let name = try cursor.string(of: "a tensor's name")
      guard names.insert(name).inserted else { throw Fault("the tensor “\(name.text)” stands in it twice") }
      let dimensions = try cursor.integer(UInt32.self, of: "the shape of “\(name.text)”")
      guard dimensions <= 4 else { throw Fault("the tensor “\(name.text)” has \(dimensions) dimensions") }
      // More elements than can be counted are libllama's to refuse.
      var (elements, rowLength): (UInt64, UInt64) = (1, 1)
      for dimension in 0..<dimensions {
        let length = try cursor.integer(UInt64.self, of: "the shape of “\(name.text)”")
        if dimension == 0 { rowLength = length }
        let (product, isTooLarge) = elements.multipliedReportingOverflow(by: length)
        elements = isTooLarge ? .max : product
      }
      let type = try cursor.integer(UInt32.self, of: "the type of “\(name.text)”")
      let offset = try cursor.integer(UInt64.self, of: "the place of “\(name.text)”")
      guard offset < UInt64(cursor.bytes.count) else {
        throw Fault("it ends before the weights of “\(name.text)”")
      }
      tensors.append(Tensor(name: name.text, elements: elements, rowLength: rowLength, type: type))
    }
  }

  /// The values that libllama's loader asserts (`llama_model_base::load_hparams` and the norms' kernels).
  private func checkWhatLibllamaAsserts() throws(Fault) {
    guard let architecture = texts["general.architecture"] else { return }
    func value(_ name: String) -> UInt64? { integers["\(architecture).\(name)"] }
    if let blocks = value("block_count") {
      guard (1...512).contains(blocks) else { throw Fault("it claims to have \(blocks) layers") }
      if let extra = value("nextn_predict_layers"), extra > blocks {
        throw Fault("it claims \(extra) of its \(blocks) layers for predicting further tokens")
      }
    }
    let (experts, used) = (value("expert_count") ?? 0, value("expert_used_count"))
    guard experts <= 1024, used ?? 0 <= experts, experts == 0 || used != 0 else {
      throw Fault("it claims to use \(used ?? 0) of \(experts) experts")
    }
    let (groups, usedGroups) = (value("expert_group_count") ?? 0, value("expert_group_used_count") ?? 0)
    guard experts == 0 ? groups == 0 : groups < experts,
      groups <= 1 || experts % groups == 0 && (1..<groups).contains(usedGroups)
    else { throw Fault("it claims to use \(usedGroups) of \(groups) groups of \(experts) experts") }
    for (key, number) in numbers where key.hasSuffix("epsilon") && !(number >= 0) {
      throw Fault("“\(key)” is \(number)")
    }
    if let scaling = texts["\(architecture).rope.scaling.type"],
      !["none", "linear", "yarn", "longrope"].contains(scaling)
    {
      throw Fault("it scales positions by a rule called “\(scaling)”, which libllama does not know")
    }
  }
}
