/// The programs that the compile step needs, as found on this machine, and what is missing.
public struct Toolchain: Sendable, Hashable {
  /// NVIDIA's compiler and what belongs to it.
  public struct Compiler: Sendable, Hashable, Codable {
    /// The path of nvcc.
    public var nvcc: String
    /// The path of ptxas.
    public var ptxas: String
    /// The path of the host's C++ compiler, which nvcc calls.
    public var hostCompiler: String
    /// nvcc's version: `13.5.37`.
    public var version: String
    /// The folder of CUDA's headers, for the host's compiler.
    public var includes: String
    /// What led to it: `BASIC_NVCC`, `BASIC_PYTHON`, `.python`, `CUDA_HOME` or `PATH`.
    public var origin: String
  }

  /// Something that was not found.
  public struct Missing: Sendable, Hashable, Codable {
    /// What it is.
    public var what: String
    /// A sentence on why it is not there.
    public var reason: String
    /// The command or setting that mends it.
    public var remedy: String

    /// Makes a description.
    public init(what: String, reason: String, remedy: String) {
      self.what = what
      self.reason = reason
      self.remedy = remedy
    }
  }

  /// The compiler, if there is a whole one.
  public var compiler: Compiler?
  /// The Python that reads candidates, if there is one.
  public var python: String?
  /// What is missing, in the order in which to mend it.
  public var missing: [Missing]

  /// The environment that it was found in; it says where caches go.
  package let environment: [String: String]

  init(environment: [String: String]) {
    self.environment = environment
    missing = []
  }

  /// Why nothing can be compiled, in one sentence; nil where a compiler was found.
  public var reason: String? {
    guard compiler == nil else { return nil }
    return missing.first { $0.what != "python3" }.map { "\($0.reason) \($0.remedy)" } ?? "No CUDA compiler was found."
  }

  /// Lines for a person: a name and what was found, or what is missing and how to mend it.
  public var summary: [(name: String, text: String)] {
    var lines: [(name: String, text: String)] = []
    if let compiler {
      lines.append(("nvcc", "\(compiler.version), \(compiler.nvcc) (by \(compiler.origin))"))
      lines.append(("ptxas", compiler.ptxas))
      lines.append(("host compiler", compiler.hostCompiler))
    }
    if let python { lines.append(("python", python)) }
    return lines + missing.map { ($0.what, "not found: \($0.reason) \($0.remedy)") }
  }

  /// What the compilers see of the environment: nothing secret, and a temporary folder that is removed.
  package func quietEnvironment(folder: String) -> [String: String] {
    var path = ["/usr/local/bin", "/usr/bin", "/bin"]
    for tool in [compiler?.hostCompiler, compiler?.nvcc, python].compactMap({ $0 }) {
      path.insert(String(tool[..<(tool.lastIndex(of: "/") ?? tool.startIndex)]), at: 0)
    }
    var quiet = ["PATH": path.joined(separator: ":"), "HOME": folder, "TMPDIR": folder, "LC_ALL": "C"]
    // A pyenv shim, and a compiler in an unusual place, are lost without these.
    for name in ["PYENV_ROOT", "PYENV_VERSION", "LD_LIBRARY_PATH", "SDKROOT"] { quiet[name] = environment[name] }
    if let home = environment["HOME"], python?.contains("/shims/") == true { quiet["HOME"] = home }
    return quiet
  }
}
