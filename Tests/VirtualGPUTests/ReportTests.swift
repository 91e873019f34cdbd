import GPUModels
import KernelVerdicts
import Testing

@testable import VirtualGPU

@Suite struct ReportTests {
  @Test func `events become findings and kernels; half a line is counted, not lost`() {
    let events = RunEvents(
      """
      {"event":"finding","kind":"race","kernel":"_Z1kPf","access":"store","space":"shared","bytes":4,"file":"a.cu","line":7,"block":[1,0,0],"thread":[2,0,0],"address":"0x10","other":{"block":[1,0,0],"thread":[3,0,0],"file":"a.cu","line":9,"access":"load"},"message":"M."}
      {"event":"finding","kind":"out-of-bounds","kernel":"","call":"cudaMemcpy","access":"memcpy","message":"Too long."}
      {"event":"finding-count","kind":"race","kernel":"_Z1kPf","file":"a.cu","line":7,"count":12}
      {"event":"unsupported","kernel":"k2","what":"Textures."}
      {"event":"kernel","name":"_Z1kPf","launches":2,"grid":[4,1,1],"block":[32,1,1],"dynamicShared":16,"staticShared":48,"seconds":0.5,"executions":[4,2],"lanes":[128,32],"sites":[[4,128,16,16,0,0]]}
      {"event":"output","hash":"00ff","bytes":3}
      {"event":"kern
      """)
    #expect(events.findings.map(\.kind) == [.race, .outOfBounds])
    #expect(events.findings[0].count == 12)
    #expect(events.findings[0].partner?.location.line == 9)
    #expect(events.findings[1].message == "cudaMemcpy: Too long.")
    #expect(events.unsupported.map(\.what) == ["Textures."])
    #expect(events.outputHash == "00ff")
    #expect(events.unreadable == 1)
    #expect(events.kernels.first?.launches == 2)
  }

  // By NVIDIA's occupancy rules, worked out by hand.
  @Test(arguments: [
    // 256 threads are 8 warps: 2048 / 256 = 8 blocks on an H100.
    (256, 32, 0, "h100", 8, Occupancy.Limit.threads),
    // 64 registers × 32 lanes = 2048 a warp; 65536 / 4 / 2048 = 8 warps a scheduler, 32 in all: 4 blocks.
    (256, 64, 0, "h100", 4, .registers),
    // 48 KiB and 1 KiB for the system: 228 / 49 = 4 blocks.
    (128, 16, 48 << 10, "h100", 4, .sharedMemory),
    // 32 blocks at most.
    (32, 16, 0, "h100", 32, .blocks),
    // A T4 holds 1024 threads.
    (1024, 32, 0, "t4", 1, .threads),
  ]) func `occupancy follows from threads, registers and shared memory`(
    _ threads: Int, _ registers: Int, _ shared: Int, _ name: String, _ blocks: Int, _ limit: Occupancy.Limit
  ) throws {
    let occupancy = Occupancy(
      threads: threads, registers: registers, sharedBytes: shared, on: try GPUModel(named: name))
    #expect(occupancy.blocks == blocks)
    #expect(occupancy.limit == limit)
  }

  @Test(arguments: [
    (0.0000042, "4.2 µs"), (0.00123, "1.23 ms"), (0.0456, "45.6 ms"), (0.789, "789 ms"), (12.34, "12.3 s"), (2, "2 s"),
  ]) func `durations are written with three digits`(_ seconds: Double, _ text: String) {
    #expect(RunReport.duration(seconds) == text)
  }
}
