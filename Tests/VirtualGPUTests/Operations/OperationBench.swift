import Foundation
import PTX
import Testing
import VirtualGPU

/// Runs operations over edge values in all forms, and holds the answers against those that are due.
enum OperationBench {
  /// Registers of a kernel's operations stay within what clang compiles quickly.
  static let entriesPerKernel = 48
  static let kernelsPerModule = 6

  /// - Parameter count: How many tuples of operands for each operation (of one operand of 16 bits: all).
  static func check(
    _ operations: [Operation], count: Int = 1024, seed: UInt64 = 1, flags: [String] = OperationBuild.quick
  ) async throws {
    let operations = OperationExchange.isWanted ? try await OperationExchange.assembled(operations) : operations
    var kernels: [OperationKernel] = []
    var tuples: [[Operation.Role]: [[UInt64]]] = [:]
    let groups = Dictionary(grouping: operations.indices) { operations[$0].operands }
    for (roles, members) in groups.sorted(by: { $0.value[0] < $1.value[0] }) {
      let values = EdgeValues.tuples(roles, count: count, seed: seed)
      tuples[roles] = values
      for isUniform in [false, true] {
        var entries: [OperationKernel.Entry] = []
        for member in members.sorted() {
          let second: OperationKernel.Variant = member % 2 == 0 ? .guarded : .apart
          if isUniform && !operations[member].isLaneWise { continue }
          let variants: [OperationKernel.Variant] =
            isUniform ? (member % 4 == 0 ? [.uniform, .uniformGuarded] : [.uniform]) : [.plain, second]
          entries += variants.map { OperationKernel.Entry(operation: member, variant: $0) }
        }
        let number = isUniform ? min(values.count, 1024) : values.count
        for start in stride(from: 0, to: entries.count, by: entriesPerKernel) {
          kernels.append(
            OperationKernel(
              name: "k\(kernels.count)", roles: roles, count: number, isUniform: isUniform,
              entries: Array(entries[start..<min(start + entriesPerKernel, entries.count)])))
        }
      }
    }
    var modules: [(ptx: String, source: String)] = []
    for start in stride(from: 0, to: kernels.count, by: kernelsPerModule) {
      let range = start..<min(start + kernelsPerModule, kernels.count)
      modules.append(try translate(&kernels, range, operations))
    }
    let launches = kernels.filter { !$0.entries.isEmpty }.map { kernel in
      var input = Data(capacity: kernel.count * kernel.roles.count * 8)
      for tuple in tuples[kernel.roles]!.prefix(kernel.count) {
        for value in tuple { withUnsafeBytes(of: value.littleEndian) { input.append(contentsOf: $0) } }
      }
      return OperationBuild.Launch(
        kernel: kernel.name, blocks: kernel.isUniform ? kernel.count : kernel.count / 128,
        threads: kernel.isUniform ? 32 : 128, input: input, outputBytes: kernel.outputBytes)
    }
    let outputs: [Data]
    if let exchange = try OperationExchange(modules.map(\.ptx), launches) {
      // What a real GPU makes of the same kernels is held against the same expectations.
      guard let made = try exchange.outputs(launches) else { return }
      outputs = made
    } else {
      outputs = try await OperationBuild.run(sources: modules.map(\.source), launches: launches, flags: flags)
    }
    var expected: [Int: [Expectation]] = [:]
    var failures: [Int: [String]] = [:]
    for (kernel, output) in zip(kernels.filter { !$0.entries.isEmpty }, outputs) {
      let values = output.withUnsafeBytes { Array($0.bindMemory(to: UInt64.self)) }
      let inputs = tuples[kernel.roles]!
      for (index, entry) in kernel.entries.enumerated() {
        let operation = operations[entry.operation]
        if let together = operation.together {
          expected[entry.operation] = stride(from: 0, to: kernel.count, by: 32).flatMap { start in
            let running = (0..<32).reduce(UInt32(0)) {
              $0 | (OperationKernel.runs(start + $1, entry.variant) ? 1 << UInt32($1) : 0)
            }
            return together(Array(inputs[start..<start + 32]), running)
          }
        } else if expected[entry.operation] == nil {
          expected[entry.operation] = inputs.map(operation.expectation)
        }
        for tuple in 0..<kernel.count {
          let found = values[index * kernel.count + tuple]
          let due =
            OperationKernel.runs(tuple, entry.variant)
            ? expected[entry.operation]![tuple] : .bits(old(operation.result))
          if !matches(found, due, operation.result) {
            let list = inputs[tuple].map { "0x" + String($0, radix: 16) }.joined(separator: ", ")
            failures[entry.operation, default: []].append(
              "\(entry.variant)(\(list)) = 0x\(String(found, radix: 16)), not \(describe(due))")
          }
        }
      }
    }
    for (operation, list) in failures.sorted(by: { $0.key < $1.key }) {
      if OperationExchange.isWanted, let reason = OperationExchange.knownDifference(operations[operation].text) {
        print("\(operations[operation].text): \(list.count) differ: \(reason)")
        continue
      }
      Issue.record("\(operations[operation].text): \(list.count) wrong: \(list.prefix(4).joined(separator: "; "))")
    }
  }

