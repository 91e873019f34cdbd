import KernelBench

/// Puts the answer to a plain prompt together.
enum ProgramAssembly {
  static func answer(_ pieces: [CodePiece], _ notes: [String]) -> ExtractedCode? {
    let isKernel: (CodePiece) -> Bool = { $0.language == .cuda && $0.hasKernel }
    if let index = pieces.best({ isKernel($0) && $0.hasMain }) { return code(pieces[index], notes) }
    guard let index = pieces.best(isKernel) else { return nil }
    if let main = pieces.best({ $0.language == .cuda && $0.hasMain }), main > index, pieces[index].isComplete {
      let kernels = pieces[..<main].filter { isKernel($0) && $0.isComplete }
      return ExtractedCode(
        source: (kernels.map(\.source) + [pieces[main].source]).joined(separator: "\n\n"), language: .cuda,
        isTruncated: pieces[main].isTruncated, notes: notes + ["The fences of the kernel and of main were joined."])
    }
    return code(pieces[index], notes)
  }

  private static func code(_ piece: CodePiece, _ notes: [String]) -> ExtractedCode {
    ExtractedCode(source: piece.source, language: .cuda, isTruncated: piece.isTruncated, notes: notes)
  }
}
