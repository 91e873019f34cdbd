import KernelBench
import KernelPrompting
import LanguageModelClients

extension Settings {
  /// The endpoints that are there without any file.
  static let builtIn = ["openai", "anthropic"]

  /// The endpoints that files name, in the order of their lines, the project's first.
  var configuredEndpoints: [String] {
    var names: [String] = []
    for name in files.flatMap(\.endpoints).map(\.value) where !names.contains(name) { names.append(name) }
    return names
  }

  /// All endpoints: those that files name, and the built-in ones.
  var endpointNames: [String] {
    let configured = configuredEndpoints
    return configured + Self.builtIn.filter { !configured.contains($0) }
  }

  /// The value of an endpoint's key; `nil` where nobody sets it and nothing holds otherwise.
  ///
  /// - Throws: ``ConfigurationError`` where a variable of the environment holds what it cannot.
  func value(_ key: SettingKey, ofEndpoint name: String) throws(ConfigurationError) -> Sourced<SettingValue>? {
    let path = ["endpoints", name] + key.path
    var variables = [SettingVariable.name(for: path)]
    // The vendors' own variables are about the vendors' endpoints, whatever else is named in files.
    if key.name == "base-url", Self.builtIn.contains(name) {
      variables.append(try dialect(ofEndpoint: name).addressVariable)
    }
    if let value = try environmentValue(key, variables: variables) { return value }
    if let value = fileValue(path) { return value }
    return try standard(key, ofEndpoint: name).map { Sourced($0, .standard) }
  }

  /// What holds where nobody sets a key: some of it follows from the dialect.
  private func standard(_ key: SettingKey, ofEndpoint name: String) throws(ConfigurationError) -> SettingValue? {
    switch key.name {
    case "dialect" where name == "anthropic": return .text(Endpoint.Dialect.anthropicMessages.rawValue)
    case "base-url": return Self.builtIn.contains(name) ? .text(try dialect(ofEndpoint: name).vendorAddress) : nil
    case "form": return .text(try dialect(ofEndpoint: name).form)
    case "key-variable":
      // A vendor's key goes to the vendor, or where the environment says that the vendor is; not to an address that
      // stands in a file, unless the file says so.
      guard Self.builtIn.contains(name), fileValue(["endpoints", name, "base-url"]) == nil else { return nil }
      return .text(try dialect(ofEndpoint: name).keyVariable)
    default: return key.standard.value
    }
  }

  private func dialect(ofEndpoint name: String) throws(ConfigurationError) -> Endpoint.Dialect {
    try text("dialect", ofEndpoint: name).flatMap(Endpoint.Dialect.init(rawValue:)) ?? .openAIChat
  }

  /// Whether an endpoint is given its model on the command line, as the built-in ones are unless a file says otherwise.
  func isWithoutModel(_ name: String) throws(ConfigurationError) -> Bool {
    guard Self.builtIn.contains(name) else { return false }
    return try value("model", ofEndpoint: name) == nil
  }

  /// The members of an open table of an endpoint: what any file says of each, the strongest first.
  func members(of table: String, ofEndpoint name: String) -> [(name: String, value: Sourced<SettingValue>)] {
    let place = ["endpoints", name, table]
    var paths: [[String]] = []
    for path in files.flatMap(\.order) where path.count == 4 && path.starts(with: place) && !paths.contains(path) {
      paths.append(path)
    }
    return paths.compactMap { path in fileValue(path).map { (path[3], $0) } }
  }

  /// The value of an endpoint's key by the key's name.
  func value(_ key: String, ofEndpoint name: String) throws(ConfigurationError) -> Sourced<SettingValue>? {
    guard let key = EndpointSetting.keys.first(where: { $0.name == key }) else { return nil }
    return try value(key, ofEndpoint: name)
  }

  private func text(_ key: String, ofEndpoint name: String) throws(ConfigurationError) -> String? {
    guard case .text(let text) = try value(key, ofEndpoint: name)?.value else { return nil }
    return text
  }

  private func number(_ key: String, ofEndpoint name: String) throws(ConfigurationError) -> Double? {
    guard case .number(let number) = try value(key, ofEndpoint: name)?.value else { return nil }
    return number
  }

