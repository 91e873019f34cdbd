/// What the counters of a real GPU say about the launches of one kernel in one call.
public struct KernelProfile: Sendable, Hashable, Codable {
  /// The kernel's name and its parameters, as the profiler writes them.
  public var kernel: String
  /// How often one call launches it. The other members are sums over these launches, unless they say otherwise.
  public var launches: Int
  /// Seconds on the GPU, with the clocks as they are and empty caches.
  public var seconds: Double?
  /// Bytes read from the GPU's memory.
  public var bytesRead: Double?
  /// Bytes written to it.
  public var bytesWritten: Double?
  /// Sectors of 32 bytes that a request of a warp to global memory takes, loads and stores together; 4 is the least for 32 lanes of
  /// 4 bytes each.
  public var sectorsPerRequest: Double?
  /// Additional passes over shared memory for want of banks.
  public var bankConflicts: Double?
  /// Instructions of warps.
  public var instructions: Double?
  /// Warps that are active, in percent of those that a multiprocessor holds: a mean, weighed by time.
  public var occupancy: Double?
  /// How far the multiprocessors are used, in percent of what they can do: a mean, weighed by time.
  public var computeThroughput: Double?
  /// How far the most used part of the way to memory is used, in percent: a mean, weighed by time.
  public var memoryThroughput: Double?
  /// Registers of a thread: the most of all launches.
  public var registers: Int?
}

extension KernelProfile {
  /// In a line: what limits the kernel, for a person and for a model.
  public var sentence: String {
    var parts: [String] = []
    if let seconds { parts.append(Judgement.duration(seconds)) }
    if let bytesRead, let bytesWritten {
      parts.append("\(Self.bytes(bytesRead)) read, \(Self.bytes(bytesWritten)) written")
    }
    if let memoryThroughput, let computeThroughput {
      parts.append(
        "memory \(Judgement.number(memoryThroughput)) % and multiprocessors \(Judgement.number(computeThroughput)) % used"
      )
    }
    if let sectorsPerRequest { parts.append("\(Judgement.number(sectorsPerRequest)) sectors per request") }
    if let occupancy { parts.append("occupancy \(Judgement.number(occupancy)) %") }
    if let bankConflicts, bankConflicts > 0 { parts.append("\(Judgement.number(bankConflicts)) bank conflicts") }
    if let registers { parts.append("\(registers) registers") }
    return parts.joined(separator: ", ")
  }

  private static func bytes(_ count: Double) -> String {
    let units = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")]
    let unit = units.first { count >= $0.0 } ?? (1, "bytes")
    return "\(Judgement.number(count / unit.0)) \(unit.1)"
  }
}
