import KernelBench
import LanguageModelClients

/// What one file sets, checked against what can be set.
struct ConfigurationFile: Sendable {
  /// The file.
  let path: String
  /// The values by their paths: `["defaults", "gpu"]`, `["endpoints", "local", "price", "input"]`.
  private(set) var values: [[String]: Sourced<SettingValue>] = [:]
  /// The paths in the order of their lines.
  private(set) var order: [[String]] = []
  /// The endpoints in the order of their lines, and where each begins.
  private(set) var endpoints: [Sourced<String>] = []

  /// Reads the text of a file.
  ///
  /// - Parameters:
  ///   - path: The file, as messages name it; values that are paths are relative to its folder.
  ///   - home: The folder that `~/` stands for.
  /// - Throws: the first that is wrong with it, with its line.
  init(path: String, text: String, home: String?) throws(ConfigurationError) {
    self.path = path
    let document: TOMLDocument
    do { document = try TOMLDocument(text) } catch {
      throw ConfigurationError(
        .notTOML, "this is not TOML. \(error.message).", at: .file(path, line: error.line))
    }
    var reader = ConfigurationReader(path: path, document: document, home: home)
    for member in document.root.members ?? [] {
      switch member.name {
      case "defaults":
        let keys = DefaultName.allCases.map(\.key)
        try reader.read(try reader.table(member.value, at: ["defaults"]), at: ["defaults"], keys: keys)
      case "endpoints":
        for endpoint in try reader.table(member.value, at: ["endpoints"]) {
          let place = ["endpoints", endpoint.name]
          let origin = ValueOrigin.file(path, line: document.line(of: place))
          if let objection = EndpointSetting.objection(toName: endpoint.name) {
            throw ConfigurationError(.badValue, objection + ".", at: origin)
          }
          endpoints.append(Sourced(endpoint.name, origin))
          try reader.read(try reader.table(endpoint.value, at: place), at: place, keys: EndpointSetting.keys)
        }
      default: throw reader.unknown(member.name, at: [], known: ["defaults", "endpoints"])
      }
    }
    values = reader.values
    order = reader.order
  }
}

/// Walks through the tables of a file.
private struct ConfigurationReader {
  let path: String
  let document: TOMLDocument
  let home: String?
  var values: [[String]: Sourced<SettingValue>] = [:]
  var order: [[String]] = []

  init(path: String, document: TOMLDocument, home: String?) {
    self.path = path
    self.document = document
    self.home = home
  }

  private func origin(_ place: [String]) -> ValueOrigin { .file(path, line: document.line(of: place)) }

  /// The members of what has to be a table.
  func table(_ value: JSONElement, at place: [String]) throws(ConfigurationError) -> [JSONElement.Member] {
    guard let members = value.members else {
      throw ConfigurationError(.badValue, "“\(place.last ?? "")” must be a table.", at: origin(place))
    }
    return members
  }

  /// Takes the values of a table over.
  ///
  /// - Parameters:
  ///   - members: The members of a table or, below it, of a table in it.
  ///   - place: The path of the outer table, whose keys are those below.
  ///   - inner: The path from the outer table to the one with these members.
  mutating func read(
    _ members: [JSONElement.Member], at place: [String], inner: [String] = [], keys: [SettingKey]
  ) throws(ConfigurationError) {
    for member in members {
      let path = inner + [member.name]
      if let key = keys.first(where: { $0.path == path }) {
        try take(member.value, key, at: place)
      } else if keys.contains(where: { $0.path.starts(with: path) }) {
        try read(try table(member.value, at: place + path), at: place, inner: path, keys: keys)
      } else {
        let known = keys.map(\.path).filter { $0.starts(with: inner) && $0.count > inner.count }.map { $0[inner.count] }
        throw unknown(member.name, at: place + inner, known: known)
      }
    }
  }

  private mutating func take(
    _ value: JSONElement, _ key: SettingKey, at place: [String]
  ) throws(ConfigurationError) {
    let path = place + key.path
    guard key.kind.isOpenTable else {
      do throws(BadSetting) { set(path, resolved(try key.kind.value(of: value), key.kind)) } catch {
        throw ConfigurationError(.badValue, "“\(key.name)” \(error.requirement).", at: origin(path))
      }
      return
    }
    for member in try table(value, at: path) {
      let inner = path + [member.name]
      if case .table = key.kind {
        set(inner, .element(member.value))
      } else if let text = member.value.string {
        set(inner, .secret(text))
      } else {
        throw ConfigurationError(
          .badValue, "“\(member.name)” in “\(key.name)” must be a text, in quotes.", at: origin(inner))
      }
    }
  }

  private mutating func set(_ place: [String], _ value: SettingValue) {
    values[place] = Sourced(value, origin(place))
    order.append(place)
  }

  private func resolved(_ value: SettingValue, _ kind: SettingKind) -> SettingValue {
    guard case .path = kind, case .text(let text) = value else { return value }
    return .text(ConfigurationPlaces.resolve(text, in: Files.folder(of: path), home: home))
  }

  func unknown(_ name: String, at place: [String], known: [String]) -> ConfigurationError {
    let table = place.isEmpty ? "the file" : "[\(place.joined(separator: "."))]"
    var names: [String] = []
    for name in known where !names.contains(name) { names.append(name) }
    let near = nearest(to: name, in: names, limit: 1) { $0 }
    let remedy =
      near.first.map { "Did you mean “\($0)”?" } ?? "It can have \(names.joined(separator: ", "))."
    return ConfigurationError(
      .unknownKey, "There is no “\(name)” in \(table). \(remedy)", at: origin(place + [name]))
  }
}
