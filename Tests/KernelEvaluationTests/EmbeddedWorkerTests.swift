import Foundation
import Testing

@testable import KernelEvaluation

@Suite struct EmbeddedWorkerTests {
  /// An installed `basic` has no checkout beside it: what it carries has to be what the folder holds.
  @Test func theEmbeddedFilesAreTheFolders() throws {
    let folder = TestWorker.root + "/Worker"
    let all = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
    let found = all.filter { path in [".py", ".cpp", ".h"].contains { path.hasSuffix($0) } }
    #expect(Set(found) == Set(EmbeddedWorker.files.map(\.path)))
    for file in EmbeddedWorker.files {
      let text = try String(contentsOfFile: "\(folder)/\(file.path)", encoding: .utf8)
      #expect(text == file.text + "\n" || text == file.text, "run Scripts/embed-resources.sh: \(file.path)")
    }
  }
}
