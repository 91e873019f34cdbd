import CUDAToolchain

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// This machine's memory.
enum MachineMemory {
  /// Nine tenths of what the system would give without taking it from others, in bytes.
  static var mostOfFree: Int {
    for line in (Folders.read("/proc/meminfo", limit: 4096) ?? "").split(separator: "\n")
    where line.hasPrefix("MemAvailable:") {
      if let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) {
        return kibibytes / 10 * 9 * 1024
      }
    }
    return Int(ProcessInfo.processInfo.physicalMemory / 10 * 8)
  }
}
