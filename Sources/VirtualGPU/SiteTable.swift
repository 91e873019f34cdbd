import PTX

/// The places in a module's kernels that findings and counters name.
public final class SiteTable {
  /// A place.
  public struct Site: Sendable, Hashable {
    /// The source file, as the compiler names it; empty where there is none.
    public var file: String
    /// The line in the source, or 0.
    public var line: Int
    /// The line of the PTX.
    public var ptxLine: Int
    /// `load`, `store`, `atomic`, `barrier`, `call`, `loop` …
    public var kind: String
    /// The instruction's text: `ld.global.f32`.
    public var instruction: String
  }

  private(set) var sites: [Site] = []
  private let files: [Int: String]
  private struct Key: Hashable {
    var line: Int
    var kind: String
  }
  private var known: [Key: Int] = [:]

  init(files: [Int: String]) { self.files = files }

  /// Adds a place and returns its number.
  ///
  /// The same place of one instruction is added once.
  func add(_ instruction: Instruction?, _ kind: String) -> Int {
    if let instruction {
      let key = Key(line: instruction.ptxLine, kind: kind)
      if let known = known[key] { return known }
      known[key] = sites.count
    }
    let frame = instruction?.position.map(userFrame)
    sites.append(
      Site(
        file: frame.flatMap { files[$0.file] } ?? "", line: frame?.line ?? 0, ptxLine: instruction?.ptxLine ?? 0,
        kind: kind, instruction: instruction?.text ?? ""))
    return sites.count - 1
  }

  /// The innermost place that is not inside the compiler's own headers: where the user wrote it.
  private func userFrame(_ position: SourcePosition) -> SourceFrame {
    let frames = [position.frame] + position.inlinedAt
    return frames.first { frame in
      guard let file = files[frame.file] else { return false }
      return !file.contains("/../include/") && !file.contains("/nvidia/cu") && !file.hasPrefix("/usr/")
    } ?? position.frame
  }
}
