#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where configuration files are looked for.
struct ConfigurationPlaces: Sendable, Hashable {
  /// What a file is called.
  static let fileName = "basic.toml"

  /// The folder that the command runs in.
  let folder: String
  /// The project's file, where there is one.
  let projectFile: String?
  /// Files that were passed over on the way to the project's, with the reason.
  let passedOver: [String]
  /// The user's file, whether or not there is one; `nil` where there is no home.
  let userFile: String?
  /// The file of keys, whether or not there is one.
  var dotEnv: String
  /// What `~/` stands for.
  let home: String?

  /// The folder that the project's file is in, or else the one that the command runs in.
  var projectFolder: String { projectFile.map { Files.folder(of: $0) } ?? folder }

  /// Looks in a folder and then in those above it, up to the home folder or else the root.
  ///
  /// A file in a folder above counts only if it belongs to the user, to root, or to whoever the starting folder belongs to:
  /// in a folder like `/tmp` anybody could put one over everybody's work, and it says where keys are sent.
  ///
  /// - Parameter folder: Where to begin, an absolute path.
  init(environment: [String: String], folder: String) {
    let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? Self.withoutEndingSlashes($0) : nil }
    let realHome = home.map { Self.real($0) }
    let start = Self.withoutEndingSlashes(folder)
    let trusted = Set([getuid(), 0] + [Self.owner(start)].compactMap { $0 })
    var passedOver: [String] = []
    var projectFile: String?
    var place = start
    while true {
      let candidate = (place == "/" ? "" : place) + "/" + Self.fileName
      if Files.exists(candidate) {
        if place == start || Self.owner(candidate).map(trusted.contains) ?? false {
          projectFile = candidate
          break
        }
        passedOver.append("\(candidate) belongs to somebody else and is not read.")
      }
      guard place != "/", place != home, place != realHome else { break }
      place = Files.folder(of: place)
    }
    self.folder = start
    self.projectFile = projectFile
    self.passedOver = passedOver
    self.home = home
    // What the standard says: a relative folder there counts for nothing.
    let configuration =
      environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? Self.withoutEndingSlashes($0) : nil }
      ?? home.map { ($0 == "/" ? "" : $0) + "/.config" }
    userFile = configuration.map { $0 + "/basic/" + Self.fileName }
    let keys = projectFile.map { Files.folder(of: $0) } ?? start
    dotEnv = (keys == "/" ? "" : keys) + "/.env"
  }

  /// Looks from the folder that a process is in, or another.
  init(context: ProcessContext, folder: String? = nil) {
    self.init(environment: context.environment, folder: folder ?? FileManager.default.currentDirectoryPath)
  }

  /// The text of a file; `nil` where there is none.
  ///
  /// - Throws: ``ConfigurationError/Code/unreadable``.
  static func text(of path: String) throws(ConfigurationError) -> String? {
    func refuse(_ reason: String) -> ConfigurationError {
      ConfigurationError(.unreadable, "the file cannot be read: \(reason).", at: .file(path, line: nil))
    }
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT || errno == ENOTDIR else { throw refuse(Files.lastReason()) }
      return nil
    }
    // Whoever opens a pipe waits for ever.
    guard status.st_mode & S_IFMT == S_IFREG else { throw refuse("it is no file") }
    guard status.st_size <= 1 << 20 else { throw refuse("it is larger than a megabyte") }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw refuse(Files.lastReason()) }
    close(descriptor)
    guard let data = FileManager.default.contents(atPath: path) else { throw refuse("reading it failed") }
    guard let text = String(validating: data, as: UTF8.self) else { throw refuse("its bytes are not UTF-8") }
    return text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
  }

  /// A path out of a file: relative to a folder, `~/` is the home folder.
  static func resolve(_ path: String, in folder: String, home: String?) -> String {
    if path.hasPrefix("/") { return path }
    if let home, path == "~" || path.hasPrefix("~/") { return home + path.dropFirst() }
    var rest = path[...]
    while rest.hasPrefix("./") { rest = rest.dropFirst(2) }
    return (folder == "/" ? "" : folder) + "/" + rest
  }

  private static func withoutEndingSlashes(_ path: String) -> String {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }

  private static func real(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func owner(_ path: String) -> uid_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_uid : nil
  }
}
