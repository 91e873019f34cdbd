import Foundation
import RunStore
import Testing

@testable import BasicCommands

struct StoreLocationTests {
  private func location(
    _ option: String? = nil, _ environment: [String: String] = [:], folder: String = "/a/b/c", there: String...
  ) -> StoreLocation {
    StoreLocation(option: option, environment: environment, folder: folder) { there.contains($0) }
  }

  @Test func `the option comes before the variable, and the variable before the folders`() {
    let environment = [StoreLocation.variable: "mine.sqlite"]
    let there = "/a/b/c/.basic/runs.sqlite"
    #expect(location("x", environment, there: there) == location("x"))
    #expect(location("x", environment, there: there).origin == .option)
    #expect(location(nil, environment, there: there).path == "mine.sqlite")
    #expect(location(nil, [StoreLocation.variable: ""], there: there).path == ".basic/runs.sqlite")
  }

  @Test func `the nearest folder that has a store is taken`() {
    #expect(location(there: "/a/b/c/.basic/runs.sqlite", "/a/.basic/runs.sqlite").path == ".basic/runs.sqlite")
    #expect(location(there: "/a/b/.basic/runs.sqlite", "/a/.basic/runs.sqlite").path == "/a/b/.basic/runs.sqlite")
    #expect(location(there: "/.basic/runs.sqlite").path == "/.basic/runs.sqlite")
    #expect(location(folder: "/", there: "/.basic/runs.sqlite").path == ".basic/runs.sqlite")
    // A new one belongs into the current folder.
    #expect(location().path == ".basic/runs.sqlite")
    #expect(location(folder: "").path == ".basic/runs.sqlite")
  }

  @Test func `where there is no store, the sentence says how one comes about`() throws {
    let sentences = [location(), location("x.sqlite"), location(nil, ["BASIC_STORE": "x.sqlite"])].map { location in
      #expect(throws: CommandFailure.self) { try location.open(.readOnly) }
      return message { _ = try location.open(.readOnly) }
    }
    for sentence in sentences { #expect(sentence.contains("basic solve")) }
    #expect(sentences[0].contains("--store FILE") && sentences[0].contains("BASIC_STORE"))
    #expect(sentences[1].hasPrefix("--store x.sqlite: there is no store"))
    #expect(sentences[2].hasPrefix("BASIC_STORE is x.sqlite"))
    #expect(message { _ = try location("").openOrMake() } == "--store needs the name of a file.")
  }

  @Test func `what can be mended by another call is a wrong call`() {
    func status(_ code: RunStoreError.Code) -> CommandFailure.Status? {
      Basic.failure(for: RunStoreError(code, "So it is."))?.status
    }
    for code in [RunStoreError.Code.notFound, .ambiguous, .notAStore, .newerVersion, .inUse, .readOnly, .cannotOpen] {
      #expect(status(code) == .usage)
    }
    for code in [RunStoreError.Code.locked, .diskFull, .damaged, .failed] {
      #expect(status(code) == .internalFailure)
    }
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch {
      return "\(error)"
    }
  }
}
