import Foundation
import RunStore
import Testing

@testable import BasicCommands

struct RunsListTests {
  private let location = StoreLocation(option: "runs.sqlite", environment: [:])
  private let plain = Palette(isOn: false)

  @Test func `the list is as it was read last, in 80 columns`() async throws {
    try await SampleStore.with { (_, database) async throws in
      try await SampleStore.fill(database)
      let document = try await RunListDocument.read(database, at: location)
      let text = document.text(width: 80, palette: plain)
      for line in text.split(separator: "\n") { #expect(line.count <= 80) }
      #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.isObeyed })
      try Golden.check(text, "runs-list.txt")
      try Golden.check(try JSON.document(document), "runs-list.json.txt")
    }
  }

  @Test func `a run that somebody drives is running`() async throws {
    try await SampleStore.with { (_, database) async throws in
      let writer = try await database.create(
        SampleStore.run("261118-000000-zzzz", "greedy"), driver: SampleStore.driver)
      let document = try await RunListDocument.read(database, at: location)
      #expect(document.runs.map(\.state) == ["running"])
      #expect(document.runs[0].driver.value?.process == 4711)
      try await writer.close(as: .failed, at: SampleStore.start)
      #expect(try await RunListDocument.read(database, at: location).runs.map(\.state) == ["failed"])
    }
  }

  @Test func `a store without runs has an empty list`() async throws {
    try await SampleStore.with { (_, database) async throws in
      let document = try await RunListDocument.read(database, at: location)
      #expect(document.runs.isEmpty)
      #expect(try JSON.document(document).contains("\"runs\" : ["))
    }
  }
}
