import Foundation
import KernelVerdicts
import Testing
import VirtualGPU

@Suite(.serialized, .enabled(Programs.missing) { await Programs.canBuild() }) struct ProgramTests {
  private static let clean = Programs.names(
    "Programs",
    default: [
      "vector_add", "saxpy_float4", "block_reduce", "warp_reduce", "last_block_reduce", "scan", "histogram",
      "matmul_tiled",
      "softmax", "divergence", "calls", "spin_lock", "producer_consumer", "cooperative_groups", "grid_sync",
      "half_arithmetic",
      "wmma_matmul", "cp_async", "streams", "symbols", "device_printf", "early_return", "local_arrays",
      "atomic_cas_idiom",
    ])

  @Test(arguments: clean) func `a clean program computes what it should, and nothing is found`(_ name: String)
    async throws
  {
    let path = "Programs/\(name).cu"
    let program = try await Programs.build(path, check: .all)
    let (report, output) = try await Programs.run(program, name: path)
    #expect(report.ending == .exited(0), "\(output.suffix(400))")
    #expect(output.hasSuffix("PASS\n"))
    if let expected = Programs.text("Programs/\(name).out") { #expect(output == expected) }
    #expect(report.findings.map(\.message) == [])
    #expect(report.unsupported == [])
    #expect(report.failure == nil)
    #expect(!report.kernels.isEmpty)
    #expect(report.notes == [])
    // Another order of blocks and warps changes nothing.
    let shuffled = try await Programs.run(program, name: path, seed: 11)
    #expect(shuffled.report.ending == .exited(0))
    #expect(shuffled.report.findings.map(\.message) == [])
    #expect(shuffled.output == output)
  }

  private static let planted = Programs.names(
    "Planted",
    default: [
      "add_off_by_one_load", "add_off_by_one_store", "shared_off_by_one", "local_off_by_one", "null_pointer",
      "host_pointer",
      "float4_unaligned", "output_accumulated", "shared_accumulator", "tile_read_too_early",
      "reduction_without_barrier",
      "warp_synchronous", "blocks_one_cell", "last_block_without_fence", "histogram_shared_plain", "barrier_in_branch",
      "barrier_in_loop", "freed_input", "never_freed", "assert_fails", "recursion_without_end", "endless_loop",
      "memcpy_past_end",
    ])

  @Test(arguments: planted) func `a planted bug is found at its line`(_ name: String) async throws {
    let path = "Planted/\(name).cu"
    let text = try #require(Programs.text(path))
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let word = try #require(lines.first?.split(separator: ":").last?.split(separator: " ").first)
    let kind = try #require(Finding.Kind(rawValue: String(word)), "\(word)")
    let marked = Set(lines.indices.filter { lines[$0].contains("<-- here") }.map { $0 + 1 })
    let program = try await Programs.build(path, check: .all)
    let (report, _) = try await Programs.run(
      program, name: path, checksLeaks: kind == .leak, timeLimit: kind == .timeExceeded ? .seconds(3) : .seconds(60))
    let found = report.findings.filter { $0.kind == kind }
    #expect(!found.isEmpty, "found instead: \(report.findings.map { "\($0.kind) \($0.location.line)" })")
    // What the host's own call did has no line in a kernel.
    if found.contains(where: { $0.kernel.isEmpty }) { return }
    #expect(
      found.contains { marked.contains($0.location.line) || marked.contains($0.partner?.location.line ?? 0) },
      "found at \(found.map(\.location.line)), wanted one of \(marked.sorted())")
  }

  private static let host = Programs.names("HostAPI", default: ["errors", "memory", "streams"]).filter {
    Programs.text("HostAPI/\($0).cu") != nil
  }

  @Test(arguments: host) func `the runtime's functions answer as CUDA's do`(_ name: String) async throws {
    let path = "HostAPI/\(name).cu"
    let program = try await Programs.build(path, check: .none)
    let (report, output) = try await Programs.run(program, name: path, check: .none)
    #expect(report.ending == .exited(0))
    #expect(output == Programs.text("HostAPI/\(name).out"))
  }

  @Test func `what is not done is named`() async throws {
    let path = "Unsupported/texture.cu"
    let program = try await Programs.build(path, check: .none)
    let (report, _) = try await Programs.run(program, name: path, check: .none)
    #expect(report.ending != .exited(0))
    #expect(!report.unsupported.isEmpty)
    #expect(
      report.unsupported.contains {
        $0.name.contains("Array") || $0.name.contains("Texture") || $0.what.contains("tex")
      })
  }

  @Test func `a program without a check and with every check prints the same`() async throws {
    let path = "Programs/matmul_tiled.cu"
    let plain = try await Programs.run(
      try await Programs.build(path, check: .none), name: path, check: .none)
    let checked = try await Programs.run(try await Programs.build(path, check: .all), name: path)
    #expect(plain.output == checked.output)
    #expect(plain.report.outputHash == checked.report.outputHash)
  }

  @Test func `one seed gives one result`() async throws {
    let path = "Planted/blocks_one_cell.cu"
    let program = try await Programs.build(path, check: .all)
    let first = try await Programs.run(program, name: path, seed: 5)
    for _ in 0..<2 {
      let again = try await Programs.run(program, name: path, seed: 5)
      #expect(again.output == first.output)
      #expect(again.report.outputHash == first.report.outputHash)
    }
  }

  @Test func `source that does not compile is refused with its line`() async throws {
    await #expect {
      _ = try await Programs.build(
        text: "__global__ void k() { int x = ; }\nint main() {}\n", name: "Programs/wrong.cu", check: .none)
    } throws: { error in
      guard let error = error as? VirtualGPUError else { return false }
      return error.code == .doesNotCompile && error.message.contains("wrong.cu") && error.message.contains("1")
    }
  }
}
