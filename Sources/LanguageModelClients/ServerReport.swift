/// What a server says about its own trouble, in an error's body or within a stream.
struct ServerReport: Sendable, Hashable {
  /// The sentence meant for people.
  var message: String?
  /// Names of the kind of trouble: `context_length_exceeded`, `overloaded_error`.
  var kinds: [String] = []
  /// The HTTP status that the report itself names.
  var status: Int?

  init(message: String? = nil, kinds: [String] = [], status: Int? = nil) {
    self.message = message
    self.kinds = kinds
    self.status = status
  }

  /// Finds the report in any of the forms that servers use; `nil` where there is none.
  ///
  /// `{"error": {"message", "type", "code"}}` (OpenAI, llama-server, OpenRouter), `{"type": "error", "error": {…}}`
  /// (Anthropic), `{"error": "…"}` (Ollama), `{"object": "error", "message", "type", "code"}` (vLLM, SGLang),
  /// `{"detail": "…"}` and `{"detail": [{"msg": …}]}` (FastAPI), `{"message": "…"}`, a list of one of these.
  init?(_ element: JSONElement) {
    if let first = element.array?.first {
      self.init(first)
      return
    }
    if let text = element["error"]?.string {
      self.init(message: text)
      add(element["code"])
    } else if let error = element["error"], error.members != nil {
      self.init()
      take(error)
      // A router hands on what the provider behind it said.
      if let raw = error["metadata"]?["raw"]?.string {
        message = [message, raw].compactMap { $0 }.joined(separator: ": ")
      }
    } else if element["object"]?.string == "error" || element["type"]?.string == "error" {
      self.init()
      take(element)
    } else if let detail = element["detail"] {
      self.init(message: detail.string ?? detail.array?.compactMap { $0["msg"]?.string }.joined(separator: "; "))
      if message == nil { take(detail) }
    } else if let text = element["message"]?.string {
      self.init(message: text)
      add(element["type"])
      add(element["code"])
    } else {
      return nil
    }
  }

  private mutating func take(_ error: JSONElement) {
    message = error["message"]?.string
    add(error["type"])
    add(error["code"])
    add(error["param"])
  }

  private mutating func add(_ element: JSONElement?) {
    if let kind = element?.string {
      if let number = Int(kind), (300...599).contains(number) {
        status = number
      } else {
        kinds.append(kind.lowercased())
      }
    } else if let number = element?.integer, (300...599).contains(number) {
      status = number
    }
  }
}
