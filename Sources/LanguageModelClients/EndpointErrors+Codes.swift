extension EndpointErrors {
  /// What kind of trouble a server reports: by the kinds that it names, then by the status, and by its words only where
  /// neither says more than that the request is refused.
  func code(of report: ServerReport, status: Int?) -> LanguageModelClientsError.Code {
    for kind in report.kinds {
      if let code = Self.codes[kind] { return code }
    }
    switch status {
    case 401?, 403?: return .unauthorized
    case 402?: return .quotaExhausted
    case 404?, 405?: return namesModel(report) ? .unknownModel : .notAnEndpoint
    case 413?: return .contextOverflow
    case 429?: return .rateLimited
    case 503?, 529?: return .overloaded
    case 408?: return .serverError
    case let status? where status >= 500: return .serverError
    case nil where !report.kinds.contains("invalid_request_error"): return .serverError
    default: break
    }
    if speaksOfContext(report) { return .contextOverflow }
    return namesModel(report) && report.message?.lowercased().contains("model") == true
      ? .unknownModel : .invalidRequest
  }

  private static let codes: [String: LanguageModelClientsError.Code] = [
    "insufficient_quota": .quotaExhausted, "billing_error": .quotaExhausted,
    "billing_hard_limit_reached": .quotaExhausted, "insufficient_balance": .quotaExhausted,
    "model_not_found": .unknownModel, "context_length_exceeded": .contextOverflow,
    "exceed_context_size_error": .contextOverflow, "request_too_large": .contextOverflow,
    "invalid_api_key": .unauthorized, "authentication_error": .unauthorized, "permission_error": .unauthorized,
    "rate_limit_error": .rateLimited, "rate_limit_exceeded": .rateLimited, "overloaded_error": .overloaded,
    "unavailable_error": .overloaded, "api_error": .serverError, "server_error": .serverError,
    "timeout_error": .serverError,
  ]

  /// A server that does not know a model says its name; what else it says is different with each.
  private func namesModel(_ report: ServerReport) -> Bool {
    report.kinds.contains("model") || report.message?.contains(endpoint.model) == true
  }

  /// vLLM, SGLang and Anthropic have no name of their own for a context that is too small.
  private func speaksOfContext(_ report: ServerReport) -> Bool {
    guard let message = report.message?.lowercased() else { return false }
    return ["context length", "context window", "context size", "maximum context", "prompt is too long"]
      .contains { message.contains($0) }
  }
}
