import KernelVerdicts

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The lines that a program on the virtual GPU writes about itself, one JSON object each.
struct RunEvents: Sendable {
  var findings: [Finding] = []
  var kernels: [KernelEvent] = []
  var unsupported: [UnsupportedEvent] = []
  /// Calls that ended with an error, each once.
  var errors: [RunReport.CallError] = []
  var outputHash = ""
  /// Our own runtime's trouble, in a sentence.
  var failure: String?
  /// Things worth saying that are no findings.
  var notes: [String] = []
  /// Lines that could not be read: a program that was killed may leave half a line.
  var unreadable = 0

  struct KernelEvent: Sendable, Decodable {
    var name: String
    var launches: Int
    var grid: [Int]
    var block: [Int]
    var dynamicShared: Int
    var staticShared: Int
    var seconds: Double
    var executions: [UInt64]
    var lanes: [UInt64]
    var sites: [[UInt64]]
  }

  struct UnsupportedEvent: Sendable, Decodable, Hashable {
    var kernel: String?
    var call: String?
    var what: String
  }

  private struct Kind: Decodable { var event: String }
  private struct Message: Decodable { var message: String }
  private struct Hash: Decodable { var hash: String }
  private struct Count: Decodable {
    var kind: Finding.Kind
    var kernel: String
    var file: String
    var line: Int
    var count: Int
  }
  private struct FindingEvent: Decodable {
    struct Other: Decodable {
      // Of several threads it is not known which.
      var block: [Int]?
      var thread: [Int]?
      var file: String?
      var line: Int?
      var access: String
    }
    var kind: Finding.Kind
    var kernel: String
    var call: String?
    var access: String
    var space: String?
    var bytes: Int?
    var file: String?
    var line: Int?
    var block: [Int]?
    var thread: [Int]?
    var address: String?
    var buffer: Finding.Buffer?
    var other: Other?
    var message: String
  }

  /// Reads a report's text.
  init(_ text: String) {
    let decoder = JSONDecoder()
    for line in text.split(separator: "\n") {
      let data = Data(line.utf8)
      guard let kind = try? decoder.decode(Kind.self, from: data) else {
        unreadable += 1
        continue
      }
      switch kind.event {
      case "finding":
        if let event = try? decoder.decode(FindingEvent.self, from: data) {
          findings.append(Self.finding(event))
        } else {
          unreadable += 1
        }
      case "finding-count":
        guard let count = try? decoder.decode(Count.self, from: data) else { continue }
        for index in findings.indices
        where findings[index].kind == count.kind && findings[index].kernel == count.kernel
          && findings[index].location == Finding.Location(file: count.file, line: count.line)
        { findings[index].count = max(findings[index].count, count.count) }
      case "kernel":
        if let event = try? decoder.decode(KernelEvent.self, from: data) {
          kernels.append(event)
        } else {
          unreadable += 1
        }
      case "unsupported":
        if let event = try? decoder.decode(UnsupportedEvent.self, from: data), !unsupported.contains(event) {
          unsupported.append(event)
        }
      case "error":
        // That something is not ready yet is an answer.
        if let event = try? decoder.decode(RunReport.CallError.self, from: data), event.code != 600,
          !errors.contains(event)
        {
          errors.append(event)
        }
      case "output": outputHash = (try? decoder.decode(Hash.self, from: data))?.hash ?? outputHash
      case "failure": failure = (try? decoder.decode(Message.self, from: data))?.message ?? failure
      case "note": if let note = try? decoder.decode(Message.self, from: data) { notes.append(note.message) }
      default: break
      }
    }
  }

  private static func finding(_ event: FindingEvent) -> Finding {
    Finding(
      kind: event.kind, kernel: event.kernel, access: event.access, space: event.space ?? "", bytes: event.bytes ?? 0,
      location: .init(file: event.file ?? "", line: event.line ?? 0),
      thread: .init(block: event.block ?? [], thread: event.thread ?? []), address: event.address ?? "",
      buffer: event.buffer,
      partner: event.other.map {
        .init(
          thread: .init(block: $0.block ?? [], thread: $0.thread ?? []),
          location: .init(file: $0.file ?? "", line: $0.line ?? 0), access: $0.access)
      }, message: event.call.map { "\($0): \(event.message)" } ?? event.message)
  }
}
