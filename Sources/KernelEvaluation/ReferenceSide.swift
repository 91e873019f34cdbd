#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a problem needs at some size.
struct SizeNeeds: Sendable, Hashable {
  /// Bytes of everything that a call reads and makes.
  var bytes: Double
  /// Operations: multiplications and additions of matrix products, elements of everything else.
  var work: Double
}

/// What a size may need.
struct SizeBudget: Sendable, Hashable {
  var bytes: Double
  var work: Double

  func allows(_ needs: SizeNeeds) -> Bool { needs.bytes <= bytes && needs.work <= work }
}

/// What the reference makes of some inputs.
struct Expectation: Sendable {
  /// In its own precision, and in float64; nil where the model does not run in float64.
  var own: ValueTree
  var exact: ValueTree?
  /// Why there is no ``exact``.
  var exactReason: String?
  /// Once more, with another seed for what is random in the model.
  var again: ValueTree?
  /// The operators that it ran, with their number.
  var operators: [String: Int]
  /// Whether it changes its inputs itself.
  var changesInputs: Bool
}

/// The reference's process. It is trusted to be what the user gave; the candidate never sees its folder.
struct ReferenceSide: Sendable {
  let process: WorkerProcess
  /// The process's own folder.
  let folder: String
  /// A folder that the candidate may read.
  let shared: String
  let precision: JudgeOptions.Precision
  let timeLimit: Duration
  /// Whether its GPU is one that other judges use too.
  let sharesGPU: Bool

  private func call(
    _ command: String, _ message: [String: JSONValue] = [:],
    answering: @Sendable (JSONValue) async throws -> JSONValue = { _ in .null }
  ) async throws -> JSONValue {
    do {
      return try await process.call(
        message.merging(["command": .string(command)]) { $1 }, timeLimit: timeLimit, answering: answering)
    } catch let error as WorkerError {
      throw KernelEvaluationError(.badReference, Self.sentence(error, command), underlyingError: error)
    }
  }

  private static func sentence(_ error: WorkerError, _ command: String) -> String {
    guard case .raised(let exception) = error else { return "The reference's process \(error.sentence)." }
    return exception.type == "ProblemError"
      ? exception.message : "The reference fails: \(exception.type): \(Sentences.firstLine(exception.message))"
  }

  /// Reads the source and returns the constants that may decide sizes.
  func open(_ source: String) async throws -> [String: Int] {
    let answer = try await call("open", ["source": .string(source)])
    return answer["constants"]?.integers ?? [:]
  }

  /// The values of the constants that fit a budget; without one the problem's own.
  func size(_ budget: SizeBudget?) async throws -> (values: [String: Int], needs: SizeNeeds?) {
    let wanted = budget.map { JSONValue.object(["bytes": .number($0.bytes), "work": .number($0.work)]) }
    let answer = try await call("size", ["budget": wanted ?? .null])
    var needs: SizeNeeds?
    if let bytes = answer["needs"]?["bytes"]?.number, let work = answer["needs"]?["work"]?.number {
      needs = SizeNeeds(bytes: bytes, work: work)
    }
    return (answer["values"]?.integers ?? [:], needs)
  }

  /// Values of the constants near some that no block divides; empty where the model accepts none.
  func uneven(_ values: [String: Int]) async throws -> [String: Int] {
    let answer = try await call("size", ["uneven": .object(values.mapValues { .integer($0) })])
    return answer["values"]?.integers ?? [:]
  }

  /// Settles on a size, and returns what models are made with.
  func choose(_ values: [String: Int]) async throws -> (arguments: ValueTree, names: ValueTree) {
    let answer = try await call("choose", ["values": .object(values.mapValues { .integer($0) })])
    return (try share(answer["arguments"]), try share(answer["names"]))
  }

  /// Makes the model. Its parameters and statistics that have one value at first get random values.
  ///
  /// - Parameters:
  ///   - kept: those that stay as they are at first.
  ///   - alike: groups that get the same values.
  ///   - uniform: those whose elements all get the same number.
  ///   - changed: those that get other values than the model draws for them.
  func model(
    seed: UInt64, kept: [String] = [], alike: [[String]] = [], uniform: [String] = [], changed: [String] = []
  ) async throws -> ReferenceWeights {
    let answer = try await call(
      "model",
      [
        "seed": .seed(seed), "kept": .array(kept.map(JSONValue.string)),
        "alike": .array(alike.map { .array($0.map(JSONValue.string)) }),
        "uniform": .array(uniform.map(JSONValue.string)), "changed": .array(changed.map(JSONValue.string)),
        "precision": .string(precision.rawValue),
      ])
    var weights = ReferenceWeights(constants: ConstantWeight.list(answer["constants"]))
    for entry in answer["state"]?.array ?? [] {
      guard let entry = entry.array, entry.count == 3, let name = entry[0].string,
        let tensor = ValueTree.Tensor(entry[1])
      else { continue }
      weights.state.append(.init(name: name, tensor: try share(tensor), isParameter: entry[2].boolean == true))
    }
    return weights
  }

