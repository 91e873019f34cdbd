/// A place in the program that PTX was compiled from.
public struct SourceFrame: Sendable, Hashable {
  /// The number of the file, see ``PTXModule/files``.
  public var file: Int
  /// The line, counted from 1; 0 for code that no line stands for.
  public var line: Int
  /// The column, counted from 1; 0 where it is not known.
  public var column: Int
  /// The linkage name of the function that the place is in, if that function was inlined and the name is known.
  public var function: String?
}

/// The place that an instruction stems from, and the calls that were inlined to get it here.
public struct SourcePosition: Sendable, Hashable {
  /// The number of the file, see ``PTXModule/files``.
  public var file: Int
  /// The line, counted from 1; 0 for code that no line stands for.
  public var line: Int
  /// The column, counted from 1; 0 where it is not known.
  public var column: Int
  /// The linkage name of the function that the place is in, if that function was inlined and the name is known.
  public var function: String?
  /// The calls that were inlined, innermost first; the last is in the function that holds the instruction. At most
  /// ``maximumDepth`` of them.
  public var inlinedAt: [SourceFrame]

  /// How many inlined calls are remembered.
  public static let maximumDepth = 64

  /// The place in the function that holds the instruction: the outermost call, or the place itself.
  public var outermost: SourceFrame {
    inlinedAt.last ?? frame
  }

  /// The place without the calls.
  public var frame: SourceFrame { SourceFrame(file: file, line: line, column: column, function: function) }
}
