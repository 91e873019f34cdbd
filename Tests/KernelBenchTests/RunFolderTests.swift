import Foundation
import KernelBench
import Testing

@Suite struct `A run folder` {
  private static func name(_ problem: Int, _ sample: Int, _ content: RunFileName.Content) -> String {
    RunFileName(ProblemID(level: 1, problem: problem), sample: sample, content: content).description
  }

  @Test func `comes back as it was written`() throws {
    try withTemporaryFolder { folder in
      let writer = try RunFolderWriter(path: folder + "/runs/mine", level: 1)
      try writer.write(kernel: "kernel 2", prompt: "prompt 2", problem: 2, sample: 0)
      try writer.write(kernel: "kernel 10", prompt: nil, problem: 10, sample: 3)
      try writer.write(kernel: "first\0é\r\n", prompt: "", problem: 10, sample: 0)
      try writer.write(sampleResults)
      try writer.write(PassAtKResults(sampleResults, ks: [1]))
      let configuration = GenerationConfiguration([.init("model_name", .string("m")), .init("level", .integer(1))])
      try writer.write(configuration)
      let read = try RunFolder(path: folder + "/runs/mine")
      #expect(read.name == "mine" && read.level == 1 && read.notes.isEmpty)
      #expect(read.results == sampleResults && read.configuration == configuration)
      #expect(read.samples.map { "\($0.id.problem).\($0.sample)" } == ["2.0", "10.0", "10.3"])
      #expect(try read.samples.map { try read.kernel(of: $0) } == ["kernel 2", "first\0é\r\n", "kernel 10"])
      #expect(try read.samples.map { try read.prompt(of: $0) } == ["prompt 2", "", nil])
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder + "/runs/mine").sorted()
          == [
            "eval_results.json", "generation_config.yaml", Self.name(10, 0, .kernel), Self.name(10, 0, .prompt),
            Self.name(10, 3, .kernel), Self.name(2, 0, .kernel), Self.name(2, 0, .prompt), "pass_at_k_results.json",
          ].sorted())
      // A second export replaces the first.
      try writer.write(kernel: "better", prompt: nil, problem: 2, sample: 0)
      #expect(try read.kernel(of: read.samples[0]) == "better")
    }
  }

  @Test func `has one level`() throws {
    try withTemporaryFolder { folder in
      let writer = try RunFolderWriter(path: folder, level: 2)
      try writer.write(kernel: "a", prompt: nil, problem: 1, sample: 0)
      #expect { try RunFolderWriter(path: folder, level: 1) } throws: {
        ($0 as? KernelBenchError)?.code == .invalidResults
      }
      try write([Self.name(1, 0, .kernel): "b", Self.name(2, 0, .kernel): "c"], in: folder)
      let read = try RunFolder(path: folder)
      #expect(read.level == 1 && read.samples.count == 2)
      #expect(read.notes.contains { $0.contains("1 kernels of level 2") })
    }
  }

  @Test func `tells what is missing or strange, and reads the rest`() throws {
    try withTemporaryFolder { folder in
      try write(
        [
          Self.name(1, 0, .kernel): "kernel", Self.name(2, 0, .prompt): "lonely", "notes.txt": "", ".hidden": "",
          "level_01_problem_1_sample_0_kernel.py": "impostor", "eval_results.json": "{\"7\": [{\"sample_id\": 0}",
        ], in: folder)
      var read = try RunFolder(path: folder)
      #expect(read.samples.count == 1 && read.results == nil && read.configuration == nil)
      let notes = read.notes.joined(separator: "\n")
      for part in ["has no kernel beside it", "2 files are none of KernelBench's", "eval_results.json is no JSON"] {
        #expect(notes.contains(part))
      }
      #expect(try read.kernel(of: read.samples[0]) == "kernel")
      try write(["eval_results.json": sampleEvaluation], in: folder)
      read = try RunFolder(path: folder)
      #expect(read.notes.contains { $0.contains("3 results are of samples whose kernels are not there") })
    }
  }

  @Test func `is not taken from nothing`() throws {
    try withTemporaryFolder { folder in
      try write(["a/notes.txt": "", "b": ""], in: folder)
      for path in [folder + "/a", folder + "/b", folder + "/c"] {
        #expect { try RunFolder(path: path) } throws: { ($0 as? KernelBenchError)?.code == .runFolderNotFound }
      }
    }
  }

  @Test func `follows no link, waits for no pipe and reads nothing without an end`() throws {
    try withTemporaryFolder { folder in
      try write(["secret": "secret", "run/\(Self.name(5, 0, .kernel))": "kernel"], in: folder)
      let manager = FileManager.default
      func link(_ name: String, to target: String) throws {
        try manager.createSymbolicLink(atPath: "\(folder)/run/\(name)", withDestinationPath: target)
      }
      try link(Self.name(1, 0, .kernel), to: folder + "/secret")
      try link("eval_results.json", to: "/dev/zero")
      try link("generation_config.yaml", to: "/dev/zero")
      #expect(mkfifo("\(folder)/run/\(Self.name(2, 0, .kernel))", 0o600) == 0)
      try manager.createDirectory(
        atPath: "\(folder)/run/\(Self.name(3, 0, .kernel))", withIntermediateDirectories: true)
      try Data(count: Problem.maximumByteCount + 1).write(
        to: URL(fileURLWithPath: "\(folder)/run/\(Self.name(4, 0, .kernel))"))
      let read = try RunFolder(path: folder + "/run")
      #expect(read.results == nil && read.notes.count == 2 && read.notes.allSatisfy { $0.contains("symbolic link") })
      let codes = read.samples.map { sample in
        do throws(KernelBenchError) {
          _ = try read.kernel(of: sample)
          return KernelBenchError.Code?.none
        } catch { return error.code }
      }
      #expect(codes == [.unreadable, .unreadable, .unreadable, .tooLarge, nil])
      // Writing replaces a link, and not what it leads to.
      let writer = try RunFolderWriter(path: folder + "/run", level: 1)
      try writer.write(kernel: "mine", prompt: nil, problem: 1, sample: 0)
      #expect(try String(contentsOfFile: folder + "/secret", encoding: .utf8) == "secret")
      #expect(try read.kernel(of: read.samples[0]) == "mine")
    }
  }

  @Test func `says where it cannot be written`() throws {
    try withTemporaryFolder { folder in
      try write(["file": ""], in: folder)
      #expect { try RunFolderWriter(path: folder + "/file/run", level: 1) } throws: {
        ($0 as? KernelBenchError)?.code == .unwritable
      }
      let writer = try RunFolderWriter(path: folder + "/run", level: 1)
      try FileManager.default.createDirectory(
        atPath: folder + "/run/eval_results.json/x", withIntermediateDirectories: true)
      #expect { try writer.write(sampleResults) } throws: { ($0 as? KernelBenchError)?.code == .unwritable }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/run") == ["eval_results.json"])
    }
  }
}
