extension Endpoint {
  private static let reservedParameters: Set = ["model", "messages", "prompt", "system", "n"]

  /// Says what is wrong with the description before a request is made with it.
  ///
  /// - Throws: ``LanguageModelClientsError`` with ``LanguageModelClientsError/Code/configuration``.
  public func validate() throws(LanguageModelClientsError) {
    guard !name.isEmpty else { throw wrong("has no name") }
    guard !model.isEmpty else { throw wrong("names no model") }
    _ = try requestURL()
    guard let members = parameters.members else { throw wrong("has parameters that are no table") }
    if let reserved = members.first(where: { Self.reservedParameters.contains($0.name) }) {
      throw wrong("sets the parameter `\(reserved.name)`, which every request sets by itself; take it out")
    }
    guard concurrency > 0 else { throw wrong("allows no requests at all; its concurrency must be 1 or more") }
    guard retry.attempts > 0 else { throw wrong("allows no attempts; there must be 1 or more") }
    let times = [limits.connect, limits.firstToken, limits.silence, limits.whole]
    guard times.allSatisfy({ $0 > .zero }) else { throw wrong("has a time limit that is not above zero") }
    for header in headers {
      let isName = !header.name.isEmpty && header.name.utf8.allSatisfy { Self.isTokenByte($0) }
      let isValue = header.value.utf8.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7f) }
      guard isName, isValue else {
        throw wrong("has a header that cannot be sent; its name or its value has characters that headers do not allow")
      }
    }
  }

  private func wrong(_ what: String) -> LanguageModelClientsError {
    LanguageModelClientsError(
      .configuration, "The endpoint \(name.isEmpty ? "" : "`\(name)` ")\(what).", endpoint: name)
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }

  /// The address that requests go to: the base URL with the dialect's path, unless it ends with that already.
  func requestURL() throws(LanguageModelClientsError) -> String {
    guard baseURL.utf8.allSatisfy({ (0x21...0x7e).contains($0) }), !baseURL.contains("#") else {
      throw wrong("has a base URL with blanks, a fragment or letters beyond ASCII")
    }
    let parts = baseURL.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var address = parts[0]
    let query = parts.count > 1 ? "?" + parts[1] : ""
    guard let scheme = ["https://", "http://"].first(where: { address.lowercased().hasPrefix($0) }) else {
      throw wrong("has a base URL that does not begin with https:// or http://")
    }
    while address.last == "/" { address.removeLast() }
    let rest = address.dropFirst(scheme.count)
    let authority = rest.prefix { $0 != "/" }
    guard !authority.isEmpty, authority.first != ":" else { throw wrong("has a base URL without a host") }
    guard !authority.contains("@") else {
      throw wrong("has a name or password in its base URL; put the secret into the key or a header instead")
    }
    var path = rest.dropFirst(authority.count)
    if !path.hasSuffix(dialect.path) {
      if path.isEmpty || (dialect == .anthropicMessages && !path.hasSuffix("/v1")) { path += "/v1" }
      path += dialect.path
    }
    return address.prefix(scheme.count) + authority + path + query
  }

  /// The host, for sentences: a whole address may hold what is secret.
  var host: String {
    guard let start = baseURL.firstRange(of: "://") else { return name }
    return String(baseURL[start.upperBound...].prefix { $0 != "/" && $0 != "?" })
  }
}

extension Endpoint.Dialect {
  /// Where the dialect's requests go, under the base URL.
  var path: String {
    switch self {
    case .openAIChat: "/chat/completions"
    case .openAICompletions: "/completions"
    case .anthropicMessages: "/messages"
    }
  }
}
