import CUDAToolchain

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// NVIDIA's profiler of kernels, `ncu`, where it is installed.
struct NsightCompute: Sendable, Hashable {
  /// Its path, with no link in it.
  let executable: String

  /// Looks for it: `BASIC_NCU`, then `PATH`, then where CUDA's installers put it. An empty `BASIC_NCU` means none.
  static func find(_ environment: [String: String]) -> NsightCompute? {
    let candidates: [String]
    if let named = environment["BASIC_NCU"] {
      candidates = [named]
    } else {
      let path = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
      let versions = (try? FileManager.default.contentsOfDirectory(atPath: installation)) ?? []
      candidates =
        (path + ["/usr/local/cuda/bin"] + versions.sorted(by: >).map { "\(installation)/\($0)" })
        .map { $0 + "/ncu" }
    }
    let found = candidates.first { $0.hasPrefix("/") && FileManager.default.isExecutableFile(atPath: $0) }
    return found.map { NsightCompute(executable: URL(filePath: $0).resolvingSymlinksInPath().path) }
  }

  private static let installation = "/opt/nvidia/nsight-compute"

  /// What it reads beside itself: the one in CUDA's `bin` is a script that looks for the program in a folder beside `bin`, and where
  /// NVIDIA's packages put it.
  var readable: [String] {
    let folder = URL(filePath: executable).deletingLastPathComponent()
    let own = folder.lastPathComponent == "bin" ? folder.deletingLastPathComponent() : folder
    return [own.path] + [Self.installation].filter { FileManager.default.fileExists(atPath: $0) }
  }

  /// The counters that are asked for. The names are those of NVIDIA's profiler for compute capability 7.0 and above.
  enum Metric: String, CaseIterable {
    case time = "gpu__time_duration.sum"
    case bytesRead = "dram__bytes_read.sum"
    case bytesWritten = "dram__bytes_write.sum"
    case loadSectors = "l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum"
    case loadRequests = "l1tex__t_requests_pipe_lsu_mem_global_op_ld.sum"
    case storeSectors = "l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum"
    case storeRequests = "l1tex__t_requests_pipe_lsu_mem_global_op_st.sum"
    case bankConflicts = "l1tex__data_bank_conflicts_pipe_lsu_mem_shared.sum"
    case instructions = "smsp__inst_executed.sum"
    case occupancy = "sm__warps_active.avg.pct_of_peak_sustained_active"
    case compute = "sm__throughput.avg.pct_of_peak_sustained_elapsed"
    case memory = "gpu__compute_memory_throughput.avg.pct_of_peak_sustained_elapsed"
    case registers = "launch__registers_per_thread"
  }

  /// Before a program's own words: that program is profiled between its calls of `cuProfilerStart` and `cuProfilerStop`, and what
  /// was counted is in a file when it ends.
  func command(log: String) -> [String] {
    [
      executable, "--csv", "--log-file", log, "--print-units", "base", "--profile-from-start", "off",
      "--clock-control", "none", "--target-processes", "application-only", "--launch-count", "\(Self.mostLaunches)",
      "--metrics", Metric.allCases.map(\.rawValue).joined(separator: ","),
    ]
  }

  /// Launches that are looked at: each is repeated several times.
  private static let mostLaunches = 200
}
