/// The flags that a candidate gives, sorted into those that are passed on, those that are left out, and those for which the
/// build is refused.
///
/// The compilers run outside of the candidate's sandbox, so a flag is passed on only where it is on a list and its value is made
/// of letters, digits and a few signs. What could run a program or read a file is not left out but refused, so that it is seen.
struct ExtensionFlags: Sendable, Hashable {
  /// For nvcc.
  var cuda: [String] = []
  /// For the host's compiler.
  var host: [String] = []
  /// For the linker.
  var link: [String] = []
  /// Left out, as they were written.
  var ignored: [String] = []

  /// Sorts a request's flags.
  ///
  /// - Throws: ``VirtualGPUError`` of the code `refused` or `unsupported`.
  init(_ request: ExtensionRequest) throws {
    try sort(request.extraCFlags) { flags, word in flags.acceptHost(word) }
    try sort(request.extraCUDAFlags) { flags, word in flags.acceptCUDA(word) }
    try sort(request.extraLDFlags) { flags, word in flags.acceptLink(word) }
    for folder in request.extraIncludePaths { try addFolder(folder) }
  }

  /// Flags whose value may be the next word.
  private static let takesNext: Set<String> = [
    "-Xptxas", "--ptxas-options", "-Xcompiler", "--compiler-options", "-Xcudafe", "-maxrregcount", "--maxrregcount",
    "-std", "--std", "-arch", "--gpu-architecture", "-gencode", "--generate-code", "-code", "--gpu-code", "-I",
    "--include-path", "-isystem", "-D", "-U", "-L", "-l", "-diag-suppress", "--diag-suppress", "-Xfatbin", "-Xnvlink",
    "-Xlinker", "-t", "--threads", "-ftz", "--ftz", "-prec-div", "--prec-div", "-prec-sqrt", "--prec-sqrt", "-fmad",
    "--fmad",
  ]
  /// What could run a program, or read or write a file of its choice.
  private static let refusedNames = [
    "-ccbin", "--compiler-bindir", "-include", "--pre-include", "-imacros", "-B", "-plugin", "-fplugin", "-wrapper",
    "--options-file", "-optf", "-specs", "--specs", "-iprefix", "-iwithprefix", "-idirafter", "-iquote", "-isysroot",
    "--sysroot", "-fuse-ld", "-T", "-o", "--output-file", "-odir", "-save-temps", "--save-temps", "-keep", "--keep",
    "-fdump", "-fprofile", "-MF", "-MD", "-M", "-dumpdir", "-x", "--x", "-run", "--run", "-dryrun", "--dryrun", "-E",
    "-clean", "--clean-targets", "-fsanitize", "-Wl,", "-Wa,", "-Wp,", "-Xassembler", "-Xpreprocessor", "-rpath",
    "-nvvmir", "-ldir", "-idp", "-ddp", "-dp", "--cudadevrt", "-target-dir", "-cudart", "--cudart", "-foptix",
  ]
  private static let libraries: [(String, String)] = [
    ("cublas", "cuBLAS"), ("cudnn", "cuDNN"), ("cufft", "cuFFT"), ("curand", "cuRAND"), ("cusolver", "cuSOLVER"),
    ("cusparse", "cuSPARSE"), ("nccl", "NCCL"), ("nvrtc", "NVRTC"), ("nvToolsExt", "NVTX"),
    ("cudadevrt", "CUDA's device runtime"),
  ]

  private mutating func sort(_ flags: [String], _ accept: (inout Self, String) -> Bool) throws {
    // One string may hold several flags, and a flag's value may be the next string.
    var words = flags.flatMap { $0.split(whereSeparator: \.isWhitespace).map(String.init) }[...]
    while let first = words.popFirst() {
      var word = first
      if Self.takesNext.contains(first), let next = words.first, !next.hasPrefix("-") || first.hasPrefix("-X") {
        word += ["-I", "-D", "-U", "-L", "-l"].contains(first) ? next : "=" + next
        words.removeFirst()
      }
      try refuse(word)
      if try acceptAnywhere(word) || accept(&self, word) { continue }
      ignored.append(word)
    }
  }

  private func refuse(_ word: String) throws {
    let name =
      word.hasPrefix("-Xcompiler=") || word.hasPrefix("--compiler-options=")
      ? String(word[word.index(after: word.firstIndex(of: "=")!)...]) : word
    for part in name == word ? [word] : name.split(separator: ",").map(String.init) {
      let isDangerous = Self.refusedNames.contains { refused in
        guard part.hasPrefix(refused) else { return false }
        // -B/usr and -include/dev/zero have no sign between; -o and -x are whole words or begin one.
        let rest = part.dropFirst(refused.count)
        return rest.isEmpty || rest.first == "=" || refused.hasSuffix(",")
          || ["-B", "-include", "-fplugin", "-fdump", "-fprofile", "-specs", "-imacros", "-T", "-MF"].contains(refused)
      }
      if isDangerous || part.hasPrefix("@") {
        throw VirtualGPUError(.refused, "The flag \(word) could run programs or read files; it is not accepted.")
      }
    }
    if word.hasPrefix("-rdc=t") || word == "-dc" || word == "--device-c" || word == "-dlto"
      || word.hasPrefix("--relocatable-device-code=t")
    {
      throw VirtualGPUError(.unsupported, "unsupported: relocatable device code (\(word))")
    }
  }

