/// Loads models on a thread of its own: that takes seconds, and waits for the disk.
public actor LlamaLoader {
  private let executor = EngineExecutor()

  /// The loader's own thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Makes a loader.
  public init() {}

  /// Loads a model.
  ///
  /// - Parameter progress: called with the share that is loaded, from 0 to 1.
  /// - Throws: ``LlamaRuntimeError``; `CancellationError` where the task is cancelled meanwhile.
  public func load(
    path: String, gpuLayers: Int = -1, usesAccelerator: Bool = true,
    progress: @escaping @Sendable (Float) -> Void = { _ in }
  ) throws -> LlamaModel {
    try LlamaModel(path: path, gpuLayers: gpuLayers, usesAccelerator: usesAccelerator) { share in
      progress(share)
      return !Task.isCancelled
    }
  }
}
