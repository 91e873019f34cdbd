import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A text that one of llama.cpp's programs wrote, and how long that took by its own clock, the prompt not counted.
package struct LlamaCompletion: Sendable {
  /// The tokens, where the program tells them; an end token is not among them.
  package var tokens: [Int32]?
  /// How many tokens the program counted.
  package var count: Int
  package var milliseconds: Double
  /// The drafted tokens that were accepted.
  package var accepted: Int

  /// Tokens a second.
  package var speed: Double { milliseconds > 0 ? Double(count) / milliseconds * 1e3 : 0 }
  /// Each pass of the target gives a token besides the accepted ones.
  package var tokensPerPass: Double { Double(count) / Double(max(1, count - accepted)) }
}

extension LlamaServerProcess {
  private struct Request: Encodable {
    var prompt: [Int32]
    var maximumTokens: Int
    var temperature = 0.0
    // The likeliest token, found in the cheapest way that the server has.
    var samplers = ["top_k"]
    var topK = 1
    // The prompt is read anew: what is measured begins after it in any case.
    var cachesPrompt = false
    var returnsTokens = true
    var stream = false

    enum CodingKeys: String, CodingKey {
      case prompt, temperature, samplers, stream
      case maximumTokens = "n_predict"
      case topK = "top_k"
      case cachesPrompt = "cache_prompt"
      case returnsTokens = "return_tokens"
    }
  }

  private struct Answer: Decodable {
    struct Timings: Decodable {
      var count: Int
      var milliseconds: Double
      var accepted: Int?

      enum CodingKeys: String, CodingKey {
        case count = "predicted_n"
        case milliseconds = "predicted_ms"
        case accepted = "draft_n_accepted"
      }
    }
    var tokens: [Int32]
    var timings: Timings
  }

  /// A whole text is one answer, before which there is silence for minutes: the shared client gives up after one and a half.
  private static let client = HTTPClient(
    eventLoopGroupProvider: .singleton, configuration: .init(timeout: .init(connect: .seconds(10), read: nil)))

  /// Waits until the model is loaded.
  package func becomeReady(patience: Duration) async throws {
    let deadline = ContinuousClock.now + patience
    while true {
      let answer = try? await Self.client.execute(
        HTTPClientRequest(url: "http://127.0.0.1:\(port)/health"), timeout: .seconds(10))
      if answer?.status == .ok { return }
      guard ContinuousClock.now < deadline, isRunning else {
        throw LlamaProgramTrouble(
          what: "llama-server \(isRunning ? "does not get ready" : "ended while it loaded its model")", log: log)
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// Writes the likeliest continuation of a prompt.
  ///
  /// - Throws: ``LlamaProgramTrouble`` where the server answers with something else, not in time or not at all.
  package func complete(_ prompt: [Int32], maximumTokens: Int, patience: Duration) async throws -> LlamaCompletion {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/completion")
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    request.body = .bytes(
      ByteBuffer(bytes: try JSONEncoder().encode(Request(prompt: prompt, maximumTokens: maximumTokens))))
    let status: HTTPResponseStatus
    let body: Data
    do {
      let response = try await Self.client.execute(
        request, timeout: .nanoseconds(Int64(patience / .nanoseconds(1))))
      status = response.status
      body = Data(try await response.body.collect(upTo: 64 << 20).readableBytesView)
    } catch let error as HTTPClientError {
      let what = error == .deadlineExceeded ? "did not answer within \(patience)" : "did not answer: \(error)"
      throw LlamaProgramTrouble(what: "llama-server \(what)", log: log)
    }
    guard status == .ok, let answer = try? JSONDecoder().decode(Answer.self, from: body) else {
      throw LlamaProgramTrouble(
        what: "llama-server answered \(status.code): \(String(decoding: body.prefix(300), as: UTF8.self))", log: log)
    }
    return LlamaCompletion(
      tokens: answer.tokens, count: answer.timings.count, milliseconds: answer.timings.milliseconds,
      accepted: answer.timings.accepted ?? 0)
  }
}
