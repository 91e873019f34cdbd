/// The problem as a small model reads it: what the answer depends on, and nothing else.
///
/// The bundled models are trained on exactly this text, so `Training/kernelgen/compact.py`, which makes it for the
/// training, and this file agree byte for byte; its test cases are this file's.
package enum CompactForm {
  /// A module without comments, bare strings (docstrings), blank lines and blanks at the end of lines.
  ///
  /// A statement that consists of string literals alone is removed; where that would leave a body empty, `pass` stands
  /// in for it. All else is kept as it is. Lines are joined by line feeds, with none at the end.
  ///
  /// - Complexity: O(*n*) for a source of *n* bytes.
  package static func module(_ source: String) -> String {
    var output: [String] = []
    var header: Int?
    var removedIndentation: [UInt8]?

    func settle(beforeColumn column: Int?) {
      guard let header, let removedIndentation, column.map({ $0 <= header }) ?? true else { return }
      output.append(String(decoding: removedIndentation, as: UTF8.self) + "pass")
    }

    var lines = CompactPythonLines(unixLines(source))
    while let line = lines.next() {
      if line.isBareString {
        removedIndentation = removedIndentation ?? Array(line.text.prefix { $0 == 0x20 || $0 == 0x09 })
        continue
      }
      settle(beforeColumn: line.column)
      output.append(String(decoding: line.text, as: UTF8.self))
      header = line.isHeader ? line.column : nil
      removedIndentation = nil
    }
    settle(beforeColumn: nil)
    return output.joined(separator: "\n")
  }

  /// The UTF-8 bytes with CRLF and CR turned into LF.
  static func unixLines(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\r") {
        bytes.append(UInt8(ascii: "\n"))
      } else if byte != UInt8(ascii: "\n") || previous != UInt8(ascii: "\r") {
        bytes.append(byte)
      }
      previous = byte
    }
    return bytes
  }
}
