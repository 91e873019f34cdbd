/// Compilers' messages made short: without this machine's paths, errors before anything else, cut in the middle.
package enum CompilerLog {
  package static func trimmed(_ text: String, hiding folders: [String], failed: Bool, limit: Int) -> String {
    var text = text
    for folder in folders where !folder.isEmpty { text = replacing(folder + "/", in: text) }
    var blocks = text.split(separator: "\n\n", omittingEmptySubsequences: true).map { block in
      // The candidates for an overload, or a chain of instantiations, can be longer than all else.
      let lines = block.split(separator: "\n", omittingEmptySubsequences: false)
        .filter { !isIncludeChain($0) }.map { String($0.prefix(400)) }
      return lines.count <= 16 ? lines : Array(lines.prefix(12)) + ["  … \(lines.count - 12) lines left out"]
    }
    if failed {
      // Where something is wrong, what is merely doubtful hides it.
      let errors = blocks.filter { !($0.first ?? "").contains("warning") && !($0.first ?? "").hasPrefix("Remark:") }
      if !errors.isEmpty { blocks = errors }
    }
    let joined = blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n").trimmed
    guard joined.utf8.count > limit else { return joined }
    let head = String(decoding: joined.utf8.prefix(limit * 3 / 4), as: UTF8.self)
    let tail = String(decoding: joined.utf8.suffix(limit / 4), as: UTF8.self)
    return head + "\n… \(joined.utf8.count - limit) bytes left out …\n" + tail
  }

  /// "In file included from …" of g++: which of our headers includes which is nobody's question.
  private static func isIncludeChain(_ line: Substring) -> Bool {
    line.hasPrefix("In file included from") || line.hasPrefix("                 from ")
  }

  /// The header that no file was found for, as g++ and clang++ say it.
  package static func missingHeader(_ text: String) -> String? {
    for line in text.split(whereSeparator: \.isNewline) where line.contains("fatal error: ") {
      guard line.contains("No such file") || line.contains("file not found") else { continue }
      let said = line[(line.range(of: "fatal error: ")?.upperBound ?? line.startIndex)...]
      return String(said.prefix { $0 != ":" }).split(separator: "'").first.map(String.init)
    }
    return nil
  }

  /// Headers of NVIDIA's and PyTorch's that exist and are not here. Any other missing file is the candidate's mistake.
  package static func isKnownElsewhere(_ header: String) -> Bool {
    let folders = ["ATen/", "c10/", "torch/", "pybind11/", "cutlass/", "cute/", "caffe2/"]
    let names = [
      "cublas", "cudnn", "curand", "cusparse", "cusolver", "cufft", "nccl", "nvrtc", "npp", "nvToolsExt", "Python.h",
    ]
    return folders.contains { header.hasPrefix($0) } || names.contains { header.hasPrefix($0) }
  }

  private static func replacing(_ needle: String, in text: String) -> String {
    var result = ""
    var rest = text[...]
    while let found = rest.range(of: needle) {
      result += rest[..<found.lowerBound]
      rest = rest[found.upperBound...]
    }
    return result + rest
  }
}

extension StringProtocol where SubSequence == Substring {
  /// The first place of a text, without Foundation.
  fileprivate func range(of needle: String) -> Range<Index>? {
    guard let first = needle.utf8.first else { return nil }
    var at = utf8.startIndex
    while let start = utf8[at...].firstIndex(of: first) {
      if utf8[start...].starts(with: needle.utf8) {
        return start..<utf8.index(start, offsetBy: needle.utf8.count)
      }
      at = utf8.index(after: start)
    }
    return nil
  }
}
