public import JSONReading

extension PythonJSON {
  /// Reads a text in JSON with Python's extensions.
  ///
  /// It may come from anybody: the time is linear in its length, and the nesting is bounded. Of two members of one name the
  /// last one's value counts, at the first one's place, as in Python. A byte order mark is skipped.
  ///
  /// - Throws: ``KernelBenchError/Code/invalidResults`` with the line at which it stops being JSON.
  public init(_ bytes: [UInt8], name: String) throws(KernelBenchError) {
    let mark: [UInt8] = [0xef, 0xbb, 0xbf]
    let bytes = bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes
    do throws(JSONSyntaxError) {
      self = try JSONReader.read(bytes, hasPythonsNumbers: true)
    } catch {
      let line = bytes.prefix(error.offset).count { $0 == UInt8(ascii: "\n") } + 1
      throw KernelBenchError(.invalidResults, "\(name) is no JSON: \(error.message) in line \(line).")
    }
  }
}

extension PythonJSON: JSONConstructible {
  /// A number, whatever its size.
  public static func number(reading literal: String, isWhole: Bool) -> PythonJSON? {
    .number(Literal(checked: literal))
  }

  /// Of two members of one name the last one's value counts, at the first one's place.
  public static func object(reading members: [(name: String, value: PythonJSON)]) -> PythonJSON? {
    var kept: [Member] = []
    var places: [String: Int] = [:]
    for (name, value) in members {
      if let place = places[name] {
        kept[place].value = value
      } else {
        places[name] = kept.count
        kept.append(Member(name, value))
      }
    }
    return .object(kept)
  }
}