  /// Makes inputs out of random tensors that `supply` makes.
  func inputs(seed: UInt64, prefix: String, supply: InputSupply) async throws -> ValueTree {
    let answer = try await call(
      "inputs",
      ["seed": .seed(seed), "prefix": .string(prefix), "precision": .string(precision.rawValue)]
    ) { request in
      guard let leaf = request["leaf"] else { throw WorkerAnswerError("an unknown request") }
      return try await supply.make(leaf)
    }
    return try share(answer["inputs"])
  }

  /// What the model makes of inputs.
  func expect(_ inputs: ValueTree, seed: UInt64, prefix: String, isRepeated: Bool) async throws -> Expectation {
    let answer = try await GPULock.whileHeld(if: sharesGPU) {
      try await call(
        "expect",
        ["inputs": inputs.json, "seed": .seed(seed), "prefix": .string(prefix), "repeat": .boolean(isRepeated)])
    }
    func tree(_ key: String) throws -> ValueTree? {
      guard let value = answer[key], value != .null else { return nil }
      return try ValueTree(value)
    }
    guard let own = try tree("own") else { throw WorkerAnswerError("the reference gave no outputs") }
    return Expectation(
      own: own, exact: try tree("exact"), exactReason: answer["exactReason"]?.string, again: try tree("again"),
      operators: answer["operators"]?.integers ?? [:], changesInputs: answer["changedInputs"]?.array?.isEmpty == false)
  }

  // MARK: Timing

  /// Takes inputs for timed calls, and compiles the model.
  ///
  /// - Returns: why `torch.compile` does not do; nil where it does.
  func prepareTiming(_ sets: [ValueTree]) async throws -> String? {
    let answer = try await call("time", ["sets": .array(sets.map(\.json))])
    return answer["isCompiled"]?.boolean == true ? nil : answer["reason"]?.string ?? "it is not compiled"
  }

  /// One timed call of the model.
  func time(_ inputs: TimedCall.Inputs, isCompiled: Bool, cover: Double) async throws -> TimedCall {
    _ = try await call("arm", inputs.json.merging(["compiled": .boolean(isCompiled)]) { $1 })
    return try await TimedCall.measure { try await call("fire", ["cover": .number(cover)]) }
  }

  /// The inputs of a timed call, in files.
  func timedInputs(_ inputs: TimedCall.Inputs, prefix: String) async throws -> ValueTree {
    try ValueTree(try await call("fresh", inputs.json.merging(["prefix": .string(prefix)]) { $1 })["inputs"])
  }

  // MARK: What the candidate may see

  /// Moves a tree's tensors to where the candidate may read them.
  private func share(_ json: JSONValue?) throws -> ValueTree {
    let tree = try ValueTree(json)
    var moved: [String: String] = [:]
    for tensor in tree.tensors where moved[tensor.file] == nil { moved[tensor.file] = try share(tensor).file }
    return try ValueTree(tree.json.replacingFiles(moved))
  }

  private func share(_ tensor: ValueTree.Tensor) throws -> ValueTree.Tensor {
    guard tensor.file.hasPrefix(folder + "/") else { throw WorkerAnswerError("a file of the reference is elsewhere") }
    let target = shared + "/" + UUID().uuidString
    do {
      try FileManager.default.moveItem(atPath: tensor.file, toPath: target)
    } catch {
      throw KernelEvaluationError(
        .fileSystem, "A tensor could not be kept in \(shared); check the free space.", underlyingError: error)
    }
    var moved = tensor
    moved.file = target
    return moved
  }
}

extension JSONValue {
  /// The same with other files in the tensors' descriptions.
  func replacingFiles(_ files: [String: String]) -> JSONValue {
    switch self {
    case .array(let elements): .array(elements.map { $0.replacingFiles(files) })
    case .object(let entries):
      if case .string(let file)? = entries["file"], let other = files[file] {
        .object(entries.merging(["file": .string(other)]) { $1 })
      } else {
        .object(entries.mapValues { $0.replacingFiles(files) })
      }
    default: self
    }
  }

  /// An object of integers.
  var integers: [String: Int]? {
    guard case .object(let entries) = self else { return nil }
    return entries.compactMapValues(\.integer)
  }

  /// A seed as PyTorch's generators take it, exact in JSON's numbers.
  static func seed(_ seed: UInt64) -> JSONValue { .integer(Int(seed & 0x1F_FFFF_FFFF_FFFF)) }
}
