import LanguageModelClients

/// Trouble that stays, however often it is tried.
extension Fault {
  private static func once(
    _ name: String, _ status: String, _ body: String, _ code: LanguageModelClientsError.Code, says: [String],
    type: String = "application/json", headers: [String] = [], dialects: [Endpoint.Dialect] = Endpoint.Dialect.allCases
  ) -> Fault {
    Fault(
      name: name, replies: { _ in [Replies.whole(body, status: status, type: type, headers: headers)] }, code: code,
      requests: 1, says: says, dialects: dialects)
  }

  static let final: [Fault] = [
    once(
      "a wrong key, repeated in the error", "401 Unauthorized",
      "{\"error\":{\"message\":\"Incorrect API key provided: \(Asking.secret).\",\"code\":\"invalid_api_key\"}}",
      .unauthorized, says: ["key", "(hidden)", "401"]),
    once(
      "a wrong key, repeated with stars in it", "401 Unauthorized",
      "{\"error\":{\"message\":\"Bad key sk-test-0123456789ab****mnop\",\"type\":\"authentication_error\"}}",
      .unauthorized, says: ["(hidden)"]),
    once(
      "a key in plain text over many lines", "403 Forbidden", "no\n\n\u{1b}[31mBearer \(Asking.secret)\u{1b}[0m\r\n",
      .unauthorized, says: ["403"], type: "text/plain"),
    once(
      "a model that is not there", "404 Not Found",
      "{\"error\":{\"message\":\"The model `tiny-model` does not exist\",\"code\":\"model_not_found\"}}", .unknownModel,
      says: ["tiny-model", "configuration"]),
    once(
      "a model that is not there, as Ollama says it", "404 Not Found",
      "{\"error\":{\"message\":\"model \\\"tiny-model\\\" not found, try pulling it first\",\"type\":\"not_found_error\"}}",
      .unknownModel, says: ["try pulling"]),
    once(
      "an address that is not there", "404 Not Found", "{\"detail\":\"Not Found\"}", .notAnEndpoint,
      says: ["base URL", "/v1"]),
    once(
      "a page that is not there", "404 Not Found", "<html><head><title>404 — nginx</title></head></html>",
      .notAnEndpoint, says: ["404 — nginx"], type: "text/html"),
    once(
      "a web page instead of an answer", "200 OK",
      "\n<!DOCTYPE html>\n<html><head><TITLE lang=en>Welcome to\nthe portal</TITLE></head><body>"
        + String(repeating: "<p>text</p>", count: 20_000) + "</body></html>", .notAnEndpoint,
      says: ["a web page, “Welcome to the portal”", "base URL"], type: "text/html"),
    once("garbage", "200 OK", "\u{1}\u{2}\u{3}qwertz\u{0}", .notAnEndpoint, says: ["qwertz"], type: "text/plain"),
    once("JSON of another program", "200 OK", "{\"status\":\"ok\"}", .malformedStream, says: ["dialect"]),
    once("broken JSON", "200 OK", "{\"choices\": [}", .malformedStream, says: ["JSON", "byte 13"]),
    once(
      "money that is used up", "429 Too Many Requests",
      "{\"error\":{\"message\":\"You exceeded your current quota\",\"type\":\"insufficient_quota\"}}", .quotaExhausted,
      says: ["quota"], headers: ["retry-after: 1"]),
    once(
      "no money at all", "402 Payment Required", "{\"error\":{\"message\":\"Insufficient Balance\"}}", .quotaExhausted,
      says: []),
    once(
      "a context that is too small, by its code", "400 Bad Request",
      "{\"error\":{\"message\":\"too long\",\"code\":\"context_length_exceeded\"}}", .contextOverflow, says: ["Shorten"]
    ),
    once(
      "a context that is too small, as llama-server says it", "400 Bad Request",
      "{\"error\":{\"code\":400,\"message\":\"the request exceeds it\",\"type\":\"exceed_context_size_error\",\"n_ctx\":64}}",
      .contextOverflow, says: ["400"]),
    once(
      "a context that is too small, as vLLM says it", "400 Bad Request",
      "{\"object\":\"error\",\"message\":\"This model's maximum context length is 64 tokens.\",\"type\":\"BadRequestError\","
        + "\"code\":400}", .contextOverflow, says: ["maximum context length"]),
    once(
      "a request that is refused", "422 Unprocessable Entity",
      "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"temperature must be below 2\"}]}", .invalidRequest,
      says: ["temperature must be below 2"]),
    once(
      "a redirection", "307 Temporary Redirect", "", .notAnEndpoint, says: ["https://elsewhere.example/v1"],
      headers: ["location: https://elsewhere.example/v1"]),
    once(
      "a wait longer than anybody waits", "429 Too Many Requests", "{\"error\":\"slow down\"}", .rateLimited,
      says: ["3600 s", "slow down"], headers: ["retry-after: 3600"]),
    Fault(
      name: "garbage within a stream",
      replies: {
        [[Replies.head(), .chunk(Replies.bytes(Replies.hello($0))[..<120] + Replies.bytes("\n\ndata: {]\n\n"))]]
      },
      code: .malformedStream, requests: 1, says: ["JSON"]),
    Fault(
      name: "nothing before [DONE]", replies: { _ in [Replies.stream("data: [DONE]\n\n")] }, code: .malformedStream,
      requests: 1, says: ["no answer"], dialects: [.openAIChat, .openAICompletions]),
    Fault(
      name: "a wrong request, found within the stream",
      replies: { _ in
        [
          Replies.stream(
            "data: {\"error\":{\"message\":\"bad grammar\",\"type\":\"invalid_request_error\",\"code\":400}}\n\n")
        ]
      }, code: .invalidRequest, requests: 1, says: ["bad grammar"]),
    Fault(
      name: "a line without end", replies: { _ in endless }, code: .malformedStream, requests: 1, says: ["33554432"]),
    Fault(
      name: "an error without end",
      replies: { _ in
        let piece = Replies.bytes(String(repeating: "so much trouble ", count: 1 << 12))
        return [[Replies.head("400 Bad Request", type: "text/plain")] + (0..<40).map { _ in .chunk(piece) }]
      }, code: .invalidRequest, requests: 1, says: ["so much trouble", "…"]),
    Fault(
      name: "500 for ever",
      replies: { _ in
        Array(repeating: Replies.whole("{\"error\":\"oops\"}", status: "500 Internal Server Error"), count: 9)
      },
      code: .serverError, requests: 6, says: ["oops", "500"]),
    Fault(
      name: "resets for ever", replies: { _ in Array(repeating: [.reset], count: 9) }, code: .network, requests: 6,
      says: ["closed the connection"]),
  ]

  private static let endless: [[ScriptedServer.Step]] = {
    let piece = Replies.bytes(String(repeating: "x", count: 1 << 20))
    return [[Replies.head(), .chunk(Replies.bytes("data: "))] + (0..<33).map { _ in .chunk(piece) }]
  }()
}
