/// All that is set, for a person or a program. No key and no header's value is in it.
struct SettingsReport: Encodable, Sendable {
  /// The version of the JSON form.
  var schemaVersion = 1
  var files: [ConfigurationPlace]
  var notices: [String]
  var defaults: [Row]
  var endpoints: [EndpointRows]

  /// A value and where it comes from.
  struct Row: Encodable, Sendable {
    var name: String
    /// The value as a file would have it; `nil` where nothing is set.
    var value: Nullable<String>
    /// What happens where nothing is set.
    var otherwise: Nullable<String>
    var origin: Origin

    init(_ name: String, _ sourced: Sourced<SettingValue>?, _ key: SettingKey? = nil) {
      self.name = name
      value = Nullable(sourced.map { name == "base-url" ? Row.withoutQuery($0.value.text) : $0.value.text })
      if sourced == nil, case .otherwise(let text) = key?.standard {
        otherwise = .init(text)
      } else {
        otherwise = .init(nil)
      }
      origin = Origin(sourced?.origin ?? .standard)
    }

    /// An address as anybody may see it: what is asked of it behind a question mark may be a key, and so may a name before
    /// an `@`.
    private static func withoutQuery(_ address: String) -> String {
      let parts = address.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
      var shown = parts.first.map(String.init) ?? ""
      if let scheme = shown.firstRange(of: "://") {
        let host = shown[scheme.upperBound...].prefix { $0 != "/" }
        if let at = host.lastIndex(of: "@") { shown.replaceSubrange(scheme.upperBound..<at, with: "(hidden)") }
      }
      return parts.count > 1 ? shown + "?(hidden)" : shown
    }
  }

  /// ``ValueOrigin`` as JSON.
  struct Origin: Encodable, Sendable {
    var kind: String
    var label: String
    var name: Nullable<String>
    var path: Nullable<String>
    var line: Nullable<Int>

    init(_ origin: ValueOrigin) {
      label = origin.label
      (name, path, line) = (.init(nil), .init(nil), .init(nil))
      switch origin {
      case .flag(let name): (kind, self.name) = ("flag", .init(name))
      case .environment(let name): (kind, self.name) = ("environment", .init(name))
      case .file(let path, let line): (kind, self.path, self.line) = ("file", .init(path), .init(line))
      case .standard: kind = "default"
      }
    }
  }

  /// One endpoint.
  struct EndpointRows: Encodable, Sendable {
    var name: String
    /// Whether it is there without a file, and no file and no variable says more of it.
    var isUntouched: Bool
    var rows: [Row]
    var key: Key
    /// Why it cannot be used as it is; a key that is missing is not among the reasons.
    var problem: Nullable<String>
  }

  /// What is known of a key.
  struct Key: Encodable, Sendable {
    var variable: Nullable<String>
    var state: String
    var text: String

    init(_ state: KeyState) {
      variable = Nullable(state.variable)
      self.state = state.word
      text = state.text
    }
  }
}

extension SettingsReport {
  /// Collects what is set.
  ///
  /// - Throws: ``ConfigurationError``.
  init(_ settings: Settings) throws(ConfigurationError) {
    files = ConfigurationPlace.all(settings.places)
    notices = settings.places.passedOver
    defaults = []
    for name in DefaultName.allCases { defaults.append(Row(name.rawValue, try settings.value(name), name.key)) }
    endpoints = []
    for name in settings.endpointNames { endpoints.append(try EndpointRows(name, settings)) }
  }
}

extension SettingsReport.EndpointRows {
  init(_ name: String, _ settings: Settings) throws(ConfigurationError) {
    self.name = name
    rows = []
    for key in EndpointSetting.keys {
      let members = key.kind.isOpenTable ? settings.members(of: key.name, ofEndpoint: name) : []
      for member in members { rows.append(.init("\(key.name).\(member.name)", member.value)) }
      if members.isEmpty { rows.append(.init(key.name, try settings.value(key, ofEndpoint: name), key)) }
    }
    isUntouched = !settings.configuredEndpoints.contains(name) && rows.allSatisfy { $0.origin.kind == "default" }
    key = SettingsReport.Key(try settings.keyState(ofEndpoint: name))
    let isWithoutModel = try settings.isWithoutModel(name)
    do throws(ConfigurationError) {
      _ = try settings.endpointWithoutKey(named: isWithoutModel ? name + ":any" : name)
      problem = .init(nil)
    } catch {
      problem = .init(error.message)
    }
  }
}

/// A file that is looked for, and whether it is there.
struct ConfigurationPlace: Encodable, Sendable {
  /// What a file is for.
  enum Role: String, Encodable, Sendable {
    case project, keys, user
  }

  var role: Role
  /// The file; `nil` where none was found in any folder.
  var path: Nullable<String>
  var isThere: Bool
  /// For a person.
  var text: String

  /// The files, the strongest first; that of keys stands beside the project's.
  static func all(_ places: ConfigurationPlaces) -> [ConfigurationPlace] {
    let project = ConfigurationPlace(
      role: .project, path: .init(places.projectFile), isThere: places.projectFile != nil,
      text: places.projectFile == nil
        ? "no \(ConfigurationPlaces.fileName) in \(places.folder) or above it" : "the project's file")
    let keys = ConfigurationPlace(role: .keys, places.dotEnv, "keys")
    guard let userFile = places.userFile else {
      return [
        project, keys, ConfigurationPlace(role: .user, path: .init(nil), isThere: false, text: "no home folder is set"),
      ]
    }
    return [project, keys, ConfigurationPlace(role: .user, userFile, "the user's file")]
  }

  private init(role: Role, path: Nullable<String>, isThere: Bool, text: String) {
    self.role = role
    self.path = path
    self.isThere = isThere
    self.text = text
  }

  private init(role: Role, _ path: String, _ what: String) {
    let isThere = Files.exists(path)
    self.init(role: role, path: .init(path), isThere: isThere, text: isThere ? what : what + ", not there")
  }
}
