/// What can be said about an extension without a compiler, and that no compiler says: whether Python could call it.
enum BindingCheck {
  static func findings(_ extension: CandidateSource.Extension, kind: CandidateSource.Kind) -> [CompileReport.Finding] {
    let cuda = SourceScan(`extension`.cudaSources.map(\.text).joined(separator: "\n"))
    var found = kernelFindings(cuda)
    if kind == .loadInline {
      let cpp = SourceScan(`extension`.cppSources.map(\.text).joined(separator: "\n"))
      found += functionFindings(`extension`.functions, cuda: cuda, cpp: cpp)
    }
    return found
  }

  private static func kernelFindings(_ cuda: SourceScan) -> [CompileReport.Finding] {
    let kernels = cuda.kernels
    if kernels.isEmpty {
      return [.init("no-kernel", .warning, "The CUDA source defines no kernel (no __global__ function).")]
    }
    return kernels.filter { !cuda.isUsed(kernel: $0) }.map {
      .init("kernel-never-launched", .warning, "The kernel \($0) is defined and never launched.")
    }
  }

  private static func functionFindings(
    _ functions: [String]?, cuda: SourceScan, cpp: SourceScan
  ) -> [CompileReport.Finding] {
    let module = "PYBIND11_MODULE"
    let modules = [cuda, cpp].filter { $0.contains(module) }.count
    guard let functions else {
      if modules == 0 {
        return [.init("no-module", .error, "Nothing binds the extension to Python: pass functions=[…] to load_inline.")]
      }
      return modules < 2 ? [] : [moduleTwice("cpp_sources and cuda_sources both have a \(module)")]
    }
    var found: [CompileReport.Finding] = []
    if modules > 0 {
      found.append(moduleTwice("load_inline makes one from functions=[…], and the source has its own"))
    }
    for name in functions {
      if !cpp.mentions(function: name) {
        found.append(
          .init(
            "functions-undeclared", .error,
            "functions names \(name), but cpp_sources does not declare it, so the binding does not compile: put its "
              + "declaration (its signature and a semicolon) into cpp_sources."))
      } else if !cpp.defines(function: name), !cuda.defines(function: name) {
        found.append(
          .init("functions-undefined", .warning, "functions names \(name), and no source seems to define it."))
      }
    }
    return found
  }

  private static func moduleTwice(_ how: String) -> CompileReport.Finding {
    .init("module-defined-twice", .error, "There are two Python modules (\(how)), which does not link: keep one.")
  }
}
