public import CUDAToolchain

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A Python that has PyTorch: what runs references and candidates.
public struct PyTorchEnvironment: Sendable, Hashable {
  /// The interpreter.
  public let python: String
  /// PyTorch's version: `2.13.0+cpu`.
  public let version: String
  /// The version of CUDA that it was built for; nil for a build for the CPU.
  public let cuda: String?
  /// The folder of the package.
  public let package: String
  /// The interpreter's installation, and the environment's: what a process of it reads.
  public let prefixes: [String]

  private struct Answer: Decodable {
    var version: String?
    var cuda: String?
    var package: String?
    var prefixes: [String]
    var python: [Int]
  }

  /// PyTorch itself takes a second to import; its version is in a file of one line each.
  private static let question = """
    import importlib.util, json, os, sys
    spec = importlib.util.find_spec("torch")
    answer = {"prefixes": sorted({sys.prefix, sys.base_prefix, *sys.path[1:]}), "python": list(sys.version_info[:2])}
    if spec and spec.submodule_search_locations:
        folder = spec.submodule_search_locations[0]
        names = {}
        exec(open(os.path.join(folder, "version.py")).read(), names)
        answer.update(version=str(names.get("__version__")), cuda=names.get("cuda"), package=folder)
    print(json.dumps(answer))
    """

  /// Asks the toolchain's Python.
  ///
  /// - Throws: ``KernelEvaluationError`` with what is missing and what mends it.
  public static func find(_ toolchain: Toolchain) async throws -> PyTorchEnvironment {
    guard let python = toolchain.python else {
      throw KernelEvaluationError(
        .missingTool, "No Python was found. Run make setup, or set BASIC_PYTHON to one that has PyTorch.")
    }
    let result = try await Folders.withTemporary { folder in
      try await Command(
        executable: python, arguments: ["-I", "-c", question], folder: folder,
        environment: toolchain.quietEnvironment(folder: folder), timeLimit: .seconds(60)
      ).run()
    }
    guard result.ending == .exited(0),
      let answer = try? JSONDecoder().decode(Answer.self, from: Data(result.standardOutput.utf8))
    else {
      throw KernelEvaluationError(
        .missingTool, "\(python) does not run. Run make setup, or set BASIC_PYTHON to a Python that has PyTorch.")
    }
    guard let version = answer.version, let package = answer.package else {
      throw KernelEvaluationError(
        .missingTool, "\(python) has no PyTorch. Run make setup, or set BASIC_PYTHON to a Python that has it.")
    }
    return PyTorchEnvironment(
      python: python, version: version, cuda: answer.cuda, package: package,
      prefixes: answer.prefixes.filter { $0.hasPrefix("/") })
  }
}
