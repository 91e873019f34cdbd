/// Reads what `ptxas -v` prints: a few lines for each kernel. Lines of another form are kept as messages.
package struct PTXASOutput {
  package private(set) var kernels: [CompileReport.Kernel] = []
  package private(set) var messages: [String] = []

  package init(_ text: String) {
    // A device function that was not inlined is reported like a kernel, and is none.
    var isKernel = false
    for line in text.split(whereSeparator: \.isNewline).map(String.init) {
      guard let info = line.dropPrefix("ptxas info    : ") ?? line.dropPrefix("ptxas info : ") else {
        if line.hasPrefix("    "), line.contains("bytes stack frame") {
          if isKernel { readFrame(line) }
        } else {
          messages.append(line)
        }
        continue
      }
      if info.hasPrefix("Compiling entry function '") {
        let name = String(info.dropFirst("Compiling entry function '".count).prefix { $0 != "'" })
        kernels.append(.init(name: KernelName.readable(name), mangledName: name))
        isKernel = true
      } else if let name = info.dropPrefix("Function properties for ") {
        isKernel = kernels.last?.mangledName == name.trimmed
      } else if info.hasPrefix("Used "), !kernels.isEmpty {
        readUse(info)
      }
    }
  }

  private mutating func readFrame(_ line: String) {
    for part in line.split(separator: ",") {
      guard let number = part.leadingNumber else { continue }
      if part.hasSuffix("stack frame") { kernels[kernels.count - 1].stack = number }
      if part.hasSuffix("spill stores") { kernels[kernels.count - 1].spillStores = number }
      if part.hasSuffix("spill loads") { kernels[kernels.count - 1].spillLoads = number }
    }
  }

  private mutating func readUse(_ info: String) {
    for part in info.dropFirst("Used ".count).split(separator: ",") {
      let words = part.split(separator: " ")
      guard let number = part.replacingUsed.leadingNumber, let unit = words.last else { continue }
      if unit.hasPrefix("registers") { kernels[kernels.count - 1].registers = number }
      if unit.hasPrefix("barriers") { kernels[kernels.count - 1].barriers = number }
      if unit.hasPrefix("smem") { kernels[kernels.count - 1].sharedMemory += number }
      if unit.hasPrefix("cmem") { kernels[kernels.count - 1].constantMemory += number }
    }
  }
}

extension StringProtocol {
  /// What follows a prefix, or nil.
  func dropPrefix(_ prefix: String) -> String? { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil }

  /// Without white space at either end.
  var trimmed: String {
    var rest = Substring(self)
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }

  /// The number that a phrase begins with.
  fileprivate var leadingNumber: Int? { Int(trimmed.prefix { $0.isNumber }) }

  /// "used 1 barriers" as "1 barriers".
  fileprivate var replacingUsed: String { trimmed.dropPrefix("used ") ?? trimmed }
}
