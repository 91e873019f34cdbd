#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Toolchain {
  /// Looks for the compiler and for Python.
  ///
  /// The compiler is looked for at `BASIC_NVCC`; in the wheels of `BASIC_PYTHON`; in `.python` beside the checkout (at each
  /// of `roots` and the folders above) and in `$XDG_DATA_HOME/basic/python`; below `CUDA_HOME`; on `PATH`. The first two are
  /// someone's wish: where they lead nowhere the search ends, and says so.
  ///
  /// - Parameters:
  ///   - environment: this process's own, if it is nil.
  ///   - roots: folders to look for `.python` from, usually the working folder and the executable's.
  public static func find(
    environment: [String: String]? = nil, roots: [String]? = nil
  ) async throws -> Toolchain {
    let environment = environment ?? ProcessInfo.processInfo.environment
    var found = Toolchain(environment: environment)
    let roots = roots ?? [FileManager.default.currentDirectoryPath, CommandLine.arguments.first.map(folder(of:)) ?? ""]
    let environments = projectEnvironments(environment, roots: roots)
    found.python =
      nonEmpty(environment["BASIC_PYTHON"]).flatMap { executable($0, environment) }
      ?? environments.lazy.compactMap { executable($0 + "/bin/python", environment) }.first
      ?? executable("python3", environment)
    if found.python == nil {
      found.missing.append(
        Missing(
          what: "python3", reason: "Candidates are Python files, and no python3 was found.",
          remedy: "Install Python 3.10 or newer, or set BASIC_PYTHON to one."))
    }
    guard let (nvcc, origin) = try await nvcc(environment, environments, &found) else { return found }
    guard let host = hostCompiler(environment) else {
      found.missing.append(
        Missing(
          what: "host compiler", reason: "nvcc needs a C++ compiler, and neither g++ nor clang++ was found.",
          remedy: "Install one (Debian: apt-get install g++) or set NVCC_CCBIN."))
      return found
    }
    // A link such as /usr/bin/nvcc leads to the real folder, beside which the headers lie.
    let real = URL(filePath: nvcc).resolvingSymlinksInPath().path
    let ptxas = [nvcc, real].map { folder(of: $0) + "/ptxas" }.lazy.compactMap { executable($0, environment) }.first
    let version = try await version(of: nvcc, found)
    guard let ptxas = ptxas ?? executable("ptxas", environment), let version else {
      found.missing.append(
        Missing(
          what: "nvcc", reason: "\(nvcc) does not run, or has no ptxas beside it.",
          remedy: "Run make setup, or set BASIC_NVCC to a working nvcc."))
      return found
    }
    found.compiler = Compiler(
      nvcc: nvcc, ptxas: ptxas, hostCompiler: host, version: version,
      includes: folder(of: folder(of: real)) + "/include",
      origin: origin)
    return found
  }

  private static func nvcc(
    _ environment: [String: String], _ environments: [String], _ found: inout Toolchain
  ) async throws -> (String, origin: String)? {
    func miss(_ reason: String, _ remedy: String) {
      found.missing.append(Missing(what: "nvcc", reason: reason, remedy: remedy))
    }
    if let wish = nonEmpty(environment["BASIC_NVCC"]) {
      if let nvcc = executable(wish, environment) { return (nvcc, "BASIC_NVCC") }
      miss("BASIC_NVCC=\(wish) is not a program.", "Set it to an nvcc, or unset it.")
      return nil
    }
    if let wish = nonEmpty(environment["BASIC_PYTHON"]) {
      guard let python = executable(wish, environment) else {
        miss("BASIC_PYTHON=\(wish) is not a program.", "Set it to a Python, or unset it.")
        return nil
      }
      if let nvcc = wheel(in: folder(of: folder(of: python))) { return (nvcc, "BASIC_PYTHON") }
    }
    for candidate in environments {
      if let nvcc = wheel(in: candidate) { return (nvcc, ".python") }
    }
    if let home = nonEmpty(environment["CUDA_HOME"]), let nvcc = executable(home + "/bin/nvcc", environment) {
      return (nvcc, "CUDA_HOME")
    }
    if let nvcc = executable("nvcc", environment) { return (nvcc, "PATH") }
    #if os(Linux)
      miss("No CUDA compiler (nvcc) was found.", "Run make setup, or set BASIC_NVCC or CUDA_HOME to an installed one.")
    #else
      miss("No CUDA compiler (nvcc) was found.", "NVIDIA publishes none for this system; compile checks need Linux.")
    #endif
    return nil
  }

  /// The environments that set-up makes; one that is only half made has no stamp, and is passed over.
  private static func projectEnvironments(_ environment: [String: String], roots: [String]) -> [String] {
    var folders: [String] = []
    for root in roots where root.hasPrefix("/") {
      var above = root
      while !above.isEmpty {
        folders.append(above + "/.python")
        // Where `make install` puts it, seen from the executable's folder.
        folders.append(above + "/share/basic/python")
        above = folder(of: above)
      }
    }
    let data = nonEmpty(environment["XDG_DATA_HOME"]) ?? nonEmpty(environment["HOME"]).map { $0 + "/.local/share" }
    if let data { folders.append(data + "/basic/python") }
    return folders.filter { FileManager.default.fileExists(atPath: $0 + "/cuda.stamp") }
  }

  /// nvcc out of NVIDIA's wheels, in a Python's prefix: lib/python3.11/site-packages/nvidia/cu13/bin/nvcc.
  private static func wheel(in prefix: String) -> String? {
    let files = FileManager.default
    for python in (try? files.contentsOfDirectory(atPath: prefix + "/lib"))?.sorted() ?? []
    where python.hasPrefix("python3") {
      let wheels = "\(prefix)/lib/\(python)/site-packages/nvidia"
      for version in (try? files.contentsOfDirectory(atPath: wheels))?.sorted().reversed() ?? [] {
        let nvcc = "\(wheels)/\(version)/bin/nvcc"
        if files.isExecutableFile(atPath: nvcc) { return nvcc }
      }
    }
    return nil
  }

  private static func hostCompiler(_ environment: [String: String]) -> String? {
    // NVCC_CCBIN is nvcc's own variable; it may name a folder.
    if let wish = nonEmpty(environment["NVCC_CCBIN"]) {
      return executable(wish, environment) ?? executable(wish + "/g++", environment)
    }
    return executable("g++", environment) ?? executable("clang++", environment)
  }

  private static func version(of nvcc: String, _ found: Toolchain) async throws -> String? {
    let answer = try await Folders.withTemporary { folder in
      try await Command(
        executable: nvcc, arguments: ["--version"], folder: folder,
        environment: found.quietEnvironment(folder: folder), input: nil, timeLimit: .seconds(20)
      ).run()
    }
    // Cuda compilation tools, release 13.5, V13.5.37
    let words = answer.standardOutput.split { $0 == " " || $0.isNewline || $0 == "," }
    return words.first { $0.hasPrefix("V") && $0.dropFirst().first?.isNumber == true }.map { String($0.dropFirst()) }
  }

  /// A program by its path, or by its name on PATH.
  package static func executable(_ name: String, _ environment: [String: String]) -> String? {
    func isProgram(_ path: String) -> Bool {
      let attributes = try? FileManager.default.attributesOfItem(
        atPath: URL(filePath: path).resolvingSymlinksInPath().path)
      return attributes?[.type] as? FileAttributeType == .typeRegular
        && FileManager.default.isExecutableFile(atPath: path)
    }
    if name.contains("/") {
      let path = name.hasPrefix("/") ? name : FileManager.default.currentDirectoryPath + "/" + name
      return isProgram(path) ? path : nil
    }
    for folder in (environment["PATH"] ?? "").split(separator: ":") where folder.hasPrefix("/") {
      let path = "\(folder)/\(name)"
      if isProgram(path) { return path }
    }
    return nil
  }

  private static func folder(of path: String) -> String {
    String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
  }

  private static func nonEmpty(_ text: String?) -> String? { text?.isEmpty == false ? text : nil }
}
