import AsyncHTTPClient
import Foundation
import LanguageModels
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

  /// A token that was written, and what else might have been.
  struct Step: Sendable {
    var token: String
    var logProbability: Double
    var others: [Step] = []
  }

  /// The likeliest continuation of a prompt, token by token, each with the next likely ones.
  func likeliest(after prompt: [GenerationRequest.Segment], tokens: Int) async throws -> [Step] {
    let text = prompt.map { segment in
      switch segment {
      case .text(let text), .specialToken(let text): text
      }
    }
    let question: [String: Any] = [
      "prompt": text.joined(), "max_tokens": tokens, "temperature": 0, "cache_prompt": false, "logprobs": 4,
    ]
    let body = try await ask("v1/completions", try JSONSerialization.data(withJSONObject: question)).body
    func step(_ element: [String: Any]) throws -> Step {
      guard let token = element["token"] as? String, let number = element["logprob"] as? NSNumber else {
        throw Unreadable(text: "\(element)")
      }
      let others = element["top_logprobs"] as? [[String: Any]] ?? []
      return Step(token: token, logProbability: number.doubleValue, others: try others.map(step))
    }
    let answer = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
    let choice = (answer?["choices"] as? [[String: Any]])?.first
    guard let content = (choice?["logprobs"] as? [String: Any])?["content"] as? [[String: Any]] else {
      throw Unreadable(text: String(decoding: body, as: UTF8.self))
    }
    return try content.map(step)
  }

  private func slots() async throws -> [[String: Any]] {
    let body = try await get("slots").body
    guard let slots = try JSONSerialization.jsonObject(with: Data(body)) as? [[String: Any]] else {
      throw Unreadable(text: String(decoding: body, as: UTF8.self))
    }
    return slots
  }

  private func get(_ path: String) async throws -> (status: UInt, body: [UInt8]) { try await ask(path, nil) }

  private func ask(_ path: String, _ question: Data?) async throws -> (status: UInt, body: [UInt8]) {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/\(path)")
    request.headers.add(name: "authorization", value: "Bearer \(key)")
    if let question {
      request.method = .POST
      request.headers.add(name: "content-type", value: "application/json")
      request.body = .bytes(ByteBuffer(bytes: question))
    }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
    let body = try await response.body.collect(upTo: 1 << 22)
    return (response.status.code, Array(buffer: body))
  }

  /// The server's report is not what it was.
  struct Unreadable: Error { let text: String }
}
