/// What a source may not say, because the compilers would read files of its choice: they run outside of its sandbox.
///
/// This looks at text, before a compiler does; afterwards the compilers' own lists of what they read are looked at too
/// (``ExtensionWork``), and the assembly (``AssemblyScan``).
package enum SourceScan {
  /// The largest source, in bytes, all files together.
  static let largest = 4_000_000

  /// - Throws: ``VirtualGPUError`` of the code `refused`.
  package static func check(_ text: String, named name: String) throws {
    for line in directives(text) {
      let words = line.drop { $0 == " " || $0 == "\t" }
      let keyword = words.prefix { $0.isLetter || $0 == "_" }
      let rest = words.dropFirst(keyword.count).drop { $0.isWhitespace }
      switch keyword {
      case "include", "include_next", "import":
        guard let open = rest.first, open == "<" || open == "\"" else {
          throw refused(name, "includes a file by a macro")
        }
        let path = rest.dropFirst().prefix { $0 != (open == "<" ? ">" : "\"") }
        if path.hasPrefix("/") || path.split(separator: "/", omittingEmptySubsequences: false).contains("..")
          || path.contains("\\") || path.hasPrefix("~")
        {
          throw refused(name, "includes \(path)")
        }
      case "embed": throw refused(name, "embeds a file")
      default: continue
      }
    }
    if text.contains("??=") || text.contains("??/") { throw refused(name, "uses trigraphs") }
    if text.contains("incbin") || text.contains("__has_embed") { throw refused(name, "embeds a file") }
  }

  private static func refused(_ name: String, _ what: String) -> VirtualGPUError {
    VirtualGPUError(.refused, "\(name) \(what): only headers of the compilers' and its own are accepted.")
  }

  /// The preprocessor's lines without the sign that begins them: lines joined, comments blanked.
  private static func directives(_ text: String) -> [Substring] {
    var joined: [UInt8] = []
    joined.reserveCapacity(text.utf8.count)
    let bytes = Array(text.utf8)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\\") {
        // GCC lets white space stand before the line's end.
        var end = index + 1
        while end < bytes.count, [0x20, 0x09, 0x0B, 0x0C, 0x0D].contains(bytes[end]) { end += 1 }
        if end < bytes.count, bytes[end] == 0x0A {
          index = end + 1
          continue
        }
      }
      joined.append(byte == 0x0D || byte == 0x0B || byte == 0x0C ? 0x0A : byte)
      index += 1
    }
    // Comments become a space, wherever they are: one in a string does no harm here.
    var plain: [UInt8] = []
    plain.reserveCapacity(joined.count)
    index = 0
    while index < joined.count {
      if joined[index] == UInt8(ascii: "/"), index + 1 < joined.count, joined[index + 1] == UInt8(ascii: "*") {
        var end = index + 2
        while end + 1 < joined.count, !(joined[end] == UInt8(ascii: "*") && joined[end + 1] == UInt8(ascii: "/")) {
          end += 1
        }
        // What looks like a comment and is none may hide a line: both readings are looked at.
        plain.append(UInt8(ascii: " "))
        index = min(end + 2, joined.count)
        continue
      }
      plain.append(joined[index])
      index += 1
    }
    return [joined, plain].flatMap { bytes in
      String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap { line -> Substring? in
        let start = line.drop { $0.isWhitespace }
        if start.hasPrefix("#") { return start.dropFirst() }
        if start.hasPrefix("%:") { return start.dropFirst(2) }
        return nil
      }
    }
  }
}

/// The host's assembly: everything that an `asm` says ends up there, whatever macros made it.
enum AssemblyScan {
  private static let names: [[UInt8]] = [
    ".incbin", ".include", ".macro", ".irp", ".rept", ".altmacro", ".mri",
  ].map { Array($0.utf8) }

  /// The directive that reads a file, or could make one that does; nil where there is none.
  static func forbidden(_ text: [UInt8]) -> String? {
    var isQuoted = false
    var index = 0
    while index < text.count {
      let byte = text[index]
      if isQuoted {
        if byte == UInt8(ascii: "\\") { index += 1 }
        if byte == UInt8(ascii: "\"") || byte == 0x0A { isQuoted = false }
      } else if byte == UInt8(ascii: "\"") {
        isQuoted = true
      } else if byte == UInt8(ascii: ".") {
        for name in names where index + name.count <= text.count {
          let matches = zip(text[index..<(index + name.count)], name).allSatisfy { ($0 | 0x20) == ($1 | 0x20) }
          let after = index + name.count < text.count ? text[index + name.count] : 0x0A
          // .irpc too, and no longer names.
          let ends =
            !(after | 0x20 >= UInt8(ascii: "a") && after | 0x20 <= UInt8(ascii: "z")) || name == Array(".irp".utf8)
          if matches, ends, index == 0 || !isNamePart(text[index - 1]) { return String(decoding: name, as: UTF8.self) }
        }
      }
      index += 1
    }
    return nil
  }

  private static func isNamePart(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$") || (byte >= 0x30 && byte <= 0x39)
      || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
  }
}