  /// What means the same to all.
  private mutating func acceptAnywhere(_ word: String) throws -> Bool {
    if word.hasPrefix("-l"), !word.hasPrefix("-lineinfo") {
      let library = word.dropFirst(2)
      if let (_, name) = Self.libraries.first(where: { library.hasPrefix($0.0) }) {
        throw VirtualGPUError(.unsupported, "unsupported: needs \(name)")
      }
      let known = ["cuda", "cudart", "cudart_static", "c10", "c10_cuda", "m", "dl", "pthread", "stdc++", "gomp", "rt"]
      return known.contains(String(library)) || library.hasPrefix("torch")
    }
    if word.hasPrefix("-I") {
      try addFolder(String(word.dropFirst(2)))
      return true
    }
    return false
  }

  private mutating func addFolder(_ path: String) throws {
    let parts = path.split(separator: "/", omittingEmptySubsequences: true)
    let isPlain = path.utf8.allSatisfy { Self.isWord($0) || "/.-+".utf8.contains($0) }
    guard !path.hasPrefix("/"), isPlain, !parts.contains(".."), !path.isEmpty else {
      ignored.append("-I\(path)")
      return
    }
    host += ["-I", path]
    cuda += ["-I", path]
  }

  private mutating func acceptHost(_ word: String) -> Bool {
    let harmless: Set<String> = [
      "-O0", "-O1", "-O2", "-O3", "-Os", "-Ofast", "-ffast-math", "-fno-math-errno", "-funroll-loops",
      "-fno-strict-aliasing",
      "-fopenmp", "-finline-functions", "-fomit-frame-pointer", "-ftree-vectorize", "-fpermissive", "-march=native",
      "-mtune=native", "-mavx", "-mavx2", "-mfma", "-fno-exceptions", "-fno-rtti", "-fexceptions",
    ]
    if harmless.contains(word) {
      host.append(word)
      if word == "-fopenmp" { link.append(word) }
      return true
    }
    if acceptDefinition(word, { $0.host.append($1) }) { return true }
    if word.hasPrefix("-std="), Self.standards.contains(String(word.dropFirst(5))) {
      host.append(word)
      return true
    }
    return ["-fPIC", "-fpic", "-g", "-g0", "-w", "-pthread", "-s", "-pipe", "-fvisibility=hidden"].contains(word)
      || word.hasPrefix("-W")
  }

  private static let standards: Set<String> = ["c++14", "c++17", "c++20", "gnu++17", "gnu++20"]

  private mutating func acceptCUDA(_ word: String) -> Bool {
    if acceptDefinition(word, { $0.cuda.append($1) }) { return true }
    let body = word.hasPrefix("--") ? String(word.dropFirst(2)) : String(word.dropFirst())
    let parts = body.split(separator: "=", maxSplits: 1).map(String.init)
    switch (parts.first ?? "", parts.count > 1 ? parts[1] : nil) {
    case ("use_fast_math", nil), ("expt-relaxed-constexpr", nil), ("expt-extended-lambda", nil),
      ("extended-lambda", nil),
      ("restrict", nil), ("extra-device-vectorization", nil), ("default-stream", "legacy"):
      cuda.append("--" + body)
    case ("O0", nil), ("O1", nil), ("O2", nil), ("O3", nil): cuda.append("-" + body)
    case ("ftz", let value?), ("prec-div", let value?), ("prec-sqrt", let value?), ("fmad", let value?):
      guard ["true", "false"].contains(value) else { return false }
      cuda.append("--\(parts[0])=\(value)")
    case ("std", let value?):
      guard ["c++14", "c++17", "c++20"].contains(value) else { return false }
      cuda.append("-std=" + value)
    case ("lineinfo", nil), ("generate-line-info", nil), ("w", nil), ("disable-warnings", nil), ("v", nil),
      ("resource-usage", nil), ("res-usage", nil), ("Xfatbin", _), ("t", _), ("threads", _), ("rdc", "false"),
      ("Xcudafe", _),
      ("diag-suppress", _), ("fPIC", nil):
      break
    case ("Xcompiler", let value?), ("compiler-options", let value?):
      let all = value.filter { $0 != "\"" && $0 != "'" }.split(separator: ",").map(String.init)
      let harmless = all.allSatisfy { option in
        option.hasPrefix("-W") || option.hasPrefix("-O")
          || ["-fPIC", "-fopenmp", "-ffast-math", "-fno-strict-aliasing", "-march=native", "-g", "-w"].contains(option)
      }
      return harmless
    default: return false
    }
    return true
  }

  private mutating func acceptLink(_ word: String) -> Bool {
    word.hasPrefix("-L") || ["-fopenmp", "-pthread", "-s"].contains(word)
  }

  private mutating func acceptDefinition(_ word: String, _ add: (inout Self, String) -> Void) -> Bool {
    guard word.hasPrefix("-D") || word.hasPrefix("-U") else { return false }
    let text = word.dropFirst(2)
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let isName = !parts[0].isEmpty && parts[0].utf8.allSatisfy(Self.isWord) && parts[0].first?.isNumber == false
    let isValue = parts.count == 1 || parts[1].utf8.allSatisfy { Self.isWord($0) || "+-.:".utf8.contains($0) }
    guard isName, isValue else { return false }
    add(&self, String(word))
    return true
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
