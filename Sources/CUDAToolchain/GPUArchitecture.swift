/// A GPU that kernels are compiled for.
public struct GPUArchitecture: Sendable, Hashable {
  /// The name that people type: `h100`.
  public let name: String
  /// The compute capability without its dot: `90`.
  public let capability: Int

  /// The architecture of machine code, for ptxas: `sm_90`.
  public var machine: String { "sm_\(capability)" }
  /// The architecture of PTX, for nvcc: `compute_90`.
  public var virtual: String { "compute_\(capability)" }

  /// NVIDIA H100: Hopper.
  public static let h100 = GPUArchitecture(name: "h100", capability: 90)
  /// NVIDIA A100: Ampere.
  public static let a100 = GPUArchitecture(name: "a100", capability: 80)
  /// NVIDIA L40S: Ada.
  public static let l40s = GPUArchitecture(name: "l40s", capability: 89)
  /// NVIDIA GeForce RTX 4090: Ada.
  public static let rtx4090 = GPUArchitecture(name: "rtx4090", capability: 89)
  /// NVIDIA T4: Turing, the oldest that nvcc 13 compiles for.
  public static let t4 = GPUArchitecture(name: "t4", capability: 75)

  /// Every GPU in the table.
  public static let all = [h100, a100, l40s, rtx4090, t4]

  /// The GPU of a name (`h100`, in any case) or of a machine architecture (`sm_90`).
  public init(parsing text: String) throws(CUDAToolchainError) {
    let wanted = text.lowercased().filter { $0 != "-" && $0 != " " }
    guard let found = Self.all.first(where: { $0.name == wanted || $0.machine == wanted }) else {
      let names = Self.all.map { "\($0.name) (\($0.machine))" }.joined(separator: ", ")
      throw CUDAToolchainError(.unknownArchitecture, "There is no GPU named \"\(text)\" here; use one of \(names).")
    }
    self = found
  }

  private init(name: String, capability: Int) {
    self.name = name
    self.capability = capability
  }
}
