import Foundation
import KernelBench
import KernelPrompting
import Testing

@testable import BasicCommands

struct ModelFilesTests {
  @Test func `the folders are looked in in their order`() {
    let folders = ModelFiles.folders(environment: ["HOME": "/home/me"], executable: "/opt/basic/.build/debug/basic")
    #expect(
      folders == [
        "/opt/basic/.build/debug/Models", "/opt/basic/.build/Models", "/opt/basic/Models", "/opt/Models",
        "/opt/basic/.build/share/basic/models", "/home/me/.local/share/basic/models", "/usr/local/share/basic/models",
        "/usr/share/basic/models",
      ])
    let data = ModelFiles.folders(
      environment: ["HOME": "/home/me", "XDG_DATA_HOME": "/data"], executable: "/usr/local/bin/basic")
    #expect(data.contains("/data/basic/models"))
    #expect(data.contains("/usr/local/share/basic/models"))
    #expect(!data.contains { $0.hasPrefix("/home/me") })
    // What the standard says: a relative folder there counts for nothing.
    #expect(
      !ModelFiles.folders(environment: ["XDG_DATA_HOME": "data"], executable: "/b").contains { !$0.hasPrefix("/") })
  }

  @Test func `BASIC_MODELS is a wish, and nothing else is taken`() {
    #expect(
      ModelFiles.folders(environment: ["BASIC_MODELS": "mine", "HOME": "/home/me"], executable: "/b/c") == ["mine"])
    #expect(ModelFiles.folders(environment: ["BASIC_MODELS": ""], executable: "/b/c").first == "/b/Models")
  }

  @Test func `the first folder that has a target is taken`() throws {
    try TemporaryFolder.with { folder in
      let far = folder + "/share/basic/models"
      try FileManager.default.createDirectory(atPath: far, withIntermediateDirectories: true)
      try TemporaryFolder.write("", far + "/" + ModelFiles.targetName)
      #expect(ModelFiles.find(environment: [:], executable: folder + "/bin/basic")?.target.hasPrefix(far) == true)
      try FileManager.default.createDirectory(atPath: folder + "/Models", withIntermediateDirectories: true)
      try TemporaryFolder.write("", folder + "/Models/" + ModelFiles.targetName)
      let files = ModelFiles.find(environment: [:], executable: folder + "/bin/basic")
      #expect(files?.draft == folder + "/Models/" + ModelFiles.draftName)
    }
  }
}

struct OutputNamesTests {
  private let module = Array("class Model:\n  pass\ndef get_inputs():\n  return []\n".utf8)

  @Test func `a problem of KernelBench has KernelBench's names`() throws {
    let names = OutputNames(try Problem(bytes: module, origin: .file("KernelBench/level2/40_Matmul.py")))
    #expect(names.kernel(.python) == "level_2_problem_40_sample_0_kernel.py")
    #expect(names.kernel(.cuda) == "level_2_problem_40_sample_0_kernel.cu")
    #expect(names.prompt == "level_2_problem_40_sample_0_prompt.txt")
    #expect(names.answer == "level_2_problem_40_sample_0_answer.txt")
    #expect(names.report == "level_2_problem_40_sample_0_report.json")
  }

  @Test func `any other problem has its file's name`() throws {
    let names = OutputNames(try Problem(bytes: module, origin: .file("/tmp/mine.py")))
    #expect(names.kernel(.python) == "mine_kernel.py")
    #expect(names.kernel(.cuda) == "mine_kernel.cu")
    #expect(names.report == "mine_report.json")
    for name in [names.prompt, names.answer] { #expect(!name.contains("/")) }
  }
}

struct OutputFolderTests {
  @Test func `checking a folder leaves nothing behind`() throws {
    try TemporaryFolder.with { folder in
      _ = try OutputFolder(checking: folder + "/a/b")
      #expect(try TemporaryFolder.names(folder).isEmpty)
      try TemporaryFolder.write("", folder + "/file")
      for path in ["", folder + "/file", folder + "/file/below"] {
        #expect(throws: CommandFailure.self) { try OutputFolder(checking: path) }
      }
    }
  }

  @Test func `files appear together or not at all`() throws {
    try TemporaryFolder.with { folder in
      let output = try OutputFolder(checking: folder + "/out/")
      try output.keep([("a", "1"), ("b", "2")])
      #expect(try TemporaryFolder.names(folder + "/out") == ["a", "b"])
      try FileManager.default.createDirectory(atPath: folder + "/out/c", withIntermediateDirectories: true)
      #expect(throws: FileError.self) { try output.keep([("a", "new"), ("c", "in the way")]) }
      #expect(try TemporaryFolder.read(folder + "/out/a") == "1")
      #expect(try TemporaryFolder.names(folder + "/out") == ["a", "b", "c"])
      try output.keep([("a", "new")], removing: ["a", "b"])
      #expect(try TemporaryFolder.names(folder + "/out") == ["a", "c"])
      #expect(try TemporaryFolder.read(folder + "/out/a") == "new")
    }
  }

  @Test(arguments: [("a/b", "a"), ("a", "."), ("/a", "/"), ("/", "/"), ("a/b/", "a"), ("/a/b/c", "/a/b")])
  func `the folder of a path`(path: String, folder: String) { #expect(Files.folder(of: path) == folder) }
}
