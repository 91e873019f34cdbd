import Foundation
import Testing

@testable import VirtualGPU

@Suite struct EmbeddedRuntimeTests {
  private static let folder =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path + "/Sources/CVirtualCUDARuntime"

  @Test func `the embedded runtime is the one in the tree (Scripts/embed-resources.sh makes it so)`() throws {
    let enumerator = try #require(FileManager.default.enumerator(atPath: Self.folder))
    let names = enumerator.compactMap { $0 as? String }.filter { $0.hasSuffix(".c") || $0.hasSuffix(".h") }
    #expect(Set(names) == Set(EmbeddedRuntime.files.map(\.path)))
    for file in EmbeddedRuntime.files {
      let text = try String(contentsOfFile: "\(Self.folder)/\(file.path)", encoding: .utf8)
      #expect(text.trimmingCharacters(in: .newlines) == file.text.trimmingCharacters(in: .newlines), "\(file.path)")
    }
  }
}
