public import CUDAToolchain

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The clang that compiles translated kernels and the runtime: both are C with clang's vectors.
public struct Clang: Sendable, Hashable {
  /// The program's path.
  public let path: String
  /// What led to it: `CLANG`, `swift` or `PATH`.
  public let origin: String

  /// Looks for clang: at `CLANG`, beside `swift`, then on `PATH` as `clang` and as `clang-22` and older.
  ///
  /// - Returns: nil where there is none, or where `CLANG` is no program.
  public static func find(environment: [String: String]? = nil) -> Clang? {
    let environment = environment ?? ProcessInfo.processInfo.environment
    if let wish = environment["CLANG"], !wish.isEmpty {
      return Toolchain.executable(wish, environment).map { Clang(path: $0, origin: "CLANG") }
    }
    if let swift = Toolchain.executable("swift", environment) {
      let real = URL(filePath: swift).resolvingSymlinksInPath().deletingLastPathComponent().path + "/clang"
      if let clang = Toolchain.executable(real, environment) { return Clang(path: clang, origin: "swift") }
    }
    let names = ["clang"] + stride(from: 22, through: 15, by: -1).map { "clang-\($0)" }
    return names.lazy.compactMap { Toolchain.executable($0, environment) }.first.map { Clang(path: $0, origin: "PATH") }
  }

  /// Why there is none, and what mends it.
  public static func missing(environment: [String: String]? = nil) -> Toolchain.Missing {
    let wish = (environment ?? ProcessInfo.processInfo.environment)["CLANG"] ?? ""
    return Toolchain.Missing(
      what: "clang",
      reason: wish.isEmpty
        ? "The virtual GPU compiles kernels with clang, and none was found." : "CLANG=\(wish) is not a program.",
      remedy: wish.isEmpty
        ? "Install it (Debian: apt-get install clang) or set CLANG to one." : "Set it to a clang, or unset it.")
  }

  /// What distinguishes this clang from another one at the same path.
  var identity: String { path + FileIdentity.of(path) }

  /// For this machine's processor, with as wide vectors as it has.
  ///
  /// Not with its own arithmetic of half precision (AVX512-FP16): clang 21 then makes wrong results of `setp.le.and.ftz.f16`, each time the
  /// same ones; why was not found. Halves are computed in single precision, as on every other processor.
  package static var machineFlags: [String] {
    #if arch(x86_64)
      ["-march=native", "-mno-avx512fp16", "-mprefer-vector-width=512"]
    #else
      ["-mcpu=native"]
    #endif
  }
}

/// What changes when a file is replaced.
package enum FileIdentity {
  /// The size and the time of the last change of the file that a path leads to; empty where there is none.
  package static func of(_ path: String) -> String {
    let real = URL(filePath: path).resolvingSymlinksInPath().path
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: real) else { return "" }
    let time = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    return "|\((attributes[.size] as? Int) ?? 0)|\(time)"
  }

  /// What this machine's compiled code depends on.
  package static let processor: String = {
    let lines = (Folders.read("/proc/cpuinfo", limit: 1 << 16) ?? "").split(separator: "\n")
    let telling = lines.filter { line in ["model name", "flags", "Features"].contains { line.hasPrefix($0) } }
    return SHA256.hex(telling.prefix(2).joined(separator: "\n"))
  }()
}
