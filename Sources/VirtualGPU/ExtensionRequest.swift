/// What a candidate asks `load_inline` or `load` to build.
public struct ExtensionRequest: Codable, Sendable, Hashable {
  /// The module's name.
  public var name: String
  /// The C++ sources of `load_inline`.
  public var cppSources: [String]
  /// The CUDA sources of `load_inline`.
  public var cudaSources: [String]
  /// The functions that `load_inline` binds, with their documentation; nil where the sources bind their own.
  public var functions: [String: String]?
  /// The files of `load`, and headers, by their names.
  public var sources: [String: String]?
  /// Flags for the host's compiler.
  public var extraCFlags: [String]
  /// Flags for nvcc.
  public var extraCUDAFlags: [String]
  /// Flags for the linker.
  public var extraLDFlags: [String]
  /// Folders of headers, relative to the sources.
  public var extraIncludePaths: [String]
  /// Whether CUDA is used; nil to tell by the sources.
  public var withCUDA: Bool?
  /// True where `load_inline` includes nothing by itself.
  public var leavesOutHeaders: Bool

  /// Makes a request.
  public init(
    name: String, cppSources: [String] = [], cudaSources: [String] = [], functions: [String: String]? = nil,
    sources: [String: String]? = nil, extraCFlags: [String] = [], extraCUDAFlags: [String] = [],
    extraLDFlags: [String] = [], extraIncludePaths: [String] = [], withCUDA: Bool? = nil, leavesOutHeaders: Bool = false
  ) {
    self.name = name
    self.cppSources = cppSources
    self.cudaSources = cudaSources
    self.functions = functions
    self.sources = sources
    self.extraCFlags = extraCFlags
    self.extraCUDAFlags = extraCUDAFlags
    self.extraLDFlags = extraLDFlags
    self.extraIncludePaths = extraIncludePaths
    self.withCUDA = withCUDA
    self.leavesOutHeaders = leavesOutHeaders
  }

  /// Reads a request; what is left out is empty.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func list(_ key: CodingKeys) throws -> [String] { try values.decodeIfPresent([String].self, forKey: key) ?? [] }
    name = try values.decode(String.self, forKey: .name)
    cppSources = try list(.cppSources)
    cudaSources = try list(.cudaSources)
    functions = try values.decodeIfPresent([String: String].self, forKey: .functions)
    sources = try values.decodeIfPresent([String: String].self, forKey: .sources)
    extraCFlags = try list(.extraCFlags)
    extraCUDAFlags = try list(.extraCUDAFlags)
    extraLDFlags = try list(.extraLDFlags)
    extraIncludePaths = try list(.extraIncludePaths)
    withCUDA = try values.decodeIfPresent(Bool.self, forKey: .withCUDA)
    leavesOutHeaders = try values.decodeIfPresent(Bool.self, forKey: .leavesOutHeaders) ?? false
  }
}
