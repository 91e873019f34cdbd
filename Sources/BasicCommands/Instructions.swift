import ArgumentParser
import CUDAToolchain
import GPUModels
import PTX
import VirtualGPU

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// `basic instructions`: which PTX instructions kernels consist of, and whether the virtual GPU executes them.
struct Instructions: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say which PTX instructions kernels consist of, and which of them the virtual GPU executes.",
    discussion: """
      Files are PTX (.ptx), CUDA (.cu), candidates with CUDA in Python (.py), or lines of JSON with a "candidate" or "code" \
      each (.jsonl); all but PTX are compiled with nvcc first, and not run. Counts are of the kernels' text. The status is 1 \
      if something is not executed, 64 if a file cannot be read.

      Examples:
        basic instructions program.cu
        basic instructions kernels/*.ptx
        basic instructions candidates.jsonl --format json
      """)

  @Argument(
    help: ArgumentHelp("PTX, CUDA, Python or JSON lines.", valueName: "file"),
    completion: .file(extensions: ["ptx", "cu", "py", "jsonl"]))
  var files: [String]

  @Option(help: ArgumentHelp("The GPU for whose architecture nvcc compiles.", valueName: "name"))
  var gpu = GPUModel.h100

  @Option(help: ArgumentHelp("How the table is shown.", valueName: "format"))
  var format: OutputFormat = .text

  struct Report: Encodable {
    var schemaVersion = 1
    /// Sources that gave PTX, and those that did not.
    var sources = 0
    var refused = 0
    var forms: [InstructionCoverage.Form] = []
    var executed: Int { forms.count { $0.uncovered == 0 } }

    enum CodingKeys: String, CodingKey { case schemaVersion, sources, refused, forms }
  }

  func run() async throws {
    let command = self
    let report = try await Interruption.cancels { try await command.collect() }
    switch format {
    case .json: try Console.standardOutput.deliver(try JSON.document(report))
    case .text: try Console.standardOutput.deliver(Self.table(report))
    }
    if report.executed < report.forms.count { throw CommandFailure(.badResult) }
  }

  private func collect() async throws -> Report {
    let context = ProcessContext.current
    let finder = CandidateCompiler(environment: context.environment, executable: context.executable)
    var report = Report()
    var coverage = InstructionCoverage()
    var check: CompileCheck?
    for file in files {
      for text in try Self.sources(file) {
        var modules = [text]
        if !file.hasSuffix(".ptx") {
          if check == nil {
            let toolchain = try await Toolchain.find(environment: context.environment, roots: finder.roots)
            check = CompileCheck(toolchain: toolchain, cache: nil)
          }
          modules = try await compile(text, of: file, with: check)
        }
        report.sources += modules.isEmpty ? 0 : 1
        report.refused += modules.isEmpty ? 1 : 0
        for module in modules {
          do {
            coverage.add(try PTXModule.read(module))
          } catch {
            throw CommandFailure(.usage, "\(file): the PTX could not be read. \(error.message)")
          }
        }
      }
    }
    report.forms = coverage.forms
    return report
  }

  private func compile(_ text: String, of file: String, with check: CompileCheck?) async throws -> [String] {
    guard let check else { return [] }
    let source =
      file.hasSuffix(".cu")
      ? CandidateSource.cudaProgram(text) : try await CandidateSource.read(text, toolchain: check.toolchain)
    return try await check.ptx(source, for: gpu)
  }

  /// The texts that a file holds: one, or in JSON lines one for each line.
  private static func sources(_ file: String) throws -> [String] {
    guard [".ptx", ".cu", ".py", ".jsonl"].contains(where: file.hasSuffix) else {
      throw CommandFailure(.usage, "\(file) is no .ptx, .cu, .py or .jsonl file.")
    }
    guard let bytes = FileManager.default.contents(atPath: file) else {
      throw CommandFailure(.usage, "There is no file \(file), or it cannot be read.")
    }
    let text = String(decoding: bytes, as: UTF8.self)
    guard file.hasSuffix(".jsonl") else { return [text] }
    struct Line: Decodable {
      var candidate: String?
      var code: String?
    }
    return try text.split(whereSeparator: \.isNewline).enumerated().map { number, line in
      guard let row = try? JSONDecoder().decode(Line.self, from: Data(line.utf8)), let code = row.candidate ?? row.code
      else {
        throw CommandFailure(.usage, "\(file), line \(number + 1): no JSON object with a \"candidate\" or \"code\".")
      }
      return code
    }
  }

  private static func table(_ report: Report) -> String {
    let width = max(report.forms.map(\.text.count).max() ?? 0, 11)
    var text = ""
    var kind: InstructionKind?
    for form in report.forms {
      if form.kind != kind {
        kind = form.kind
        let own = report.forms.filter { $0.kind == form.kind }
        let executed = own.count { $0.uncovered == 0 }
        text += (text.isEmpty ? "" : "\n") + "\(form.kind.rawValue): \(executed) of \(own.count)\n"
      }
      let name = form.text + String(repeating: " ", count: width - form.text.count)
      let count = String(repeating: " ", count: max(0, 8 - "\(form.count)".count)) + "\(form.count)"
      let state = form.uncovered == 0 ? "executed" : "not executed (\(form.uncovered)): \(form.reason ?? "")"
      text += "  \(name) \(count)  \(state)\n"
    }
    let refused = report.refused == 0 ? "" : ", \(report.refused) more gave no PTX"
    return text + (text.isEmpty ? "" : "\n")
      + "\(report.executed) of \(report.forms.count) forms are executed; \(report.sources) sources\(refused)\n"
  }
}
