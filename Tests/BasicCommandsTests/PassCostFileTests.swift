import Foundation
import LlamaRuntime
import SpeculativeDecoding
import Testing

@testable import BasicCommands

/// What passes cost, from one program to the next.
@Suite struct PassCostFileTests {
  static let record = PassCostRecord(
    threads: 2, draftThreads: 1, verification: [.init(size: 1, milliseconds: 40.25), .init(size: 8, milliseconds: 50)],
    draft: [.init(size: 1, milliseconds: 0.5)])

  static func file(
    _ folder: String, target: String = "/a/target.gguf", draft: String? = "/a/draft.gguf", threads: Int? = nil,
    usesAccelerator: Bool = true
  ) throws -> PassCostFile {
    try #require(
      PassCostFile(
        target: target, draft: draft, threads: threads, usesAccelerator: usesAccelerator,
        environment: ["XDG_CACHE_HOME": folder]))
  }

  @Test func `what is kept is there for the same pair, and for no other`() throws {
    try TemporaryFolder.with { folder in
      let models = ["target", "other", "draft"].map { "\(folder)/\($0).gguf" }
      for model in models { try TemporaryFolder.write(model, model) }
      let own = try Self.file(folder, target: models[0], draft: models[2])
      #expect(own.record == nil)
      own.keep(Self.record)
      #expect(own.record == Self.record)
      func record(_ target: Int, _ draft: Int?, threads: Int? = nil, usesAccelerator: Bool = true) throws
        -> PassCostRecord?
      {
        try Self.file(
          folder, target: models[target], draft: draft.map { models[$0] }, threads: threads,
          usesAccelerator: usesAccelerator
        ).record
      }
      #expect(try record(0, 2) == Self.record)
      #expect(try record(1, 2) == nil)
      #expect(try record(0, nil) == nil)
      #expect(try record(0, 2, threads: 1) == nil)
      if Accelerator.instructions != nil { #expect(try record(0, 2, usesAccelerator: false) == nil) }
      // Another model in the same place.
      try TemporaryFolder.write("something longer than before, by some words", models[0])
      #expect(try record(0, 2) == nil)
      #expect(PassCostFile(target: "t", draft: nil, threads: nil, usesAccelerator: true, environment: [:]) == nil)
    }
  }

  @Test func `what is no record is none, and is replaced`() throws {
    try TemporaryFolder.with { folder in
      let file = try Self.file(folder)
      file.keep(Self.record)
      let text = try TemporaryFolder.read(file.path)
      for end in stride(from: 0, to: text.utf8.count, by: 7) {
        try TemporaryFolder.write(String(decoding: text.utf8.prefix(end), as: UTF8.self), file.path)
        #expect(file.record == nil)
      }
      for garbage in ["[]", "{}", "null", text + "}", text.replacing("40.25", with: "\"40\"")] {
        try TemporaryFolder.write(garbage, file.path)
        #expect(file.record == nil, "\(garbage)")
      }
      file.keep(Self.record)
      #expect(file.record == Self.record)
    }
  }

  @Test func `a cache that cannot be written is nobody's trouble`() throws {
    try TemporaryFolder.with { folder in
      try TemporaryFolder.write("no folder", folder + "/basic")
      let file = try Self.file(folder)
      file.keep(Self.record)
      #expect(file.record == nil)
    }
  }

  @Test(.enabled(if: CommandLineTool.hasModels, Comment(rawValue: CommandLineTool.noModels)))
  func `generate keeps what it measured, and goes by it the next time`() throws {
    try TemporaryFolder.with { folder in
      let arguments = [
        "generate", CommandLineTool.example, "--max-tokens", "20", "--threads", "1", "--no-check", "--format", "json",
      ]
      var tool = CommandLineTool(folder: folder)
      tool.environment = ["XDG_CACHE_HOME": folder]
      func probeSeconds() throws -> Double {
        let outcome = try tool.run(arguments)
        let json = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
        return try #require((json?["decoding"] as? [String: Any])?["probeSeconds"] as? Double)
      }
      #expect(try probeSeconds() > 0)
      #expect(try TemporaryFolder.names(folder + "/basic/passes").count == 1)
      // On a busy machine a pass may take three times as long for once.
      var isBelieved = false
      for _ in 0..<10 where !isBelieved { isBelieved = try probeSeconds() == 0 }
      #expect(isBelieved)
    }
  }
}
