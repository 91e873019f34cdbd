/// The CUDA that a candidate holds, read without executing any of it.
public struct CandidateSource: Sendable, Hashable, Codable {
  /// What was found.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// Sources that the candidate hands to PyTorch's `load_inline`.
    case loadInline = "load-inline"
    /// A CUDA program or kernel file, no Python around it.
    case cudaProgram = "cuda-program"
    /// Sources in files that `load(sources: …)` names, which is not supported.
    case files
    /// Kernels written in Triton.
    case triton
    /// No CUDA source at all.
    case noCUDASource = "no-cuda-source"
    /// A file that is not Python.
    case syntaxError = "syntax-error"
    /// Sources that only a run of the candidate would give, or a candidate that is too large or too deep.
    case unreadable
  }

  /// One source text.
  public struct Text: Sendable, Hashable, Codable {
    /// The source.
    public var text: String
    /// The candidate's line where the text begins, where its lines are the candidate's lines.
    public var line: Int?

    /// Makes a text.
    public init(_ text: String, line: Int? = nil) {
      self.text = text
      self.line = line
    }
  }

  /// One call of `load_inline`.
  public struct Extension: Sendable, Hashable, Codable {
    /// The extension's name.
    public var name = ""
    /// The candidate's line of the call.
    public var line = 1
    /// False where a source or the functions' names could not be read.
    public var isComplete = true
    /// What is compiled by the host's compiler.
    public var cppSources: [Text] = []
    /// What is compiled by nvcc.
    public var cudaSources: [Text] = []
    /// The functions to bind; nil where the sources bind their own.
    public var functions: [String]?
    /// Flags for nvcc.
    public var cudaFlags: [String] = []
    /// Flags for the host's compiler.
    public var hostFlags: [String] = []
    /// True where PyTorch's headers are not included by themselves.
    public var leavesOutHeaders = false

    /// Makes an extension without sources.
    public init() {}

    enum CodingKeys: String, CodingKey {
      case name, line, functions
      case isComplete = "complete"
      case cppSources = "cpp_sources"
      case cudaSources = "cuda_sources"
      case cudaFlags = "extra_cuda_cflags"
      case hostFlags = "extra_cflags"
      case leavesOutHeaders = "no_implicit_headers"
    }
  }

  /// Something that the reader could not follow, or that stands in the way of compiling.
  public struct Problem: Sendable, Hashable, Codable {
    /// A word for it: `syntax-error`, `unfolded`, `files`, `triton`, `cupy`, `no-cuda-source`, `too-deep`, …
    public var code: String
    /// The candidate's line, or 0.
    public var line: Int
    /// A sentence.
    public var message: String
  }

  /// What was found.
  public var kind: Kind
  /// The calls of `load_inline`, in the order of the text; one for a plain CUDA program.
  public var extensions: [Extension]
  /// What could not be followed.
  public var problems: [Problem]

  /// Extensions that are known without a Python file around them.
  public static func loadInline(_ extensions: [Extension]) -> CandidateSource {
    CandidateSource(kind: .loadInline, extensions: extensions, problems: [])
  }

  /// A CUDA program or kernel file.
  public static func cudaProgram(_ text: String) -> CandidateSource {
    var program = Extension()
    program.cudaSources = [Text(text)]
    return CandidateSource(kind: .cudaProgram, extensions: [program], problems: [])
  }
}
