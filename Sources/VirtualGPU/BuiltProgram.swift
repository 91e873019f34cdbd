public import CUDAToolchain

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A program that runs on the virtual GPU, and what its counters mean.
public struct BuiltProgram: Sendable {
  /// The executable.
  public let path: String
  /// What its kernels consist of.
  public let layout: Layout
  /// How long the build took, in seconds, and whether it came out of the cache.
  public let seconds: Double
  /// True where an earlier build was found.
  public let isFromCache: Bool

  /// What the numbers in a run's events stand for.
  public struct Layout: Sendable, Hashable, Codable {
    /// A place in the source that touches memory or synchronises.
    public struct Site: Sendable, Hashable, Codable {
      /// The file as a person knows it; empty where it is unknown.
      public var file: String
      /// The line, or 0.
      public var line: Int
      /// `load`, `store`, `atomic`, `barrier` …
      public var kind: String
      /// The instruction: `ld.global.f32`.
      public var instruction: String
    }

    /// A kernel.
    public struct Kernel: Sendable, Hashable, Codable {
      /// Its name in PTX.
      public var name: String
      /// What could not be translated; a launch is refused then.
      public var unsupported: String?
      /// The bytes of its static shared variables.
      public var staticSharedBytes: Int
    }

    /// The kernels, in the module's order.
    public var kernels: [Kernel]
    /// The places, by the number that counters have.
    public var sites: [Site]
    /// The instructions of each basic block by their kind, by the number that counters have.
    public var blocks: [[InstructionKind: Int]]
    /// What ptxas says of kernels: registers, spills. Empty where it was not asked.
    public var assembled: [CompileReport.Kernel]

    /// Of a program without kernels.
    static let empty = Layout(kernels: [], sites: [], blocks: [], assembled: [])

    private init(kernels: [Kernel], sites: [Site], blocks: [[InstructionKind: Int]], assembled: [CompileReport.Kernel])
    {
      self.kernels = kernels
      self.sites = sites
      self.blocks = blocks
      self.assembled = assembled
    }

    init(_ translation: KernelTranslation, assembled: [CompileReport.Kernel]) {
      kernels = translation.kernels.map {
        Kernel(name: $0.name, unsupported: $0.unsupported, staticSharedBytes: $0.staticSharedBytes)
      }
      sites = translation.sites.map {
        Site(file: $0.file, line: $0.line, kind: $0.kind, instruction: $0.instruction)
      }
      blocks = translation.blocks
      self.assembled = assembled
    }
  }
}
