internal import LanguageModels

/// Writes a request in an endpoint's dialect.
///
/// What all requests of a run share comes first and what tells them apart comes last, so that requests for the same prompt
/// begin with the same bytes.
struct RequestBody {
  let endpoint: Endpoint

  /// The body of a request.
  ///
  /// - Parameters:
  ///   - samples: How many answers are asked for at once.
  ///   - seed: The seed, as it is sent.
  /// - Throws: ``LanguageModelClientsError`` where the dialect cannot say what is asked.
  func bytes(
    _ request: GenerationRequest, samples: Int, seed: Int?
  ) throws(LanguageModelClientsError) -> [UInt8] {
    var members: [JSONElement.Member] = [.init("model", .string(endpoint.model))]
    switch endpoint.dialect {
    case .openAIChat:
      members.append(.init("messages", .array(try messages(of: request).map(Self.element))))
      members.append(.init(tokenLimitName, .integer(request.maximumTokens)))
      addOpenAIMembers(of: request, to: &members)
    case .openAICompletions:
      members.append(.init("prompt", .string(try prompt(of: request))))
      members.append(.init("max_tokens", .integer(request.maximumTokens)))
      addOpenAIMembers(of: request, to: &members)
    case .anthropicMessages:
      try addAnthropicMembers(of: request, to: &members)
    }
    if samples > 1 { members.append(.init("n", .integer(samples))) }
    if let seed, endpoint.dialect != .anthropicMessages { members.append(.init("seed", .integer(seed))) }
    for parameter in endpoint.parameters.members ?? [] {
      members.removeAll { $0.name == parameter.name }
      if parameter.value != .null { members.append(parameter) }
    }
    return JSONElement.object(members).bytes
  }

  /// The seed of one of several samples in 31 bits: endpoints keep seeds in anything from there up. Those of different
  /// samples of one seed differ.
  static func seed(_ seed: UInt64, sample: Int) -> Int {
    let folded = Int((seed ^ seed >> 31 ^ seed >> 62) & 0x7fff_ffff)
    return (folded &+ sample) & 0x7fff_ffff
  }

  private var tokenLimitName: String {
    endpoint.tokenLimitName ?? (endpoint.host == "api.openai.com" ? "max_completion_tokens" : "max_tokens")
  }

  private func addOpenAIMembers(of request: GenerationRequest, to members: inout [JSONElement.Member]) {
    members.append(.init("stream", true))
    members.append(.init("stream_options", ["include_usage": true]))
    if let temperature = request.temperature { members.append(.init("temperature", .number(temperature))) }
    if let topP = request.topP { members.append(.init("top_p", .number(topP))) }
    if endpoint.takesExtendedSampling {
      if let topK = request.topK { members.append(.init("top_k", .integer(topK))) }
      if let minP = request.minP { members.append(.init("min_p", .number(minP))) }
      if let penalty = request.repetitionPenalty { members.append(.init("repetition_penalty", .number(penalty))) }
    }
    if !request.stopSequences.isEmpty {
      members.append(.init("stop", .array(request.stopSequences.map { .string($0) })))
    }
  }

  private func addAnthropicMembers(
    of request: GenerationRequest, to members: inout [JSONElement.Member]
  ) throws(LanguageModelClientsError) {
    let messages = try messages(of: request)
    let turns = messages.filter { $0.role != .system }
    guard !turns.isEmpty else {
      throw unsupported("needs a message of the user; a conversation of rules alone cannot be answered")
    }
    let system = messages.filter { $0.role == .system }.map(\.content).joined(separator: "\n\n")
    if !system.isEmpty { members.append(.init("system", .string(system))) }
    members.append(.init("messages", .array(turns.map(Self.element))))
    members.append(.init("max_tokens", .integer(request.maximumTokens)))
    members.append(.init("stream", true))
    if let temperature = request.temperature { members.append(.init("temperature", .number(temperature))) }
    if let topP = request.topP { members.append(.init("top_p", .number(topP))) }
    if let topK = request.topK { members.append(.init("top_k", .integer(topK))) }
    if !request.stopSequences.isEmpty {
      members.append(.init("stop_sequences", .array(request.stopSequences.map { .string($0) })))
    }
  }

  private func messages(of request: GenerationRequest) throws(LanguageModelClientsError) -> [Message] {
    guard case .conversation(let messages) = request.input else {
      throw unsupported(
        "speaks \(endpoint.dialect.rawValue), which takes conversations; text that is continued as it stands needs an "
          + "endpoint that speaks openai-completions")
    }
    guard !messages.isEmpty else { throw unsupported("needs a conversation with at least one message") }
    return messages
  }

  private func prompt(of request: GenerationRequest) throws(LanguageModelClientsError) -> String {
    guard case .segments(let segments) = request.input else {
      throw unsupported(
        "speaks openai-completions, which continues text as it stands; a conversation needs an endpoint that speaks "
          + "openai-chat or anthropic-messages")
    }
    return segments.map { segment in
      switch segment {
      case .text(let text): text
      case .specialToken(let name): name
      }
    }.joined()
  }

  private static func element(_ message: Message) -> JSONElement {
    ["role": .string(message.role.rawValue), "content": .string(message.content)]
  }

  private func unsupported(_ what: String) -> LanguageModelClientsError {
    LanguageModelClientsError(
      .unsupportedInput, "The endpoint `\(endpoint.name)` \(what).", endpoint: endpoint.name)
  }
}
