import Foundation
import Testing

/// Texts that are kept beside the tests. `BASIC_RECORD=1` writes them anew; then read the difference.
enum Golden {
  static let isRecording = ProcessInfo.processInfo.environment["BASIC_RECORD"] == "1"
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden").path

  static func check(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let path = "\(folder)/\(name)"
    if isRecording { return try TemporaryFolder.write(text, path) }
    let kept = try? TemporaryFolder.read(path)
    #expect(
      text == kept, "Golden/\(name) differs; if that is meant, run the tests with BASIC_RECORD=1",
      sourceLocation: sourceLocation)
  }
}

/// The shape of JSON: its keys and the types of its values, without what changes from run to run.
enum JSONShape {
  static func text(of document: String, nullable: Set<String>) throws -> String {
    lines(try JSONSerialization.jsonObject(with: Data(document.utf8)), nullable, "").joined(separator: "\n") + "\n"
  }

  private static func lines(_ value: Any, _ nullable: Set<String>, _ path: String) -> [String] {
    switch value {
    case let object as [String: Any]:
      return object.keys.sorted().flatMap { key -> [String] in
        let inner = path + "." + key
        return nullable.contains(inner) ? ["\(inner): null or a value"] : lines(object[key] ?? "", nullable, inner)
      }
    case let list as [Any]:
      return ["\(path): list"] + (list.first.map { lines($0, nullable, path + "[]") } ?? [])
    case is NSNull: return ["\(path): null"]
    case is String: return ["\(path): text"]
    case let number as NSNumber:
      return ["\(path): \(String(describing: number) == "true" || isBoolean(number) ? "boolean" : "number")"]
    default: return ["\(path): \(type(of: value))"]
    }
  }

  private static func isBoolean(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
}
