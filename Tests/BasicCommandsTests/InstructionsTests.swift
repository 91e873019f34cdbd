import Foundation
import Testing

@Suite(.enabled(if: CommandLineTool.isBuilt, Comment(rawValue: CommandLineTool.notBuilt)))
struct InstructionsTests {
  private static let head = ".version 8.7\n.target sm_90\n.address_size 64\n.visible .entry k()\n{\n.reg .b32 %r<4>;\n"

  @Test func `a table of PTX says what is executed, and the status whether all is`() throws {
    try TemporaryFolder.with { folder in
      try TemporaryFolder.write(Self.head + "add.s32 %r1, %r2, %r3;\nret;\n}\n", folder + "/a.ptx")
      try TemporaryFolder.write(Self.head + "vadd.s32.s32.s32 %r1, %r2, %r3;\nret;\n}\n", folder + "/b.ptx")
      let good = try CommandLineTool(folder: folder).run(["instructions", "a.ptx"])
      #expect(good.status == 0, "\(good.errors)")
      #expect(good.output.contains("2 of 2 forms are executed; 1 sources"))
      let bad = try CommandLineTool(folder: folder).run(["instructions", "a.ptx", "b.ptx"])
      #expect(bad.status == 1)
      #expect(bad.output.contains("not executed (1)"))
      #expect(bad.output.contains("2 of 3 forms are executed; 2 sources"))
    }
  }

  @Test(arguments: [("none.ptx", "There is no file"), ("a.txt", "is no .ptx"), ("bad.jsonl", "line 1")])
  func `a file that cannot be read is a wrong call`(name: String, sentence: String) throws {
    try TemporaryFolder.with { folder in
      try TemporaryFolder.write("{}\n", folder + "/bad.jsonl")
      let outcome = try CommandLineTool(folder: folder).run(["instructions", name])
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
    }
  }
}
