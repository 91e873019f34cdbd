public import CUDAToolchain
public import GPUModels

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The GPU of this machine, as its driver describes it.
public struct RealGPU: Sendable, Hashable {
  /// The product: `NVIDIA H100 80GB HBM3`.
  public let name: String
  /// Its compute capability without the dot: 90.
  public let computeCapability: Int
  /// Bytes of its memory.
  public let memoryBytes: Int
  /// Bytes of its level 2 cache.
  public let level2Bytes: Int
  /// The version of CUDA that its driver knows: 13000 is 13.0.
  public let driverVersion: Int
  /// The folder of the driver's library.
  let driverFolder: String

  private struct Answer: Decodable {
    var name: String
    var capability: [Int]
    var memory: Int
    var level2: Int
    var driver: Int
    var library: String
  }

  /// The driver itself is asked: that takes a tenth of a second, PyTorch's import several. Attributes 75, 76 and 38 of
  /// `CUdevice_attribute` are the compute capability and the level 2 cache's size.
  private static let question = """
    import ctypes, json, os
    cuda = ctypes.CDLL("libcuda.so.1")
    def ask(name, *arguments):
        if getattr(cuda, name)(*arguments):
            raise SystemExit(1)
    def number(name, *arguments):
        value = ctypes.c_int()
        ask(name, ctypes.byref(value), *arguments)
        return value.value
    ask("cuInit", 0)
    device = number("cuDeviceGet", 0)
    name = ctypes.create_string_buffer(256)
    ask("cuDeviceGetName", name, 256, device)
    memory = ctypes.c_size_t()
    ask("cuDeviceTotalMem_v2", ctypes.byref(memory), device)
    attribute = lambda which: number("cuDeviceGetAttribute", which, device)
    library = next(line.split()[-1] for line in open("/proc/self/maps") if "/libcuda.so" in line)
    print(json.dumps({
        "name": name.value.decode(), "capability": [attribute(75), attribute(76)], "memory": memory.value,
        "level2": attribute(38), "driver": number("cuDriverGetVersion"), "library": library}))
    """

  /// The first GPU that the driver gives; nil where there is none, or no driver.
  public static func find(_ toolchain: Toolchain) async -> RealGPU? {
    guard let python = toolchain.python else { return nil }
    let result = try? await Folders.withTemporary { folder in
      var environment = toolchain.quietEnvironment(folder: folder)
      for name in passedOn { environment[name] = toolchain.environment[name] }
      var command = Command(
        executable: python, arguments: ["-I", "-c", question], folder: folder, environment: environment,
        timeLimit: .seconds(60))
      command.limitsAddressSpace = false
      return try await command.run()
    }
    guard let result, result.ending == .exited(0),
      let answer = try? JSONDecoder().decode(Answer.self, from: Data(result.standardOutput.utf8)),
      answer.capability.count == 2
    else { return nil }
    return RealGPU(
      name: answer.name, computeCapability: answer.capability[0] * 10 + answer.capability[1],
      memoryBytes: answer.memory, level2Bytes: answer.level2, driverVersion: answer.driver,
      driverFolder: URL(filePath: answer.library).deletingLastPathComponent().path)
  }

  /// The variables that say where the driver is and which GPU is meant.
  static let passedOn = ["LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER"]

  /// The row of the table that is this very product; nil for others, whose bandwidth and peaks are not known.
  public var model: GPUModel? {
    let words = Set(name.split(whereSeparator: { $0 == " " || $0 == "-" }).map { $0.uppercased() })
    guard words.isDisjoint(with: ["PCIE", "NVL", "LAPTOP", "MAX"]) else { return nil }
    let products: [(GPUModel, Set<String>)] = [
      (.h100, ["H100"]), (.a100, ["A100"]), (.l40s, ["L40S"]), (.rtx4090, ["RTX", "4090"]), (.t4, ["T4"]),
    ]
    return products.first { $0.1.isSubset(of: words) }?.0
  }

  /// A row of the table whose architecture machine code can be made for; nil where no row has this GPU's.
  public var architecture: GPUModel? {
    model ?? GPUModel.all.first { $0.computeCapability == computeCapability }
  }
}
