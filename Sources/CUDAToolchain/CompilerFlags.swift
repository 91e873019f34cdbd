/// The flags that a candidate asks nvcc for, sorted into those that are passed on and those that are not.
///
/// A candidate is hostile, and nvcc gives its flags to a shell: a flag is passed on when it is on the list and its value is
/// made of letters, digits and a few signs. Flags about other machines, files or programs are left out.
struct CompilerFlags: Sendable, Hashable {
  /// For nvcc.
  var compiler: [String] = []
  /// For ptxas.
  var assembler: [String] = []
  /// Left out, as they were written.
  var ignored: [String] = []

  init(_ flags: [String]) {
    // One string may hold several flags, and a flag's value may be the next string.
    var words = flags.flatMap { $0.split(separator: " ").map(String.init) }[...]
    while let word = words.popFirst() {
      var name = word
      var value: String?
      if let equals = word.firstIndex(of: "="), !word.hasPrefix("-D") {
        name = String(word[..<equals])
        value = String(word[word.index(after: equals)...])
      } else if Self.takesNext.contains(word), let next = words.first, !next.hasPrefix("-") || word.hasPrefix("-X") {
        value = next
        words.removeFirst()
      }
      if !accept(name, value) { ignored.append(value.map { "\(name)=\($0)" } ?? name) }
    }
  }

  private static let takesNext: Set<String> = [
    "-Xptxas", "--ptxas-options", "-Xcompiler", "--compiler-options", "-Xcudafe", "-maxrregcount", "--maxrregcount",
    "-std", "--std", "-arch", "--gpu-architecture", "-gencode", "--generate-code", "-code", "-I", "-D", "-L", "-l",
    "-diag-suppress", "--diag-suppress", "-Xfatbin", "-Xnvlink", "-Xlinker", "-ccbin", "-include", "-isystem",
  ]

  private mutating func accept(_ name: String, _ value: String?) -> Bool {
    let plain = name.hasPrefix("--") ? String(name.dropFirst(2)) : String(name.dropFirst())
    switch (plain, value) {
    case ("use_fast_math", nil), ("expt-relaxed-constexpr", nil), ("expt-extended-lambda", nil),
      ("extended-lambda", nil),
      ("restrict", nil), ("extra-device-vectorization", nil):
      compiler.append("--" + plain)
    case ("O0", nil), ("O1", nil), ("O2", nil), ("O3", nil):
      compiler.append("-" + plain)
      assembler.append("-" + plain)
    case ("Ofast", nil), ("Os", nil): return false
    case ("ftz", let value?), ("prec-div", let value?), ("prec-sqrt", let value?), ("fmad", let value?):
      guard ["true", "false"].contains(value) else { return false }
      compiler.append("--\(plain)=\(value)")
    case ("std", let value?):
      guard ["c++14", "c++17", "c++20"].contains(value) else { return false }
      compiler.append("-std=" + value)
    case ("maxrregcount", let value?):
      guard let count = Int(value), (16...255).contains(count) else { return false }
      assembler.append("--maxrregcount=\(count)")
    case ("Xptxas", let value?), ("ptxas-options", let value?): return acceptAssembler(value)
    case ("D", let value?): return acceptDefinition(value)
    // What the check sets itself, or what has no bearing on it.
    case ("lineinfo", nil), ("generate-line-info", nil), ("w", nil), ("disable-warnings", nil), ("v", nil),
      ("resource-usage", nil), ("res-usage", nil):
      break
    default:
      guard name.hasPrefix("-D") else { return false }
      return acceptDefinition(String(name.dropFirst(2)))
    }
    return true
  }

  private mutating func acceptDefinition(_ text: String) -> Bool {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let isName = parts[0].utf8.allSatisfy { Self.isWord($0) } && parts[0].first?.isNumber == false
    let isValue = parts.count == 1 || parts[1].utf8.allSatisfy { Self.isWord($0) || "+-.:".utf8.contains($0) }
    guard isName, isValue else { return false }
    compiler.append("-D" + text)
    return true
  }

  private mutating func acceptAssembler(_ value: String) -> Bool {
    var allAccepted = true
    for option in value.split(separator: ",").map(String.init) {
      switch option {
      case "-v", "--verbose", "-warn-spills", "--warn-on-spills", "-warn-lmem-usage": break
      case "-O0", "-O1", "-O2", "-O3", "-allow-expensive-optimizations=true", "--allow-expensive-optimizations=true",
        "-dlcm=ca", "-dlcm=cg", "-dlcm=cv", "-dscm=wb", "-dscm=cg":
        assembler.append(option)
      default:
        let count = option.split(separator: "=").last.flatMap { Int($0) } ?? 0
        if option.contains("maxrregcount"), (16...255).contains(count) {
          assembler.append("--maxrregcount=\(count)")
        } else {
          allAccepted = false
        }
      }
    }
    return allAccepted
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
