import GPUModels

/// A GPU as the worker's device describes itself with it.
enum GPUDescription {
  static func json(_ gpu: GPUModel) -> JSONValue {
    .object([
      "name": .string(gpu.productName),
      "computeCapability": .array([.integer(gpu.computeCapability / 10), .integer(gpu.computeCapability % 10)]),
      "memoryBytes": .integer(gpu.memory << 30),
      "multiprocessors": .integer(gpu.multiprocessorCount),
    ])
  }
}
