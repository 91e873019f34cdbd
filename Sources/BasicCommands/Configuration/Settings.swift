import ArgumentParser
import KernelBench
import LanguageModelClients

/// All that can be set, with where each value comes from: flags before the environment before the project's file before the
/// user's file before what holds otherwise.
struct Settings: Sendable {
  /// Where files were looked for.
  let places: ConfigurationPlaces
  /// The files that were read, the stronger first.
  let files: [ConfigurationFile]
  /// The variables of the process.
  let environment: [String: String]
  /// The file of keys, as far as it can be read. What is wrong with it matters only to whoever needs a key out of it.
  let dotEnv: Result<DotEnv?, ConfigurationError>
  /// What was set by flags.
  private(set) var flags: [DefaultName: Sourced<SettingValue>] = [:]

  /// Reads the files and checks all that they and the environment set.
  ///
  /// - Parameters:
  ///   - context: The process.
  ///   - folder: The folder to look from; by default the current one.
  /// - Throws: ``ConfigurationError``.
  static func load(
    _ context: ProcessContext, folder: String? = nil
  ) throws(ConfigurationError) -> Settings {
    let places = ConfigurationPlaces(context: context, folder: folder)
    var files: [ConfigurationFile] = []
    // One file may be both.
    for path in [places.projectFile, places.projectFile == places.userFile ? nil : places.userFile] {
      guard let path, let text = try ConfigurationPlaces.text(of: path) else { continue }
      files.append(try ConfigurationFile(path: path, text: text, home: places.home))
    }
    let settings = Settings(
      places: places, files: files, environment: context.environment, dotEnv: keys(places.dotEnv))
    try settings.check()
    return settings
  }

  private static func keys(_ path: String) -> Result<DotEnv?, ConfigurationError> {
    Result { () throws(ConfigurationError) in
      guard let text = try ConfigurationPlaces.text(of: path) else { return nil }
      do throws(LanguageModelClientsError) { return try DotEnv(text) } catch {
        throw ConfigurationError(.unreadable, error.message, at: .file(path, line: nil))
      }
    }
  }

  /// Looks at every variable that sets something, so that a wrong one is noticed before it is needed.
  private func check() throws(ConfigurationError) {
    for name in DefaultName.allCases { _ = try value(name) }
    for name in endpointNames {
      for key in EndpointSetting.keys where !key.kind.isOpenTable { _ = try value(key, ofEndpoint: name) }
    }
  }

  /// The settings with values of flags, by the names that ``DefaultName`` has for them.
  ///
  /// - Throws: ``ConfigurationError``.
  func with(_ name: DefaultName, _ text: String) throws(ConfigurationError) -> Settings {
    var settings = self
    settings.flags[name] = Sourced(try checked(text, name.key, at: .flag(name.flag)), .flag(name.flag))
    return settings
  }

  // MARK: Defaults of options

  /// What an option is where a command is not given it; `nil` where nobody sets it and nothing holds otherwise.
  ///
  /// - Throws: ``ConfigurationError`` where a variable of the environment holds what it cannot.
  func value(_ name: DefaultName) throws(ConfigurationError) -> Sourced<SettingValue>? {
    if let value = flags[name] { return value }
    if let value = try environmentValue(name.key, variables: name.variables) { return value }
    if let value = fileValue(["defaults", name.rawValue]) { return value }
    return name.key.standard.value.map { Sourced($0, .standard) }
  }

  /// An option's value as its command knows it: the flag, or else what is set elsewhere.
  ///
  /// - Throws: ``ConfigurationError`` where what is set elsewhere is nothing for this command.
  func value<Value: ExpressibleByArgument>(
    _ name: DefaultName, flag: Value?
  ) throws(ConfigurationError) -> Sourced<Value>? {
    if let flag { return Sourced(flag, .flag(name.flag)) }
    guard let set = try value(name) else { return nil }
    guard let value = Value(argument: set.value.text) else {
      let words = Value.allValueStrings
      throw ConfigurationError(
        .badValue,
        "“\(name.rawValue)” cannot be “\(set.value.text)” here"
          + (words.isEmpty ? "." : "; use \(SettingKind.list(words))."), at: set.origin)
    }
    return Sourced(value, set.origin)
  }

  /// A time: the flag, or else what is set elsewhere.
  func duration(_ name: DefaultName, flag: Duration? = nil) throws(ConfigurationError) -> Sourced<Duration>? {
    if let flag { return Sourced(flag, .flag(name.flag)) }
    guard let set = try value(name), case .duration(let duration) = set.value else { return nil }
    return Sourced(duration, set.origin)
  }

  // MARK: Layers

  /// The first of the variables that is set; one that is set to nothing is not set.
  func environmentValue(
    _ key: SettingKey, variables: [String]
  ) throws(ConfigurationError) -> Sourced<SettingValue>? {
    for variable in variables {
      guard let text = environment[variable], !text.isEmpty else { continue }
      return Sourced(try checked(text, key, at: .environment(variable)), .environment(variable))
    }
    return nil
  }

  /// What the strongest of the files says.
  func fileValue(_ path: [String]) -> Sourced<SettingValue>? {
    for file in files { if let value = file.values[path] { return value } }
    return nil
  }

  private func checked(
    _ text: String, _ key: SettingKey, at origin: ValueOrigin
  ) throws(ConfigurationError) -> SettingValue {
    do throws(BadSetting) { return try key.kind.value(of: text) } catch {
      throw ConfigurationError(.badValue, "“\(key.name)” \(error.requirement).", at: origin)
    }
  }
}