  /// Translates kernels; operations that are not known are recorded and left out.
  private static func translate(
    _ kernels: inout [OperationKernel], _ range: Range<Int>, _ operations: [Operation]
  ) throws -> (ptx: String, source: String) {
    while true {
      let text = OperationKernel.header + kernels[range].map { $0.ptx(operations) }.joined()
      let translation = try KernelTranslator.translate(
        PTXModule.read(text), options: TranslationOptions(checksMemory: false, checksRaces: false, counts: false))
      let refused = zip(range, translation.kernels).filter { $0.1.unsupported != nil }
      if refused.isEmpty { return (text, translation.source) }
      for (number, kernel) in refused {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let sentence = kernel.unsupported ?? ""
        // The sentence names the line of the PTX; the operation is the one whose lines hold it.
        let line = sentence.firstMatch(of: /line (\d+) of the PTX/).flatMap { Int($0.1) } ?? 0
        let instruction = line > 0 && line <= lines.count ? String(lines[line - 1]) : ""
        let before = kernels[number].entries.count
        kernels[number].entries.removeAll { entry in
          instruction.contains(operations[entry.operation].text + " ")
            || operations[entry.operation].text == instruction.split(separator: " ").first.map(String.init)
        }
        Issue.record("not covered: \(sentence)")
        if kernels[number].entries.count == before { throw OperationBuild.Failure(description: sentence + instruction) }
      }
    }
  }

  private static func old(_ type: ScalarType) -> UInt64 {
    if type == .pred { return 0 }
    return OperationKernel.old & (type.registerBits == 64 ? .max : (1 << UInt64(type.registerBits)) - 1)
  }

  static func matches(_ found: UInt64, _ due: Expectation, _ type: ScalarType) -> Bool {
    let format = FloatFormat.of(type)
    switch due {
    case .any: return true
    case .bits(let bits): return found == bits
    case .nan: return format.isNaN(found)
    case .pair(let low, let high):
      let half: ScalarType = type == .bf16x2 ? .bf16 : .f16
      return matches(found & 0xffff, low, half) && matches(found >> 16, high, half) && found >> 32 == 0
    case .near(let value, let units):
      if value.isNaN { return format.isNaN(found) }
      let number = format.double(found)
      if value == 0 || value.isInfinite { return number == value && (number.sign == value.sign) }
      if found == format.encode(FloatFormat.f64.exact(value.bitPattern)) { return true }
      if number.isNaN || number.isInfinite { return false }
      let unit = max(
        Double(sign: .plus, exponent: value.exponent - format.precision + 1, significand: 1),
        Double(sign: .plus, exponent: 2 - format.bias - format.precision, significand: 1))
      return abs(number - value) <= units * unit
    case .within(let value, let distance):
      return abs(format.double(found) - value) <= distance
    }
  }

  private static func describe(_ due: Expectation) -> String {
    switch due {
    case .bits(let bits): "0x" + String(bits, radix: 16)
    case .pair(let low, let high): "(\(describe(low)), \(describe(high)))"
    default: "\(due)"
    }
  }
}
