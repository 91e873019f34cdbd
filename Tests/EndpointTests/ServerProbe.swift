import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Asks a llama-server about itself, beside the client that is tested.
struct ServerProbe: Sendable {
  let port: Int
  let key: String

  /// The status of `/health`; 0 where nothing answers.
  func health() async throws -> UInt {
    do { return try await get("health").status } catch is HTTPClientError { return 0 } catch is IOError { return 0 }
  }

  /// How many answers are being written.
  func activeSlots() async throws -> Int {
    try await slots().filter { $0["is_processing"] as? Bool == true }.count
  }

  /// The parameters that the last answers were written with, a dictionary for each slot.
  func slotParameters() async throws -> [[String: any Sendable]] {
    try await slots().compactMap { slot in
      (slot["params"] as? [String: Any])?.compactMapValues { value in
        (value as? NSNumber)?.doubleValue ?? (value as? String)
      }
    }
  }

  /// Waits until nothing is being written.
  func untilIdle() async throws {
    while try await activeSlots() > 0 { try await Task.sleep(for: .milliseconds(5)) }
  }

  /// How many tokens the server has written since it was started, those of broken-off answers included.
  func writtenTokens() async throws -> Int {
    let text = String(decoding: try await get("metrics").body, as: UTF8.self)
    let line = text.split(separator: "\n").first { $0.hasPrefix("llamacpp:tokens_predicted_total ") }
    guard let number = line?.split(separator: " ").last.flatMap({ Double($0) }) else { throw Unreadable(text: text) }
    return Int(number)
  }

  private func slots() async throws -> [[String: Any]] {
    let body = try await get("slots").body
    guard let slots = try JSONSerialization.jsonObject(with: Data(body)) as? [[String: Any]] else {
      throw Unreadable(text: String(decoding: body, as: UTF8.self))
    }
    return slots
  }

  private func get(_ path: String) async throws -> (status: UInt, body: [UInt8]) {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/\(path)")
    request.headers.add(name: "authorization", value: "Bearer \(key)")
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
    let body = try await response.body.collect(upTo: 1 << 22)
    return (response.status.code, Array(buffer: body))
  }

  /// The server's report is not what it was.
  struct Unreadable: Error { let text: String }
}
