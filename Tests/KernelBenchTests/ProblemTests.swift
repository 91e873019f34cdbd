import Foundation
import KernelBench
import Testing

@Suite struct `A problem` {
  private static func make(_ text: String, path: String = "mine.py") throws -> Problem {
    try Problem(bytes: Array(text.utf8), origin: .file(path))
  }

  @Test func `takes its place and names from its path`() throws {
    let relu = try Self.make(moduleSource, path: "KernelBench/level1/19_ReLU.py")
    #expect(relu.id == ProblemID(level: 1, problem: 19))
    #expect(relu.name == "ReLU")
    #expect(relu.outputName == "level_1_problem_19")
    #expect(relu.notes.isEmpty)
    let prompt = try Self.make("Write a kernel.", path: "prompts/prompt_2_40.txt")
    #expect(prompt.kind == .plainPrompt)
    #expect(prompt.id == ProblemID(level: 2, problem: 40))
    let example = try Self.make(moduleSource, path: "Examples/01_swish.py")
    #expect(example.id == nil)
    #expect(example.name == "swish")
    #expect(example.outputName == "01_swish")
  }

  @Test(arguments: [
    ("a/my module.py", "my_module_"), ("größe.py", "gr____e_"), ("--help.py", "_-help_"), ("..py", "__"),
  ])
  func `has an output name that is safe in any shell`(path: String, prefix: String) throws {
    let name = try Self.make(moduleSource, path: path).outputName
    #expect(name.hasPrefix(prefix))
    #expect(name.utf8.count == prefix.utf8.count + 8)
    #expect(try Self.make(moduleSource + "# more", path: "b/" + path).outputName == name)
  }

  @Test func `from standard input is named by its content`() throws {
    let problem = try Problem(bytes: Array(moduleSource.utf8), origin: .standardInput)
    #expect(problem.outputName.hasPrefix("stdin_") && problem.outputName.utf8.count == 14)
    let other = try Problem(bytes: Array((moduleSource + " ").utf8), origin: .standardInput)
    #expect(problem.outputName != other.outputName)
  }

  @Test func `keeps its text but for the byte order mark`() throws {
    let text = moduleSource.replacingOccurrences(of: "\n", with: "\r\n")
    #expect(try Self.make("\u{FEFF}" + text).source.utf8.elementsEqual(text.utf8))
  }

  @Test func `on standard input is told by its text`() throws {
    func kind(_ text: String) throws -> Problem.Kind {
      try Problem(bytes: Array(text.utf8), origin: .standardInput).kind
    }
    #expect(try kind(moduleSource) == .module)
    #expect(try kind("For this:\r\n\r\ndef f(x):\r\n  return x\r\n\r\nC code begins:\r\n") == .plainPrompt)
    #expect { try kind("Hello") } throws: { "\($0)".hasPrefix("Standard input is no problem") }
  }

  @Test func `without get_init_inputs has a note`() throws {
    let text = moduleSource.replacingOccurrences(of: "def get_init_inputs", with: "def other")
    #expect(try Self.make(text).notes == ["mine.py has no get_init_inputs(); Model is made without arguments."])
  }

  @Test(arguments: [
    ("", KernelBenchError.Code.empty, "mine.py is empty."),
    (" \r\n\t", .empty, "mine.py is empty."),
    ("x = 1\n\0", .notUTF8, "is not UTF-8"),
    ("x = 1", .invalidProblem, "Name the module to be replaced Model."),
    ("class ModelNew:\n  pass\n", .invalidProblem, "may be an answer"),
    ("class Net:\n  pass\n", .invalidProblem, "rename it to Model"),
    ("'''\nclass Model:\n'''\n# class Model:\ndef get_inputs(): pass\n", .invalidProblem, "no `class Model`"),
    ("if 1:\n  class Model: pass\ndef get_inputs(): pass\n", .invalidProblem, "no `class Model`"),
    ("class Model: pass\n# def get_inputs():\n", .invalidProblem, "no `def get_inputs`"),
  ])
  func `that is none is refused with a sentence`(text: String, code: KernelBenchError.Code, part: String) {
    #expect { try Self.make(text) } throws: {
      ($0 as? KernelBenchError)?.code == code && "\($0)".contains(part) && "\($0)".hasPrefix("mine.py")
    }
  }

  @Test func `in another encoding or of another size is refused`() {
    func code(_ bytes: [UInt8]) -> KernelBenchError.Code? {
      do throws(KernelBenchError) {
        _ = try Problem(bytes: bytes, origin: .file("mine.py"))
        return nil
      } catch {
        return error.code
      }
    }
    #expect(code([0xFF, 0xFE, 0x61, 0x00]) == .notUTF8)
    #expect(code(Array(moduleSource.utf8) + [0xC3, 0x28]) == .notUTF8)
    #expect(code([UInt8](repeating: 0x61, count: Problem.maximumByteCount + 1)) == .tooLarge)
  }
}

@Suite struct `A loader` {
  @Test func `reads files by path and by name from the checkout`() throws {
    try withTemporaryFolder { folder in
      try write(["level1/19_ReLU.py": moduleSource, "mine.py": moduleSource], in: folder)
      let loader = ProblemLoader(directory: folder, environment: [:])
      #expect(try loader.load(ProblemReference("1/19")).origin == .file(folder + "/level1/19_ReLU.py"))
      #expect(try loader.load(ProblemReference("ReLU")).id == ProblemID(level: 1, problem: 19))
      #expect(try loader.load(ProblemReference(folder + "/mine.py")).name == "mine")
    }
  }

  @Test func `says what is wrong with a path`() throws {
    try withTemporaryFolder { folder in
      try write(["mine.py": moduleSource], in: folder)
      let loader = ProblemLoader(directory: nil, environment: ["KERNELBENCH_DIR": folder])
      #expect { try loader.load(.path(folder + "/mime.py")) } throws: {
        ($0 as? KernelBenchError)?.code == .problemNotFound && "\($0)".contains("Did you mean \(folder)/mine.py?")
      }
      #expect { try loader.load(.path(folder + "/mine.py/x")) } throws: {
        ($0 as? KernelBenchError)?.code == .problemNotFound
      }
      #expect { try loader.load(.path(folder)) } throws: {
        ($0 as? KernelBenchError)?.code == .unreadable && "\($0)".contains("is a folder")
      }
      #expect { try loader.load(.name("absent.py")) } throws: {
        ($0 as? KernelBenchError)?.code == .problemNotFound && "\($0)".hasPrefix("There is no file absent.py here.")
      }
    }
  }

  @Test func `does not read a file without an end`() {
    let loader = ProblemLoader(directory: nil, environment: [:])
    #expect { try loader.load(.path("/dev/zero")) } throws: { ($0 as? KernelBenchError)?.code == .tooLarge }
  }

  @Test func `reads standard input`() throws {
    let loader = ProblemLoader(directory: nil, environment: [:]) { () throws(KernelBenchError) in
      Array(moduleSource.utf8)
    }
    #expect(try loader.load(.standardInput).origin == .standardInput)
  }
}
