/// An extension that has been built.
public struct ExtensionBuild: Sendable {
  /// The shared library's path.
  public let library: String
  /// What the numbers in reports mean, for each file of CUDA.
  public let layouts: [BuiltProgram.Layout]
  /// How long the build took, in seconds.
  public let seconds: Double
  /// True where an earlier build was found.
  public let isFromCache: Bool
  /// True where PyTorch's own headers were used: the library is then a module that Python imports.
  public let usedFullHeaders: Bool
  /// What is worth knowing and no error: flags that were left out.
  public let warnings: [String]

  /// The kernels of all files; places and blocks are the first file's, which are the only ones where there is one file.
  public var layout: BuiltProgram.Layout {
    guard var whole = layouts.first else { return BuiltProgram.Layout.empty }
    for other in layouts.dropFirst() {
      whole.kernels += other.kernels
      whole.assembled += other.assembled
    }
    return whole
  }
}
