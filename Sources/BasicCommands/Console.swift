#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Standard output or standard error: where it goes, and what may be sent there.
struct Console: Sendable {
  static let standardOutput = Console(descriptor: STDOUT_FILENO)
  static let standardError = Console(descriptor: STDERR_FILENO)

  let descriptor: Int32

  /// Whether a person is likely to be watching.
  var isTerminal: Bool { isatty(descriptor) == 1 && environmentValue("TERM") != "dumb" }

  /// Whether colours may be used (https://no-color.org).
  var allowsColor: Bool { isTerminal && (environmentValue("NO_COLOR") ?? "").isEmpty }

  /// Colours, where they may be used.
  var palette: Palette { Palette(isOn: allowsColor) }

  /// The number of columns.
  var width: Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Writes all of a text, or as much as whoever reads wants. For what is said on the side.
  func write(_ text: String) { _ = writeAll(text) }

  /// Writes all of a text that somebody asked for. A terminal gets no character that it would obey.
  ///
  /// - Parameter isPrintable: whether the text has been made fit for a terminal, and may have colours.
  /// - Throws: ``FileError`` where the text is lost. That nobody reads any more is no failure.
  func deliver(_ text: String, isPrintable: Bool = false) throws {
    guard let reason = writeAll(isTerminal && !isPrintable ? text.printableLines : text), reason != EPIPE else {
      return
    }
    throw FileError(description: "Standard output could not be written: \(String(cString: strerror(reason))).")
  }

  /// - Returns: the system's number for what went wrong, if something did.
  private func writeAll(_ text: String) -> Int32? {
    var text = text
    return text.withUTF8 { bytes in
      var start = 0
      while start < bytes.count {
        let count = Self.systemWrite(descriptor, bytes.baseAddress.map { $0 + start }, bytes.count - start)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return count < 0 ? errno : EIO }
        start += count
      }
      return nil
    }
  }

  private static func systemWrite(_ descriptor: Int32, _ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, bytes, count)
    #else
      Darwin.write(descriptor, bytes, count)
    #endif
  }

  /// Gives the standard streams that are closed somewhere to go. A file that is opened later would otherwise take the
  /// place of one, and what is meant for standard output would end up in it.
  static func openClosedStreams() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
      _ = open("/dev/null", O_RDWR)
    }
  }
}

/// A variable of the environment.
func environmentValue(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
