internal import GRDB

/// Why the store of runs could not do what it was asked to.
public struct RunStoreError: Error, Sendable, CustomStringConvertible {
  /// What kind of trouble it is; a struct, so that a later version can add kinds.
  public struct Code: Sendable, Hashable, RawRepresentable {
    /// The kind as it is written in machine-readable output.
    public let rawValue: String

    /// Makes a code from its written form.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// There is no store, run, problem or candidate of that name.
    public static let notFound = Code(rawValue: "not-found")
    /// Several runs answer to the name.
    public static let ambiguous = Code(rawValue: "ambiguous")
    /// The file is no SQLite database, or one of another program.
    public static let notAStore = Code(rawValue: "not-a-store")
    /// A later version of bASIC wrote the store.
    public static let newerVersion = Code(rawValue: "newer-version")
    /// Another process held the store for longer than the time-out.
    public static let locked = Code(rawValue: "locked")
    /// The store, its folder or its disk may not be written.
    public static let readOnly = Code(rawValue: "read-only")
    /// There is no room on the disk.
    public static let diskFull = Code(rawValue: "disk-full")
    /// The file or its folder could not be opened or made.
    public static let cannotOpen = Code(rawValue: "cannot-open")
    /// The database is damaged, or holds something that this version cannot read.
    public static let damaged = Code(rawValue: "damaged")
    /// The disk failed, or SQLite for a reason that has no code here.
    public static let failed = Code(rawValue: "failed")
    /// Another process, or another part of this one, drives the run.
    public static let inUse = Code(rawValue: "in-use")
    /// The writer has been closed.
    public static let closed = Code(rawValue: "closed")
    /// What was to be stored is there already.
    public static let alreadyStored = Code(rawValue: "already-stored")
    /// The step does not follow from the state that the run, problem or candidate is in.
    public static let wrongState = Code(rawValue: "wrong-state")
    /// A value is none that the store keeps: a number that is not finite, a name with a NUL in it.
    public static let invalidValue = Code(rawValue: "invalid-value")
  }

  /// What kind of trouble it is.
  public let code: Code
  /// One sentence that says what happened and what to do.
  public let message: String
  /// The error beneath, where there is one.
  public let underlyingError: (any Error)?

  /// Makes an error.
  public init(_ code: Code, _ message: String, underlyingError: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.underlyingError = underlyingError
  }

  /// The sentence, and the error beneath it.
  public var description: String {
    guard let underlyingError else { return message }
    return "\(message) (\(underlyingError))"
  }
}

extension RunStoreError {
  /// The error for what came out of the store at `path`: one of ours stays what it is, SQLite's get a sentence.
  init(_ error: any Error, path: String) {
    switch error {
    case let error as RunStoreError: self = error
    case let error as DatabaseError: self.init(error, path: path)
    default: self.init(.failed, "The store \(path) could not be used.", underlyingError: error)
    }
  }

  private init(_ error: DatabaseError, path: String) {
    let (code, message): (Code, String) =
      switch error.resultCode {
      case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL:
        (.locked, "Another process keeps the store \(path) locked. Wait until it is done, and try again.")
      case .SQLITE_READONLY:
        (.readOnly, "The store \(path) may not be written. Look at the permissions of the file and of its folder.")
      case .SQLITE_FULL:
        (.diskFull, "There is no room for the store \(path). Nothing that was stored is lost: make room, and go on.")
      case .SQLITE_NOTADB:
        (.notAStore, "\(path) is no database. Name another file, or move this one away.")
      case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
        (.cannotOpen, "The store \(path) cannot be opened. Look at the permissions of the file and of its folder.")
      case .SQLITE_CORRUPT:
        (.damaged, "The store \(path) is damaged. Take a copy of its folder, then try `sqlite3 \(path) .recover`.")
      case .SQLITE_IOERR:
        (.failed, "The disk failed under the store \(path). What was stored before is kept.")
      default:
        (.failed, "The store \(path) refused what it was asked to do.")
      }
    self.init(code, message, underlyingError: error)
  }
}
