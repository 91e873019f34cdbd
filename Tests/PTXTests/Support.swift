import Foundation
import PTX

/// Whether `BASIC_LONG_TESTS` asks for more cases.
let isLongRun = ProcessInfo.processInfo.environment["BASIC_LONG_TESTS"] != nil

/// What nvcc made of the programs beside it; `Fixtures/make.sh` makes it anew.
enum Fixtures {
  static let names = ["assembly", "branches", "calls", "debug", "memory", "tensors", "warps"]

  static func text(_ name: String) throws -> String {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
    return try String(contentsOf: folder.appending(path: name + ".ptx"), encoding: .utf8)
  }

  static func module(_ name: String) throws -> PTXModule { try PTXModule.read(text(name)) }
}

/// What every text begins with.
let header = ".version 9.5\n.target sm_90\n.address_size 64\n"

/// The last function of a module: a kernel with a body of some statements, which begin on line 6.
func kernel(_ body: String, before: String = "") throws(PTXError) -> Function {
  let module = try PTXModule.read("\(header)\(before)\n.visible .entry k(.param .u64 k_param_0) {\n\(body)\n}\n")
  return module.functions[module.functions.count - 1]
}

/// The instructions of a kernel that has some registers.
func instructions(_ body: String, before: String = "") throws(PTXError) -> [Instruction] {
  let registers = ".reg .pred %p<9>; .reg .b32 %r<9>; .reg .f32 %f<9>; .reg .b64 %rd<9>; .reg .v4 .f32 %v;"
  return Array(try kernel(registers + body, before: before).instructions)
}

/// The error that a text is refused with; `nil` if it is read.
func refusal(_ text: String) -> PTXError? {
  do throws(PTXError) {
    _ = try PTXModule.read(text)
    return nil
  } catch {
    return error
  }
}

/// SplitMix64: small, fast, and the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
