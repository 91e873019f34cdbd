import RunStore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Where the runs are kept that a command reads or adds to.
///
/// `--store FILE` comes first, then the variable `BASIC_STORE`, then `.basic/runs.sqlite` in the current folder or in the nearest
/// folder above that has one. Where there is none, a new store belongs into the current folder.
struct StoreLocation: Sendable, Equatable {
  /// What named the store.
  enum Origin: Sendable, Equatable {
    /// `--store`.
    case option
    /// `BASIC_STORE`.
    case variable
    /// The folder that one is in, or one above it.
    case folder
  }

  /// The variable that names a store.
  static let variable = "BASIC_STORE"
  /// A store's place within the folder of a project.
  static let fileName = ".basic/runs.sqlite"

  /// The store's file, as it is shown: relative only where it is in the current folder or was given so.
  let path: String
  /// What named it.
  let origin: Origin

  /// Finds the store. Nothing is opened or made.
  ///
  /// - Parameters:
  ///   - option: What `--store` was given, if it was.
  ///   - environment: The environment; an empty value counts as none.
  ///   - folder: The current folder, from the root.
  ///   - exists: Whether there is something at a path.
  init(
    option: String?, environment: [String: String], folder: String = FileManager.default.currentDirectoryPath,
    exists: (String) -> Bool = Files.exists
  ) {
    if let option {
      (path, origin) = (option, .option)
    } else if let named = environment[Self.variable], !named.isEmpty {
      (path, origin) = (named, .variable)
    } else {
      (path, origin) = (Self.nearest(to: folder, exists) ?? Self.fileName, .folder)
    }
  }

  /// Finds the store where `--store` was given this, and else where the environment or a configuration file says.
  init(option: String?, settings: Settings) throws {
    let set = try settings.value(.store)?.value.text
    self.init(option: option ?? set, environment: settings.environment)
  }

  /// The store in the nearest folder above one that has none itself.
  private static func nearest(to folder: String, _ exists: (String) -> Bool) -> String? {
    var above = folder
    guard above.hasPrefix("/"), !exists(place(in: above)) else { return nil }
    while above != "/" {
      above = Files.folder(of: above)
      if exists(place(in: above)) { return place(in: above) }
    }
    return nil
  }

  private static func place(in folder: String) -> String {
    folder.hasSuffix("/") ? folder + fileName : "\(folder)/\(fileName)"
  }

  /// Opens a store that is there.
  ///
  /// - Throws: ``CommandFailure`` where there is none, saying how one comes about, or where it cannot be opened.
  func open(_ access: RunDatabase.Access) throws -> RunDatabase {
    guard Files.exists(path) else { throw CommandFailure(.usage, missing) }
    return try opened(access)
  }

  /// Opens the store, which is made where there is none, with the folder that it is in.
  ///
  /// - Throws: ``CommandFailure`` where it cannot be opened or made.
  func openOrMake() throws -> RunDatabase {
    guard !path.isEmpty else { throw CommandFailure(.usage, missing) }
    return try opened(.readWrite)
  }

  private func opened(_ access: RunDatabase.Access) throws -> RunDatabase {
    do {
      return try RunDatabase.open(path, access: access)
    } catch {
      throw CommandFailure(error)
    }
  }

  private var missing: String {
    let makers = "The commands basic solve, basic suite run and basic runs import make one"
    return switch origin {
    case .option:
      path.isEmpty
        ? "--store needs the name of a file." : "--store \(path): there is no store of runs there. \(makers)."
    case .variable: "\(Self.variable) is \(path), and there is no store of runs there. \(makers)."
    case .folder:
      "There is no store of runs here: neither this folder nor one above it has \(path). \(makers); name one "
        + "that is elsewhere with --store FILE or \(Self.variable)."
    }
  }
}

extension CommandFailure {
  /// What an error of the store means for the command: what one can mend by calling it otherwise is a wrong call.
  init(_ error: RunStoreError) {
    let isOurs = [.locked, .diskFull, .damaged, .failed, .closed, .invalidValue].contains(error.code)
    self.init(isOurs ? .internalFailure : .usage, error.message)
  }
}
