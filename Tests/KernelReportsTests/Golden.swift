import Foundation
import Testing

/// Texts that are kept beside the tests. `BASIC_RECORD=1` writes them anew; then read the difference.
enum Golden {
  private static let isRecording = ProcessInfo.processInfo.environment["BASIC_RECORD"] == "1"
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden").path

  static func check(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let file = URL(filePath: "\(folder)/\(name)")
    if isRecording { return try Data(text.utf8).write(to: file) }
    let kept = try? String(decoding: Data(contentsOf: file), as: UTF8.self)
    #expect(
      text == kept, "Golden/\(name) differs; if that is meant, run the tests with BASIC_RECORD=1",
      sourceLocation: sourceLocation)
  }
}
