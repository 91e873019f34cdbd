import CUDAToolchain
import Foundation
import PTX

@testable import VirtualGPU

/// Kernels for a real GPU on another machine, and what it made of them.
///
/// With `BASIC_OPERATIONS` naming a folder, the operations' tests do not run the virtual GPU: the first time they write their kernels
/// and inputs there, for `Scripts/run-operations.py` on a machine with a GPU, and when its outputs have been brought back they are
/// held against what the tests expect. So expectations that were made from the manual are checked by the hardware.
struct OperationExchange {
  /// Where an H100 (driver 580, ptxas 13.0) gives something else than the tests expect, and why that stays so.
  static func knownDifference(_ text: String) -> String? {
    let words = text.split(separator: ".").map(String.init)
    let reasons: [(String, Bool)] = [
      (
        "the hardware is less exact than the virtual GPU",
        ["ex2", "lg2", "sin", "cos", "tanh", "rsqrt"].contains(words[0]) && words.contains("approx")
      ),
      ("operands beyond 255, which PTX does not define", ["bfe.u64", "bfe.s64", "bfi.b64"].contains(text)),
      (
        "another NaN",
        text.hasPrefix("cvt") && words.last == "f64" && ["f16", "bf16"].contains(words[words.count - 2])
          || ["min.f64", "max.f64"].contains(text) || text.hasSuffix("tf32.f32") || text == "rcp.approx.ftz.f64"
      ),
      (
        "flushed for being tiny before it is rounded",
        text.hasPrefix("mul") && text.hasSuffix("f16x2") && words.contains("ftz") || text == "div.rp.ftz.f32"
      ),
      ("the operand is not flushed", ["cvt.rm.ftz.f16.f32", "cvt.rp.ftz.f16.f32"].contains(text)),
      (
        "under a guard, ptxas keeps the destination's old value in part only",
        words[0] == "testp" || (words[0] == "set" && ["b16", "u16", "s16", "f16", "bf16"].contains(words.last))
      ),
    ]
    return reasons.first { $0.1 }?.0
  }

  private let folder: URL
  private let inputs: URL

  private struct Job: Codable {
    var kernel: String
    var blocks: Int
    var threads: Int
    var shared: Int
    var input: String
    var outputBytes: Int
  }

  static var isWanted: Bool { ProcessInfo.processInfo.environment["BASIC_OPERATIONS"] != nil }

  /// The operations that PTX's assembler takes. Ours are more: every modifier with every type.
  static func assembled(_ operations: [Operation]) async throws -> [Operation] {
    guard let ptxas = try await Toolchain.find().compiler?.ptxas else {
      throw OperationBuild.Failure(description: "BASIC_OPERATIONS needs ptxas")
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: "assembled-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var isTaken = [Bool](repeating: false, count: operations.count)
    var next = 0
    await withTaskGroup(of: (Int, Bool).self) { group in
      func start() {
        guard next < operations.count else { return }
        let index = next
        next += 1
        group.addTask {
          let kernel = OperationKernel(
            name: "k", roles: operations[index].operands, count: 128, isUniform: false,
            entries: [.init(operation: index, variant: .plain), .init(operation: index, variant: .guarded)])
          let file = folder.appending(path: "\(index).ptx")
          do {
            try (OperationKernel.header + kernel.ptx(operations)).write(to: file, atomically: true, encoding: .utf8)
            try await OperationBuild.execute(ptxas, ["-arch=sm_90", file.path, "-o", file.path + ".cubin"])
            return (index, true)
          } catch {
            return (index, false)
          }
        }
      }
      for _ in 0..<3 { start() }
      while let (index, taken) = await group.next() {
        isTaken[index] = taken
        start()
      }
    }
    print("\(isTaken.filter { $0 }.count) of \(operations.count) operations are PTX's")
    return zip(operations, isTaken).filter(\.1).map(\.0)
  }

  /// Nil where nobody has asked for it.
  init?(_ modules: [String], _ launches: [OperationBuild.Launch]) throws {
    guard let path = ProcessInfo.processInfo.environment["BASIC_OPERATIONS"] else { return nil }
    let root = URL(filePath: path)
    inputs = root.appending(path: "inputs")
    var jobs: [Job] = []
    try FileManager.default.createDirectory(at: inputs, withIntermediateDirectories: true)
    for launch in launches {
      // Many kernels take the same tuples.
      let name = SHA256.hex(Array(launch.input)).prefix(20)
      jobs.append(
        Job(
          kernel: launch.kernel, blocks: launch.blocks, threads: launch.threads, shared: launch.shared,
          input: String(name), outputBytes: launch.outputBytes))
      let file = inputs.appending(path: String(name))
      if !FileManager.default.fileExists(atPath: file.path) { try launch.input.write(to: file) }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = try encoder.encode(jobs)
    let key = SHA256.hex(modules.joined() + String(decoding: text, as: UTF8.self)).prefix(20)
    folder = root.appending(path: String(key))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (index, module) in modules.enumerated() {
      try module.write(to: folder.appending(path: "module\(index).ptx"), atomically: true, encoding: .utf8)
    }
    try text.write(to: folder.appending(path: "jobs.json"))
  }

  /// The outputs of the launches, in order; nil where they are not there yet.
  func outputs(_ launches: [OperationBuild.Launch]) throws -> [Data]? {
    guard let all = try? Data(contentsOf: folder.appending(path: "output")) else { return nil }
    var at = 0
    return launches.map { launch in
      defer { at += launch.outputBytes }
      return all.subdata(in: at..<at + launch.outputBytes)
    }
  }
}
