import Foundation
import GPUModels
import Synchronization
import Testing

@testable import KernelEvaluation

/// What judging on a GPU consists of, where none is needed to see it.
@Suite struct GPUSupportTests {
  private static func gpu(_ name: String, _ capability: Int) -> RealGPU {
    RealGPU(
      name: name, computeCapability: capability, memoryBytes: 80 << 30, level2Bytes: 50 << 20, driverVersion: 13000,
      driverFolder: "/usr/lib")
  }

  @Test(arguments: [
    ("NVIDIA H100 80GB HBM3", 90, "h100"), ("NVIDIA A100-SXM4-80GB", 80, "a100"), ("NVIDIA L40S", 89, "l40s"),
    ("NVIDIA GeForce RTX 4090", 89, "rtx4090"), ("Tesla T4", 75, "t4"),
  ])
  func aProductOfTheTableIsKnown(name: String, capability: Int, row: String) {
    #expect(Self.gpu(name, capability).model?.name == row)
  }

  /// Bandwidths that are other ones would refuse times that are true.
  @Test(arguments: [
    ("NVIDIA H100 PCIe", 90, "h100"), ("NVIDIA H100 NVL", 90, "h100"), ("NVIDIA H200", 90, "h100"),
    ("NVIDIA GeForce RTX 4090 Laptop GPU", 89, "l40s"), ("NVIDIA RTX 6000 Ada Generation", 89, "l40s"),
  ])
  func aRelativeHasTheArchitectureAlone(name: String, capability: Int, architecture: String) {
    #expect(Self.gpu(name, capability).model == nil)
    #expect(Self.gpu(name, capability).architecture?.name == architecture)
  }

  @Test func anArchitectureThatNoRowHasIsNone() {
    #expect(Self.gpu("NVIDIA B200", 100).architecture == nil)
  }

  @Test func workBesideTheEventsCounts() {
    var call = TimedCall(device: 1e-3, tail: 4e-6, host: 4e-3, cover: 2e-3, persisting: 0)
    #expect(call.sample(cover: 2e-3) == .init(device: 1e-3, host: 2e-3))
    call.tail = 5e-3
    #expect(call.sample(cover: 2e-3).device == 6e-3)
  }

  @Test(arguments: [
    #"{}"#, #"{"device": 1}"#, #"{"device": "1", "tail": 0, "cover": 0}"#, #"{"device": 1, "tail": null, "cover": 0}"#,
  ])
  func anAnswerWithoutTimesIsNone(answer: String) async throws {
    let json = try JSONValue(Array(answer.utf8))
    await #expect(throws: WorkerAnswerError.self) { try await TimedCall.measure { json } }
  }

  private final class Holders: Sendable {
    private let counts = Mutex((now: 0, most: 0))
    var most: Int { counts.withLock { $0.most } }
    func enter() { counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
    func leave() { counts.withLock { $0.now -= 1 } }
  }

  @Test func oneJudgeAtATimeHasTheGPU() async throws {
    let holders = Holders()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<6 {
        group.addTask {
          try await GPULock.whileHeld {
            holders.enter()
            try await Task.sleep(for: .milliseconds(20))
            holders.leave()
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(holders.most == 1)
  }

  @Test func whoWaitsForTheGPUCanBeStopped() async throws {
    try await GPULock.whileHeld {
      let waiting = Task { try await GPULock.whileHeld {} }
      try await Task.sleep(for: .milliseconds(30))
      waiting.cancel()
      await #expect(throws: CancellationError.self) { try await waiting.value }
    }
  }
}
