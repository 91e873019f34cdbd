import LanguageModelClients

/// What servers say, for scripts.
enum Replies {
  typealias Step = ScriptedServer.Step

  static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// A head with a chunked body to follow.
  static func head(_ status: String = "200 OK", type: String = "text/event-stream", headers: [String] = []) -> Step {
    let lines = ["HTTP/1.1 \(status)", "content-type: \(type)", "transfer-encoding: chunked"] + headers
    return .send(bytes(lines.joined(separator: "\r\n") + "\r\n\r\n"))
  }

  /// A whole response of one piece.
  static func whole(
    _ body: String, status: String = "200 OK", type: String = "application/json", headers: [String] = []
  ) -> [Step] {
    let lines = ["HTTP/1.1 \(status)", "content-type: \(type)", "content-length: \(body.utf8.count)"] + headers
    return [.send(bytes(lines.joined(separator: "\r\n") + "\r\n\r\n" + body))]
  }

  /// A stream in one chunk, properly ended.
  static func stream(_ body: String) -> [Step] { [head(), .chunk(bytes(body)), .endChunks] }

  /// The answer `Hello, world` as each dialect streams it, with a thought where the dialect has any, and its usage:
  /// 11 tokens of prompt, of which 4 were cached, and 5 tokens written.
  static func hello(_ dialect: Endpoint.Dialect) -> String {
    switch dialect {
    case .openAIChat:
      """
      data: {"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}

      : keep-alive

      data: {"choices":[{"index":0,"delta":{"reasoning_content":"hm"},"finish_reason":null}]}

      data: {"choices":[{"index":0,"delta":{"content":"Hello, "},"finish_reason":null}],"usage":null}

      data: {"choices":[{"index":0,"delta":{"content":"world"},"finish_reason":null}]}

      data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

      data: {"choices":[],"usage":{"prompt_tokens":11,"completion_tokens":5,"total_tokens":16,\
      "prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":1}}}

      data: [DONE]


      """
    case .openAICompletions:
      """
      data: {"id":"1","object":"text_completion","choices":[{"index":0,"text":"Hello, ","finish_reason":null}]}

      data: {"choices":[{"index":0,"text":"world","finish_reason":"stop"}]}

      data: {"choices":[],"usage":{"prompt_tokens":11,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":4}}}

      data: [DONE]


      """
    case .anthropicMessages:
      """
      event: message_start
      data: {"type":"message_start","message":{"id":"1","content":[],"stop_reason":null,"usage":{"input_tokens":7,\
      "cache_read_input_tokens":4,"cache_creation_input_tokens":0,"output_tokens":1}}}

      event: content_block_start
      data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

      event: ping
      data: {"type": "ping"}

      event: content_block_delta
      data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"EqQB"}}

      event: content_block_stop
      data: {"type":"content_block_stop","index":0}

      event: content_block_start
      data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hello, "}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"world"}}

      event: content_block_stop
      data: {"type":"content_block_stop","index":1}

      event: message_delta
      data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":5}}

      event: message_stop
      data: {"type":"message_stop"}


      """
    }
  }

  /// The same answer in one piece.
  static func wholeHello(_ dialect: Endpoint.Dialect) -> String {
    switch dialect {
    case .openAIChat:
      """
      {"choices":[{"index":0,"message":{"role":"assistant","content":"Hello, world","reasoning_content":"hm"},
      "finish_reason":"stop"}],"usage":{"prompt_tokens":11,"completion_tokens":5,
      "prompt_tokens_details":{"cached_tokens":4}}}
      """
    case .openAICompletions:
      """
      {"choices":[{"index":0,"text":"Hello, world","finish_reason":"stop"}],
      "usage":{"prompt_tokens":11,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":4}}}
      """
    case .anthropicMessages:
      """
      {"type":"message","content":[{"type":"thinking","thinking":"hm","signature":"x"},
      {"type":"text","text":"Hello, world"}],"stop_reason":"end_turn",
      "usage":{"input_tokens":7,"cache_read_input_tokens":4,"output_tokens":5}}
      """
    }
  }
}
