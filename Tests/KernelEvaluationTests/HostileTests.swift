import Foundation
import KernelEvaluation
import KernelVerdicts
import Testing

/// Candidates and references that do what nobody should: each ends in a verdict or a clear sentence, and nothing is lost.
@Suite(
  .enabled(if: Judging.areToolsThere, "judging needs nvcc, clang and a Python with PyTorch: run make setup"),
  .serialized)
struct HostileTests {
  struct Expectations: Decodable {
    struct Reference: Decodable {
      var `class`: String
    }
    var candidates: [String: [String]]
    var quick: [String]
    var references: [String: Reference]
  }

  static let expectations: Expectations? = FileManager.default
    .contents(atPath: Judging.folder + "/Hostile/expect.json")
    .flatMap { try? JSONDecoder().decode(Expectations.self, from: $0) }

  static let names: [String] = {
    guard let expectations else { return [] }
    let all = expectations.candidates.keys.sorted()
    // A minute's share of the quick ones; the rest is make test-long's.
    return Judging.isLong ? all : expectations.quick.sorted().enumerated().filter { $0.offset % 8 == 0 }.map(\.element)
  }()

  static let references: [String] = {
    let all = expectations?.references.keys.sorted() ?? []
    return Judging.isLong ? all : all.enumerated().filter { $0.offset % 8 == 0 }.map(\.element)
  }()

  @Test func thereAreExpectations() { #expect(Self.expectations != nil) }

  @Test(arguments: names)
  func aHostileCandidateGetsAVerdict(name: String) async throws {
    let allowed = try #require(Self.expectations?.candidates[name])
    let judgement = try await Judging.judge(
      try Judging.text("Hostile/reference.py"), try Judging.text("Hostile/\(name).py")
    ) { $0.timeLimit = .seconds(8) }
    let isAllowed = allowed.contains(judgement.verdict.rawValue)
    withKnownIssue("the virtual GPU keeps PyTorch's memory when the device is reset", isIntermittent: true) {
      #expect(isAllowed, "\(judgement.verdict.rawValue): \(judgement.reason)")
    } when: {
      name == "resets_the_device"
    }
  }

  @Test(arguments: references)
  func aBadReferenceIsSaidToBeOne(name: String) async throws {
    let wanted = try #require(Self.expectations?.references[name])
    let reference = try Judging.text("Hostile/references/\(name).py")
    do {
      let judgement = try await Judging.judge(reference, try Judging.text("Hostile/honest.py"))
      #expect(judgement.verdict != .correct, "\(wanted.class)")
      #expect(!judgement.reason.isEmpty)
    } catch let error as KernelEvaluationError {
      #expect(error.code == .badReference, "\(error.message)")
      #expect(error.message.count > 10)
    }
  }
}
