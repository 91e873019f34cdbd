import CUDAToolchain

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// One set of inputs with what the reference makes of it.
struct Trial: Sendable {
  var number: Int
  var kind: InputKind
  var seed: UInt64
  var inputs: ValueTree
  var expectation: Expectation
}

/// What is wrong with a call's outputs.
struct OutputFault: Sendable {
  var reason: String
  var mismatch: Judgement.Mismatch?
}

extension Trial {
  /// Holds outputs against what is expected.
  ///
  /// - Returns: what is wrong, nil where nothing is; the largest errors.
  func compare(
    _ outputs: ValueTree, in folder: String, tolerance: Tolerance
  ) throws -> (fault: OutputFault?, absolute: Double, relative: Double) {
    let own = expectation.own
    guard outputs.outline == own.outline else {
      let wanted = Sentences.count(own.tensors.count, "tensor")
      let got = Sentences.count(outputs.tensors.count, "tensor")
      let reason =
        outputs.tensors.count == own.tensors.count
        ? "Its output is nested otherwise than the reference's, or has other plain values in it."
        : "It returns \(got) where the reference returns \(wanted)."
      return (OutputFault(reason: reason), 0, 0)
    }
    var absolute = 0.0
    var relative = 0.0
    for (index, (mine, theirs)) in zip(outputs.tensors, own.tensors).enumerated() {
      let which = own.tensors.count > 1 ? " \(index + 1)" : ""
      if mine.shape != theirs.shape {
        return (
          OutputFault(
            reason: "Its output\(which) has the shape \(mine.shape), and the reference's has \(theirs.shape)."),
          absolute, relative
        )
      }
      if mine.type != theirs.type {
        return (
          OutputFault(reason: "Its output\(which) has the type \(mine.type), and the reference's has \(theirs.type)."),
          absolute, relative
        )
      }
      let comparison = try Comparison(
        candidate: try elements(mine, writer: .hostile(folder)),
        expected: try elements(expectation.exact?.tensors[index] ?? theirs, writer: .gone),
        reference: try elements(theirs, writer: .gone), tolerance: tolerance)
      absolute = max(absolute, comparison.maxAbsoluteError)
      relative = max(relative, comparison.maxRelativeError)
      guard !comparison.isMatch else { continue }
      var mismatch: Judgement.Mismatch?
      if let first = comparison.first {
        mismatch = Judgement.Mismatch(
          output: index, trial: number, distribution: kind.rawValue, index: first.index, expected: first.expected,
          actual: first.candidate, count: comparison.mismatchCount, elements: comparison.elementCount,
          pattern: comparison.pattern?.description ?? "")
      }
      return (OutputFault(reason: "Output\(which): \(comparison.summary)", mismatch: mismatch), absolute, relative)
    }
    return (nil, absolute, relative)
  }

  /// Who wrote a file, and where it has to be.
  private enum Writer {
    case gone
    case hostile(String)
  }

  private func elements(_ tensor: ValueTree.Tensor, writer: Writer) throws -> TensorElements {
    guard let type = ElementType(torchName: tensor.type) else {
      throw WorkerAnswerError("a tensor of the unknown type \(tensor.type)")
    }
    switch writer {
    case .gone:
      return try TensorElements(contentsOf: tensor.file, type: type, shape: tensor.shape, writer: .gone)
    case .hostile(let folder):
      guard tensor.file.hasPrefix(folder + "/"), !tensor.file.contains("/../") else {
        throw WorkerAnswerError("an output's file is elsewhere")
      }
      return try TensorElements(contentsOf: tensor.file, type: type, shape: tensor.shape, writer: .hostile)
    }
  }

  /// True where two trees of tensors have the same bytes.
  static func areEqual(_ a: ValueTree, _ b: ValueTree) throws -> Bool {
    guard a.outline == b.outline, a.tensors.count == b.tensors.count else { return false }
    for (x, y) in zip(a.tensors, b.tensors) {
      guard x.shape == y.shape, x.type == y.type else { return false }
      guard x.file != y.file, x.count > 0 else { continue }
      if try bytes(x) != bytes(y) { return false }
    }
    return true
  }

  /// True where two trees of the reference's have the same values, zeros of either sign being one.
  static func areAlike(_ a: ValueTree, _ b: ValueTree) throws -> Bool {
    guard a.outline == b.outline, a.tensors.count == b.tensors.count else { return false }
    for (x, y) in zip(a.tensors, b.tensors) {
      guard x.shape == y.shape, x.type == y.type, let type = ElementType(torchName: x.type) else { return false }
      let first = try TensorElements(contentsOf: x.file, type: type, shape: x.shape, writer: .gone)
      let second = try TensorElements(contentsOf: y.file, type: type, shape: y.shape, writer: .gone)
      let comparison = try Comparison(
        candidate: second, expected: first, reference: first, tolerance: Tolerance(relative: 1e-12))
      if comparison.mismatchCount > 0 { return false }
    }
    return true
  }

  /// A copy: somebody may still change the file.
  static func bytes(_ tensor: ValueTree.Tensor) throws -> Data {
    guard let type = ElementType(torchName: tensor.type) else { throw WorkerAnswerError("an unknown type") }
    return try TensorElements(contentsOf: tensor.file, type: type, shape: tensor.shape, writer: .hostile).bytes
  }

  /// True where all of a tree's numbers are finite.
  static func isFinite(_ tree: ValueTree) throws -> Bool {
    for tensor in tree.tensors {
      guard let type = ElementType(torchName: tensor.type), type.isFloating else { continue }
      let elements = try TensorElements(contentsOf: tensor.file, type: type, shape: tensor.shape, writer: .gone)
      let part = 1 << 16
      let isFinite = withUnsafeTemporaryAllocation(of: Double.self, capacity: part) { buffer in
        for start in stride(from: 0, to: elements.componentCount, by: part) {
          let end = min(start + part, elements.componentCount)
          elements.convert(start..<end, into: buffer)
          if !buffer[..<(end - start)].allSatisfy(\.isFinite) { return false }
        }
        return true
      }
      if !isFinite { return false }
    }
    return true
  }
}
