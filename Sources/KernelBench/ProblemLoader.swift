#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Reads the problems that references name: from files, from a KernelBench checkout and from standard input.
public struct ProblemLoader: Sendable {
  private let directory: String?
  private let environment: [String: String]
  private let readStandardInput: @Sendable () throws(KernelBenchError) -> [UInt8]

  /// Makes a loader; nothing is read yet, and the checkout is looked for only when a reference needs it.
  ///
  /// - Parameters:
  ///   - directory: The KernelBench checkout that the command line names, if it does.
  ///   - environment: The environment, for `KERNELBENCH_DIR`.
  public init(directory: String?, environment: [String: String]) {
    self.init(directory: directory, environment: environment) { () throws(KernelBenchError) in
      try FileBytes.readStandardInput(limit: Problem.maximumByteCount)
    }
  }

  package init(
    directory: String?, environment: [String: String],
    readStandardInput: @escaping @Sendable () throws(KernelBenchError) -> [UInt8]
  ) {
    self.directory = directory
    self.environment = environment
    self.readStandardInput = readStandardInput
  }

  /// The checkout's problems.
  ///
  /// - Throws: As ``ProblemCatalog/find(directory:environment:)``.
  public func catalog() throws(KernelBenchError) -> ProblemCatalog {
    try ProblemCatalog.find(directory: directory, environment: environment)
  }

  /// Finds, reads and checks a problem.
  ///
  /// - Throws: ``KernelBenchError``, whose message names the problems nearest to one that is not found.
  public func load(_ reference: ProblemReference) throws(KernelBenchError) -> Problem {
    switch reference {
    case .standardInput:
      return try Problem(bytes: try readStandardInput(), origin: .standardInput)
    case .id(let id):
      return try Self.read(try catalog().entry(id).path)
    case .path(let path):
      return try Self.read(path)
    case .name(let name):
      var isDirectory = false
      if FileManager.default.fileExists(atPath: name, isDirectory: &isDirectory), !isDirectory {
        return try Self.read(name)
      }
      return try Self.read(try path(named: name))
    }
  }

  private func path(named name: String) throws(KernelBenchError) -> String {
    let catalog: ProblemCatalog
    do {
      catalog = try self.catalog()
    } catch {
      throw KernelBenchError(
        .problemNotFound, "There is no file \(name) here. \(error.message)", underlyingError: error)
    }
    return try catalog.entry(named: name).path
  }

  private static func read(_ path: String) throws(KernelBenchError) -> Problem {
    do {
      let bytes = try FileBytes.read(path: path, limit: Problem.maximumByteCount)
      return try Problem(bytes: bytes, origin: .file(path))
    } catch  where error.code == .problemNotFound {
      throw KernelBenchError(
        .problemNotFound, error.message + siblings(of: path), underlyingError: error.underlyingError)
    }
  }

  /// Which files of the same folder a missing one may have been meant to be.
  private static func siblings(of path: String) -> String {
    let name = lastComponents(of: path).name
    let folder = path.dropLast(name.count)
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : String(folder))) ?? []
    let near = nearest(to: String(name), in: files.filter { $0.hasSuffix(".py") || $0.hasSuffix(".txt") }.sorted()) {
      $0
    }
    return near.isEmpty ? "" : " Did you mean \(near.map { folder + $0 }.joined(separator: " or "))?"
  }
}
