#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Where the bundled pair of models is.
struct ModelFiles: Sendable, Equatable {
  static let targetName = "basic-kernel-target-q8_0.gguf"
  static let draftName = "basic-kernel-draft-q8_0.gguf"

  let target: String
  let draft: String

  /// The folders that are looked in, in order.
  ///
  /// `BASIC_MODELS` alone, where it is set: it is somebody's wish. Otherwise `Models` beside or above the executable, which is how a checkout has it; `share/basic/models` beside
  /// the executable's `bin`; the user's data folder; the system's.
  static func folders(environment: [String: String], executable: String) -> [String] {
    if let folder = environment["BASIC_MODELS"], !folder.isEmpty { return [folder] }
    var folders: [String] = []
    var folder = parent(of: executable)
    for _ in 0..<5 where folder != "/" && !folder.isEmpty {
      folders.append(folder + "/Models")
      folder = parent(of: folder)
    }
    folders.append(parent(of: parent(of: executable)) + "/share/basic/models")
    if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
      folders.append(data + "/basic/models")
    } else if let home = environment["HOME"], !home.isEmpty {
      folders.append(home + "/.local/share/basic/models")
    }
    folders += ["/usr/local/share/basic/models", "/usr/share/basic/models"]
    return folders
  }

  /// The pair in the first folder that has it.
  static func find(environment: [String: String], executable: String) -> ModelFiles? {
    for folder in folders(environment: environment, executable: executable) {
      let files = ModelFiles(target: folder + "/" + targetName, draft: folder + "/" + draftName)
      if Files.exists(files.target) { return files }
    }
    return nil
  }

  /// What to tell somebody who has no pair where it is looked for.
  static func missing(environment: [String: String], executable: String) -> String {
    if let folder = environment["BASIC_MODELS"], !folder.isEmpty {
      return "BASIC_MODELS is \(folder), and there is no \(targetName) in it. Set it to the folder of the models, or "
        + "unset it."
    }
    let folders = folders(environment: environment, executable: executable).joined(separator: ", ")
    return "The bundled models were not found; looked in \(folders). Set BASIC_MODELS to their folder, or name a model "
      + "with --model."
  }

  private static func parent(of path: String) -> String { Files.folder(of: path) }
}

/// The process: its environment and its own file.
struct ProcessContext: Sendable {
  var environment: [String: String]
  /// The path of the executable, symbolic links resolved.
  var executable: String

  static var current: ProcessContext {
    let executable: String
    #if os(Linux)
      executable =
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    #else
      executable = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().path
    #endif
    return ProcessContext(environment: ProcessInfo.processInfo.environment, executable: executable)
  }
}
