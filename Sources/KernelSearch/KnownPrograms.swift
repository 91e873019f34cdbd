import KernelPrompting

/// The programs that were seen, so that none is checked twice.
struct KnownPrograms: Sendable {
  private struct Kernels: Sendable, Hashable {
    var hash: String
    var language: CodeLanguage
  }

  private var sources: [NormalisedSource: Int] = [:]
  private var kernels: [Kernels: Int] = [:]

  /// The candidate that has the same source, but for layout; nil, and this one is remembered, where there is none.
  mutating func original(of id: Int, _ source: NormalisedSource) -> Int? {
    if let known = sources[source], known != id { return known }
    sources[source] = id
    return nil
  }

  /// The candidate that has the same kernels; nil, and this one is remembered, where there is none.
  mutating func original(of id: Int, kernelHash: String, _ language: CodeLanguage) -> Int? {
    let key = Kernels(hash: kernelHash, language: language)
    if let known = kernels[key], known != id { return known }
    kernels[key] = id
    return nil
  }

  /// A candidate has no verdict and will get none: the next one like it is checked. O(*n*), for what is rare.
  mutating func forget(_ id: Int) {
    sources = sources.filter { $0.value != id }
    kernels = kernels.filter { $0.value != id }
  }
}
