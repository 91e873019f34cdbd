import CUDAToolchain
import GPUModels
import PTX

/// A file's kernels on their way from PTX to an object for this processor.
struct KernelsFromPTX: Sendable {
  let tools: BuildTools
  let options: TranslationOptions
  let gpu: GPUModel
  let folder: String
  let cache: BuildCache

  /// - Parameters:
  ///   - ptx: the text.
  ///   - name: for files in the folder; each name once.
  ///   - library: the runtime whose headers the kernels include.
  ///   - shown: a path of the source's as a person knows it.
  func build(_ ptx: String, named name: String, library: RuntimeLibrary, shown: (String) -> String) async throws -> (
    object: String, layout: BuiltProgram.Layout
  ) {
    try Folders.write(ptx, to: "\(folder)/\(name).ptx")
    async let assembled = assemble(name)
    let translation = try translate(ptx, shown)
    let key = SHA256.hex(
      (["1", translation.source, RuntimeLibrary.key(tools.clang)] + ProgramBuild.kernelFlags).joined(separator: "\0"))
    let entry: String
    if let known = cache.entry("kernels", key) {
      entry = known
    } else {
      try Folders.write(translation.source, to: "\(folder)/\(name).c")
      entry = try await cache.make("kernels", key, fallback: folder) { entry in
        try await tools.compile(
          ProgramBuild.kernelFlags + ["-I", library.include, "-c", "\(name).c", "-o", entry + "/kernels.o"], in: folder)
      }
    }
    return (entry + "/kernels.o", BuiltProgram.Layout(translation, assembled: await assembled))
  }

  private func translate(_ ptx: String, _ shown: (String) -> String) throws -> KernelTranslation {
    do {
      var module = try PTXModule.read(ptx)
      module.files = module.files.mapValues(shown)
      return try KernelTranslator.translate(module, options: options)
    } catch let error as PTXError {
      throw VirtualGPUError(.unsupported, "The kernels' PTX could not be read. \(error.message)")
    } catch let error as TranslationError {
      throw VirtualGPUError(.unsupported, "The kernels could not be translated. \(error.message)")
    }
  }

  /// What ptxas says of each kernel; nothing where it does not accept the PTX.
  private func assemble(_ name: String) async -> [CompileReport.Kernel] {
    guard
      let (ending, log) = try? await tools.run(
        tools.compiler.ptxas, ["-v", "-arch=\(gpu.machine)", "\(name).ptx", "-o", "\(name).cubin"], in: folder),
      ending == .exited(0)
    else { return [] }
    return PTXASOutput(log).kernels
  }
}
