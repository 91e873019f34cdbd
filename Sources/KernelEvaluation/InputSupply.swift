import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What the inputs of a trial are like.
enum InputKind: String, Sendable, Hashable, CaseIterable {
  /// As the problem makes them.
  case own
  /// Normal with another mean and deviation: what passes for a norm on centred inputs fails.
  case shifted
  /// Few large values among many small ones: what adds up too little, or averages, fails.
  case heavyTailed = "heavy-tailed"
  /// NaN, infinities, zeros of both signs, the smallest numbers among normal ones.
  case special
}

/// Makes the random tensors that a problem's get_inputs asks for: the trusted side decides on every value.
final class InputSupply: Sendable {
  let kind: InputKind
  /// A folder that the reference's process may read.
  let folder: String
  private let seeds: Mutex<SeededGenerator>

  init(kind: InputKind, seed: UInt64, folder: String) {
    self.kind = kind
    self.folder = folder
    seeds = Mutex(SeededGenerator(seed: seed, purpose: "inputs"))
  }

  /// Makes a tensor out of a worker's description and returns the description of its file.
  func make(_ leaf: JSONValue) async throws -> JSONValue {
    guard let kind = leaf["kind"]?.string, let name = leaf["type"]?.string, let type = ElementType(torchName: name),
      let shape = leaf["shape"]?.array?.compactMap(\.integer), shape.allSatisfy({ $0 >= 0 })
    else { throw WorkerAnswerError("a random tensor is not described") }
    let size = try TensorElements.byteCount(of: shape, type)
    let distribution = distribution(kind, leaf)
    let path = folder + "/" + UUID().uuidString
    var generator = SeededGenerator(seed: seeds.withLock { $0.next() })
    var bytes = Data(count: size)
    bytes.withUnsafeMutableBytes {
      distribution.fill($0, type: type, rowLength: shape.last ?? 1, using: &generator)
    }
    do {
      try bytes.write(to: URL(filePath: path))
    } catch {
      throw KernelEvaluationError(
        .fileSystem, "Inputs could not be written to \(folder); check the free space.", underlyingError: error)
    }
    return ValueTree.Tensor(file: path, type: type.rawValue, shape: shape).json
  }

  private func distribution(_ drawn: String, _ leaf: JSONValue) -> InputDistribution {
    if drawn == "integers" {
      return .integers(lower: Int64(leaf["low"]?.integer ?? 0), upper: Int64(leaf["high"]?.integer ?? 1))
    }
    switch kind {
    case .own: return drawn == "uniform" ? .uniform() : .normal()
    case .shifted: return .normal(mean: 2, deviation: 3)
    case .heavyTailed: return .heavyTailed()
    case .special: return .special([.nan, .infinities, .zeros, .subnormals], fraction: 0.02)
    }
  }
}
