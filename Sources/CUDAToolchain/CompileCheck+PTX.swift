public import GPUModels

extension CompileCheck {
  /// The PTX of a candidate's device code, one text for each of its extensions that nvcc accepts.
  ///
  /// The binding is not waited for to be right: what counts is whether nvcc left PTX.
  ///
  /// - Throws: ``CUDAToolchainError`` where there is no compiler; `CancellationError` when the task is cancelled.
  public func ptx(_ source: CandidateSource, for gpu: GPUModel) async throws -> [String] {
    guard let compiler = toolchain.compiler else {
      throw CUDAToolchainError(
        .noCompiler, "\(toolchain.reason ?? "No CUDA compiler was found.") `basic doctor` says what was looked for.")
    }
    let deadline = ContinuousClock.now.advanced(by: timeLimit)
    return try await Folders.withTemporary { folder in
      let resources = try ResourceFolder(environment: toolchain.environment, fallback: folder)
      var texts: [String] = []
      for (number, one) in source.extensions.enumerated() where one.isComplete {
        let own = "\(folder)/\(number)"
        _ = try await ExtensionCompilation(
          source: one, kind: source.kind, compiler: compiler, toolchain: toolchain, resources: resources, folder: own,
          gpu: gpu, deadline: deadline, logLimit: logLimit
        ).run()
        if let text = Folders.read(own + "/cuda.ptx", limit: 1 << 28) { texts.append(text) }
      }
      return texts
    }
  }
}
