import LanguageModelClients

/// What is known of an endpoint's key; never the key.
enum KeyState: Sendable, Hashable {
  /// No key is sent.
  case unneeded
  /// The variable is set in the environment.
  case inEnvironment(String)
  /// The variable is set in a file.
  case inFile(String, path: String)
  /// The variable is set nowhere, and the endpoint may do without.
  case absent(String)
  /// The variable is set nowhere.
  case missing(String)
  /// The file of keys cannot be read.
  case unreadable(String, ConfigurationError)

  /// The variable, where there is to be a key.
  var variable: String? {
    switch self {
    case .unneeded: nil
    case .inEnvironment(let name), .inFile(let name, _), .absent(let name), .missing(let name),
      .unreadable(let name, _):
      name
    }
  }

  /// For a person.
  var text: String {
    switch self {
    case .unneeded: "none is sent"
    case .inEnvironment: "set in the environment"
    case .inFile(_, let path): "set in \(path)"
    case .absent: "not set, so none is sent"
    case .missing: "not set"
    case .unreadable(_, let error): "not set; \(error.message)"
    }
  }

  /// For programs.
  var word: String {
    switch self {
    case .unneeded: "none"
    case .inEnvironment: "environment"
    case .inFile: "file"
    case .absent: "absent"
    case .missing: "missing"
    case .unreadable: "unreadable"
    }
  }
}

extension Settings {
  /// Where an endpoint's key is.
  ///
  /// - Throws: ``ConfigurationError``.
  func keyState(ofEndpoint name: String) throws(ConfigurationError) -> KeyState {
    guard let variable = try value("key-variable", ofEndpoint: name), !variable.value.text.isEmpty else {
      return .unneeded
    }
    let text = variable.value.text
    if Self.isSet(environment[text]) { return .inEnvironment(text) }
    switch dotEnv {
    case .success(let file):
      if Self.isSet(file?[text]) { return .inFile(text, path: places.dotEnv) }
    case .failure(let error): return .unreadable(text, error)
    }
    // Somebody else's address, and nobody said that it wants a key.
    let isVendors = try value("base-url", ofEndpoint: name)?.origin == .standard
    return variable.origin == .standard && !isVendors ? .absent(text) : .missing(text)
  }

  /// A variable that is set to nothing is not set.
  private static func isSet(_ value: String?) -> Bool {
    value?.unicodeScalars.contains { !$0.properties.isWhitespace } ?? false
  }

  /// The endpoint of a name, `NAME` or `NAME:MODEL`, ready for use.
  ///
  /// - Throws: ``ConfigurationError``.
  func endpoint(named text: String) throws(ConfigurationError) -> Endpoint {
    var endpoint = try endpointWithoutKey(named: text)
    let state = try keyState(ofEndpoint: endpoint.name)
    switch state {
    case .unneeded, .absent: break
    case .inEnvironment(let name), .inFile(let name, _):
      let file = try? dotEnv.get()
      do {
        endpoint.apiKey = try APIKey(variable: name, environment: environment, dotEnv: file ?? DotEnv())
      } catch { throw ConfigurationError(.missingKey, "The endpoint “\(endpoint.name)”: \(error.message)") }
    case .missing(let name):
      throw ConfigurationError(
        .missingKey,
        "The endpoint “\(endpoint.name)” needs a key, and \(name) is not set. Set it in the environment or in "
          + "\(places.dotEnv).")
    case .unreadable(let name, let error):
      throw ConfigurationError(
        .missingKey, "The endpoint “\(endpoint.name)” needs the key \(name), and \(error.message)")
    }
    return endpoint
  }
}