  /// What a name on a command line means: an endpoint, and a model where one is named behind a colon.
  ///
  /// - Throws: ``ConfigurationError/Code/unknownEndpoint``.
  func reference(_ text: String) throws(ConfigurationError) -> (endpoint: String, model: String?) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let name = parts.first ?? ""
    guard endpointNames.contains(name) else {
      let near = nearest(to: name, in: endpointNames, limit: 1) { $0 }
      let looked = ([places.projectFile, places.userFile].compactMap { $0 }).joined(separator: " and ")
      throw ConfigurationError(
        .unknownEndpoint,
        "There is no endpoint “\(name)”. "
          + (near.first.map { "Did you mean “\($0)”?" }
            ?? "Known are \(endpointNames.joined(separator: ", ")); looked in \(looked).")
          + " Endpoints are named in basic.toml: [endpoints.NAME].")
    }
    guard parts.count > 1 else { return (name, nil) }
    guard !parts[1].isEmpty else {
      throw ConfigurationError(.unusableEndpoint, "“\(text)” names no model behind the colon.")
    }
    return (name, parts[1])
  }

  /// The endpoint of a name, `NAME` or `NAME:MODEL`, without its key.
  ///
  /// - Throws: ``ConfigurationError``.
  func endpointWithoutKey(named text: String) throws(ConfigurationError) -> Endpoint {
    let (name, model) = try reference(text)
    let table = "[endpoints.\(name)]"
    guard let address = try self.text("base-url", ofEndpoint: name) else {
      throw ConfigurationError(.unusableEndpoint, "The endpoint “\(name)” has no address; set base-url in \(table).")
    }
    let standardModel = try self.text("model", ofEndpoint: name)
    guard let model = model ?? standardModel else {
      throw ConfigurationError(
        .unusableEndpoint, "The endpoint “\(name)” has no model; set model in \(table), or say \(name):MODEL.")
    }
    var endpoint = Endpoint(
      name: name, dialect: try dialect(ofEndpoint: name), baseURL: address, model: model)
    for (name, value) in members(of: "headers", ofEndpoint: name) {
      if case .secret(let text) = value.value { endpoint.headers.append(Endpoint.Header(name, text)) }
    }
    endpoint.parameters = .object(
      members(of: "parameters", ofEndpoint: name).compactMap { member in
        guard case .element(let element) = member.value.value else { return nil }
        return JSONElement.Member(member.name, element)
      })
    if case .boolean(let takes) = try value("takes-extended-sampling", ofEndpoint: name)?.value {
      endpoint.takesExtendedSampling = takes
    }
    if case .boolean(let takes) = try value("takes-sample-count", ofEndpoint: name)?.value {
      endpoint.takesSampleCount = takes
    }
    endpoint.tokenLimitName = try self.text("token-limit-name", ofEndpoint: name)
    if case .integer(let count) = try value("concurrency", ofEndpoint: name)?.value { endpoint.concurrency = count }
    endpoint.price = try price(ofEndpoint: name)
    try setTimes(of: &endpoint)
    do { try endpoint.validate() } catch { throw ConfigurationError(.unusableEndpoint, error.message) }
    return endpoint
  }

  /// Who drafts for an endpoint, and how; nil where nobody does.
  ///
  /// - Throws: ``ConfigurationError``, also for a draft endpoint that does not exist.
  func draft(ofEndpoint text: String) throws(ConfigurationError) -> DraftSetting? {
    let name = try reference(text).endpoint
    guard let endpoint = try self.text("draft.endpoint", ofEndpoint: name) else { return nil }
    var setting = DraftSetting(endpoint: endpoint)
    if let method = try self.text("draft.scores", ofEndpoint: name).flatMap(TokenScoring.Method.init(rawValue:)) {
      setting.method = method
    }
    if case .integer(let count) = try value("draft.branches", ofEndpoint: name)?.value { setting.branches = count }
    if case .integer(let count) = try value("draft.tokens", ofEndpoint: name)?.value { setting.tokens = count }
    _ = try endpointWithoutKey(named: endpoint)
    return setting
  }

  private func price(ofEndpoint name: String) throws(ConfigurationError) -> TokenPrice? {
    let input = try number("price.input", ofEndpoint: name)
    let output = try number("price.output", ofEndpoint: name)
    let cachedInput = try number("price.cached-input", ofEndpoint: name)
    let cacheWrite = try number("price.cache-write", ofEndpoint: name)
    guard let input, let output else {
      guard input == nil, output == nil, cachedInput == nil, cacheWrite == nil else {
        throw ConfigurationError(
          .unusableEndpoint,
          "The price of the endpoint “\(name)” needs both input and output, per million tokens; 0 where it is free.")
      }
      return nil
    }
    return TokenPrice(input: input, output: output, cachedInput: cachedInput, cacheWrite: cacheWrite)
  }

  private func setTimes(of endpoint: inout Endpoint) throws(ConfigurationError) {
    let name = endpoint.name
    func set(_ key: String, _ duration: inout Duration) throws(ConfigurationError) {
      if case .duration(let value) = try value(key, ofEndpoint: name)?.value { duration = value }
    }
    try set("time-limits.connect", &endpoint.limits.connect)
    try set("time-limits.first-token", &endpoint.limits.firstToken)
    try set("time-limits.silence", &endpoint.limits.silence)
    try set("time-limits.whole", &endpoint.limits.whole)
    if case .integer(let attempts) = try value("retry.attempts", ofEndpoint: name)?.value {
      endpoint.retry.attempts = attempts
    }
    try set("retry.first-delay", &endpoint.retry.firstDelay)
    try set("retry.longest-delay", &endpoint.retry.longestDelay)
    try set("retry.total-delay", &endpoint.retry.totalDelay)
  }

  /// The form of prompts that an endpoint is given.
  ///
  /// - Throws: ``ConfigurationError``.
  func promptForm(ofEndpoint text: String) throws(ConfigurationError) -> PromptForm {
    let form = try self.text("form", ofEndpoint: try reference(text).endpoint)
    return form == PromptForm.completion.rawValue ? .completion : .instruct
  }
}

/// Who drafts for an endpoint, and how.
struct DraftSetting: Sendable, Hashable {
  /// The endpoint that drafts, as `--endpoint` names it.
  var endpoint: String
  /// How the target is asked for the scores of drafts.
  var method = TokenScoring.Method.promptLogprobs
  /// Continuations in a round, and the tokens of each.
  var branches = 4
  var tokens = 16
}
