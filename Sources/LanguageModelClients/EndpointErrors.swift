/// Puts failures of one endpoint into words: what happened, where, and what to do.
struct EndpointErrors: Sendable {
  let endpoint: Endpoint
  let text: ServerText

  init(_ endpoint: Endpoint) {
    self.endpoint = endpoint
    text = ServerText(redactor: endpoint.redactor)
  }

  /// An error whose sentence begins with the endpoint's name.
  func error(
    _ code: LanguageModelClientsError.Code, _ what: String, status: Int? = nil, retryAfter: Duration? = nil,
    underlying: String? = nil
  ) -> LanguageModelClientsError {
    LanguageModelClientsError(
      code, "The endpoint `\(endpoint.name)` \(what)", endpoint: endpoint.name, status: status,
      retryAfter: retryAfter, underlying: underlying.map { text.shown($0) })
  }

  /// A response that is no success.
  func response(status: Int, retryAfter: Duration?, location: String?, body: [UInt8]) -> LanguageModelClientsError {
    if (300..<400).contains(status) {
      let target = location.map { " to \(text.shown($0))" } ?? ""
      return error(
        .notAnEndpoint,
        "redirects\(target), which is not followed because the key would go with it; set the base URL to the address "
          + "that is meant.", status: status)
    }
    if ServerText.isHTML(body) {
      let page = "a web page, “\(text.pageTitle(String(decoding: body, as: UTF8.self)))”"
      return described(
        ServerReport(message: page), status: status, retryAfter: retryAfter,
        unlessKnown: status < 500 ? .notAnEndpoint : .serverError)
    }
    let report: ServerReport
    if let element = try? JSONElement(body), let found = ServerReport(element) {
      report = found
    } else {
      let message = text.shown(String(decoding: body.prefix(ServerText.mostBytes), as: UTF8.self))
      report = ServerReport(message: message.isEmpty ? nil : message)
    }
    return described(report, status: status, retryAfter: retryAfter, unlessKnown: nil)
  }

  /// Something wrong within a response that was a success.
  func fault(_ fault: AnswerFault) -> LanguageModelClientsError {
    switch fault {
    case .malformed(let what):
      return error(
        .malformedStream,
        "answers in a way that \(endpoint.dialect.rawValue) does not allow: \(text.shown(what)). Check that the dialect "
          + "is the right one for this server.")
    case .reported(let report): return described(report, status: report.status, retryAfter: nil, unlessKnown: nil)
    }
  }

  /// A success that is neither a stream nor JSON.
  func foreign(_ start: [UInt8]) -> LanguageModelClientsError {
    let what = String(decoding: start.prefix(ServerText.mostBytes), as: UTF8.self)
    let shown = ServerText.isHTML(start) ? "a web page, “\(text.pageTitle(what))”" : "“\(text.shown(what).prefix(80))”"
    return error(
      .notAnEndpoint,
      "answers with \(shown), where a language model's answer should be; check that the base URL (\(endpoint.host)) is "
        + "that of an API, which often ends with /v1.")
  }

  private func described(
    _ report: ServerReport, status: Int?, retryAfter: Duration?, unlessKnown: LanguageModelClientsError.Code?
  ) -> LanguageModelClientsError {
    let classified = code(of: report, status: status ?? report.status)
    // A page says nothing about the request: only what its status alone means is believed.
    let isWeak = [.invalidRequest, .unknownModel, .serverError].contains(classified)
    let code = isWeak ? unlessKnown ?? classified : classified
    let says = report.message.map { ": \(text.shown($0))" } ?? ""
    let number = (status ?? report.status).map { " (HTTP \($0))" } ?? ""
    let ending = says.isEmpty || !".!?”".contains(says.last!) ? "." : ""
    return error(
      code, "\(phrase(for: code, retryAfter))\(number)\(says)\(ending)\(advice(for: code))",
      status: status ?? report.status, retryAfter: retryAfter)
  }

  private func phrase(for code: LanguageModelClientsError.Code, _ retryAfter: Duration?) -> String {
    switch code {
    case .unauthorized: endpoint.apiKey == nil ? "wants a key and has none" : "does not accept the key"
    case .quotaExhausted: "says that the account's money or quota is used up"
    case .unknownModel: "does not know the model `\(text.shown(endpoint.model))`"
    case .rateLimited:
      "gets more requests than it allows" + (retryAfter.map { " and asks to wait \($0.components.seconds) s" } ?? "")
    case .contextOverflow: "cannot fit prompt and answer into the model's context"
    case .notAnEndpoint: "does not answer as a language model does"
    case .overloaded: "has too much to do"
    case .serverError: "failed"
    default: "refuses the request"
    }
  }

  private func advice(for code: LanguageModelClientsError.Code) -> String {
    switch code {
    case .unauthorized: " Check the variable that holds the key."
    case .quotaExhausted: " Top the account up, or take another endpoint."
    case .unknownModel: " Check the model's name in the configuration."
    case .contextOverflow: " Shorten the prompt or ask for fewer tokens."
    case .notAnEndpoint: " Check the base URL, which often ends with /v1, and the dialect."
    case .rateLimited: " Lower the endpoint's concurrency if this comes often."
    default: ""
    }
  }
}
