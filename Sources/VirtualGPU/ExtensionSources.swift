import CUDAToolchain

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The files of an extension, as `load_inline` would write them or as `load` was given them.
struct ExtensionSources: Sendable {
  struct Unit: Sendable, Hashable {
    /// The file's name in the build's folder: letters, digits and a few signs.
    var file: String
    var isCUDA: Bool
  }

  /// What is compiled.
  private(set) var units: [Unit] = []
  /// Every file with its text.
  private(set) var files: [(name: String, text: String)] = []
  /// True where anything of CUDA's is in it.
  var usesCUDA: Bool { units.contains { $0.isCUDA } }

  /// - Throws: ``VirtualGPUError`` of the code `refused` or `doesNotCompile`.
  init(_ request: ExtensionRequest) throws {
    try Self.check(request)
    let given = request.sources ?? [:]
    for (name, text) in given.sorted(by: { $0.key < $1.key }) {
      guard Self.isName(name) else {
        throw VirtualGPUError(.refused, "The file name \(name.prefix(100)) is not accepted.")
      }
      try SourceScan.check(text, named: name)
      files.append((name, text))
      switch name.split(separator: ".").last.map(String.init) ?? "" {
      case "cu": units.append(Unit(file: name, isCUDA: true))
      case "cpp", "cc", "cxx", "c++", "c", "C": units.append(Unit(file: name, isCUDA: false))
      default: break
      }
    }
    try addInline(request)
    guard !units.isEmpty else {
      throw VirtualGPUError(.doesNotCompile, "There is nothing to compile: no source in C++ or CUDA.")
    }
  }

  private static func check(_ request: ExtensionRequest) throws {
    let name = request.name
    let isIdentifier =
      !name.isEmpty && name.first?.isNumber == false && name.utf8.count <= 200
      && name.allSatisfy { ($0.isLetter || $0.isNumber || $0 == "_") && $0.isASCII }
    guard isIdentifier else {
      throw VirtualGPUError(
        .doesNotCompile, "The name \(name.prefix(100)) is no identifier of C's, and a module's has to be one.")
    }
    let size = (request.cppSources + request.cudaSources + Array((request.sources ?? [:]).values)).reduce(0) {
      $0 + $1.utf8.count
    }
    guard size <= SourceScan.largest else {
      throw VirtualGPUError(.refused, "The sources are \(size) bytes long; \(SourceScan.largest) is the most.")
    }
    for function in request.functions ?? [:] {
      // PyTorch writes them into the source as they are.
      guard function.key.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "_:<>, ".contains($0)) }) else {
        throw VirtualGPUError(.doesNotCompile, "\(function.key.prefix(100)) is no function's name.")
      }
    }
  }

  private static func isName(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return !name.isEmpty && name.utf8.count <= 200 && parts.count <= 8
      && parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") && !$0.hasPrefix("-") }
      && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-+./".contains($0)) }
  }

  private mutating func addInline(_ request: ExtensionRequest) throws {
    let usesCUDA = !request.cudaSources.isEmpty
    // load_inline writes the C++ file always; load has its own.
    let isInline = request.functions != nil || !request.cppSources.isEmpty || usesCUDA
    guard isInline else { return }
    for (index, text) in request.cppSources.enumerated() {
      try SourceScan.check(text, named: Self.label("cpp_sources", index, request.cppSources.count))
    }
    for (index, text) in request.cudaSources.enumerated() {
      try SourceScan.check(text, named: Self.label("cuda_sources", index, request.cudaSources.count))
    }
    var host = request.leavesOutHeaders ? "" : "#include <torch/extension.h>\n"
    host += Self.numbered(request.cppSources, "cpp_sources")
    if let functions = request.functions {
      host += "#line 1 \"functions\"\nPYBIND11_MODULE(TORCH_EXTENSION_NAME, m) {\n"
      for (name, text) in functions.sorted(by: { $0.key < $1.key }) {
        host += "m.def(\"\(name)\", torch::wrap_pybind_function(\(name)), \"\(Self.escaped(text))\");\n"
      }
      host += "}\n"
    }
    files.append(("basic_main.cpp", host))
    units.append(Unit(file: "basic_main.cpp", isCUDA: false))
    guard usesCUDA else { return }
    var cuda = ""
    if !request.leavesOutHeaders { cuda = "#include <torch/types.h>\n#include <cuda.h>\n#include <cuda_runtime.h>\n" }
    cuda += Self.numbered(request.cudaSources, "cuda_sources")
    files.append(("basic_cuda.cu", cuda))
    units.append(Unit(file: "basic_cuda.cu", isCUDA: true))
  }

  private static func label(_ name: String, _ index: Int, _ count: Int) -> String {
    count > 1 ? "\(name)[\(index)]" : name
  }

  /// The sources one after another; messages name the source and its own lines.
  private static func numbered(_ sources: [String], _ name: String) -> String {
    sources.enumerated().map { index, source in
      "#line 1 \"\(label(name, index, sources.count))\"\n\(source)\n"
    }.joined()
  }

  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\n": "\\n"
      case "\r": "\\r"
      case "?": "\\?"
      default: String(scalar)
      }
    }.joined()
  }

  /// Writes all files below a folder.
  func write(into folder: String) throws {
    for file in files { try Folders.write(file.text, to: "\(folder)/\(file.name)") }
  }
}
