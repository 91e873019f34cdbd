import CUDAToolchain
import KernelVerdicts

/// Findings in sentences.
enum FindingText {
  /// What was done, by which kernel, and where.
  static func sentence(_ finding: Finding) -> String {
    var text = finding.kind.rawValue
    if !finding.kernel.isEmpty { text += " in \(KernelName.readable(finding.kernel))" }
    if finding.location.line > 0 { text += " at \(finding.location.file):\(finding.location.line)" }
    text += ": \(Sentences.firstLine(finding.message))"
    if !finding.thread.thread.isEmpty {
      text += " Block \(index(finding.thread.block)), thread \(index(finding.thread.thread))."
    }
    if let buffer = finding.buffer {
      text += " \(buffer.what) of \(buffer.size) bytes, offset \(buffer.offset)."
    }
    return text
  }

  private static func index(_ index: [Int]) -> String { "(\(index.map(String.init).joined(separator: ",")))" }
}
