import CAccelerator

/// How fast this machine reads its memory and multiplies bytes, and so the least time that a pass can take.
///
/// A pass reads all weights once, and multiplies and adds each with every token: neither can be faster than the machine, and at best
/// they overlap (Williams, Waterman and Patterson: "Roofline", 2009). What else a pass does, attention and norms, is left out.
public struct ProcessorRoofline: Sendable, Equatable {
  /// How many threads work together.
  public let threads: Int
  /// The bytes a second that they read from memory.
  public let bytesPerSecond: Double
  /// The multiplications and additions a second of bytes that they make out of registers, with the accelerator's instructions; nil
  /// where there is none.
  public let operationsPerSecond: Double?

  /// Measures this machine; takes about a third of a second, and some hundred megabytes.
  static func measure(threads: Int) -> ProcessorRoofline {
    let operations = machine_operations_per_second(packed_kernel_best(), Int32(threads), 50)
    return ProcessorRoofline(
      threads: threads, bytesPerSecond: machine_bytes_per_second(Int32(threads), 150),
      operationsPerSecond: operations > 0 ? operations : nil)
  }

  /// The greater speeds of two measurements: what is looked for is what the machine can do.
  public func best(of other: ProcessorRoofline) -> ProcessorRoofline {
    ProcessorRoofline(
      threads: threads, bytesPerSecond: max(bytesPerSecond, other.bytesPerSecond),
      operationsPerSecond: [operationsPerSecond, other.operationsPerSecond].compactMap(\.self).max())
  }

  /// Memory alone.
  public var withoutProducts: ProcessorRoofline {
    ProcessorRoofline(threads: threads, bytesPerSecond: bytesPerSecond, operationsPerSecond: nil)
  }

  /// The least milliseconds that a pass over some tokens takes, with the accelerator's instructions. Of weights that are not multiplied as
  /// bytes memory alone is counted.
  ///
  /// - Returns: nil where the weights may stay in a cache and nothing is known of the products.
  public func milliseconds(tokens: Int, of size: PassSize) -> Double? {
    // What is smaller may stay in a cache. A few processors have larger ones.
    let reading = size.bytes >= 512 << 20 && bytesPerSecond > 0 ? Double(size.bytes) / bytesPerSecond : nil
    let multiplying =
      size.integers > 0 ? operationsPerSecond.map { 2 * Double(size.integers) * Double(tokens) / $0 } : nil
    return [reading, multiplying].compactMap(\.self).max().map { $0 * 1000 }
  }
}
