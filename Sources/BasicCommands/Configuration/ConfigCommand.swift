import ArgumentParser

/// `basic config`: what is set, and where.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Show what is configured, and where each value comes from.",
    discussion: """
      Values come from flags, else the environment, else the project's basic.toml (in this folder or the nearest above it), \
      else the user's (~/.config/basic/basic.toml), else from what is built in. Keys are never shown.

      Examples:
        basic config show
        basic config path
        basic config check basic.toml
      """,
    subcommands: [ConfigShow.self, ConfigPath.self, ConfigCheck.self])
}

/// `basic config show`: every value with its origin.
struct ConfigShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show every value and where it comes from.",
    discussion: """
      Of a key, only the name of its variable is shown, and whether it is set. Of headers, only the names. The status is 64 if \
      a file or a variable cannot be used.

      Examples:
        basic config show
        basic config show --format json
        basic config show --set gpu=a100 --set budget=5m
      """)

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Show what would hold with an option's flag, as in budget=5m. May be repeated.", valueName: "name=value"))
  var assignments: [String] = []

  @Option(help: ArgumentHelp("How the values are shown.", valueName: "format"))
  var format: OutputFormat = .text

  func run() throws {
    var settings = try Settings.load(.current)
    for assignment in assignments {
      let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, let name = DefaultName(rawValue: parts[0]) else {
        let names = DefaultName.allCases.map(\.rawValue).joined(separator: ", ")
        throw CommandFailure(.usage, "--set \(assignment): say NAME=VALUE, with a name out of \(names).")
      }
      settings = try settings.with(name, parts[1])
    }
    let report = try SettingsReport(settings)
    switch format {
    case .json: try Console.standardOutput.deliver(try JSON.document(report))
    case .text:
      let text = SettingsText.text(report, palette: Console.standardOutput.palette)
      try Console.standardOutput.deliver(text, isPrintable: true)
    }
  }
}

/// `basic config path`: which files are read.
struct ConfigPath: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "path",
    abstract: "Show which files are read, the strongest first.",
    discussion: """
      Files that cannot be read are shown as well: nothing is read for this.

      Examples:
        basic config path
      """)

  @Option(help: ArgumentHelp("How the files are shown.", valueName: "format"))
  var format: OutputFormat = .text

  private struct Report: Encodable {
    var schemaVersion = 1
    var files: [ConfigurationPlace]
    var notices: [String]
  }

  func run() throws {
    let places = ConfigurationPlaces(context: .current)
    let files = ConfigurationPlace.all(places)
    switch format {
    case .json: try Console.standardOutput.deliver(try JSON.document(Report(files: files, notices: places.passedOver)))
    case .text:
      try Console.standardOutput.deliver(SettingsText.files(files, notices: places.passedOver), isPrintable: true)
    }
  }
}

/// `basic config check`: whether a file can be used.
struct ConfigCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Say whether a configuration file can be used.",
    discussion: """
      The file is checked by itself: without other files, and without what the environment sets. The status is 0 if it can be \
      used, and 64 if not.

      Examples:
        basic config check basic.toml
        basic config check Examples/basic.toml
      """)

  @Argument(help: ArgumentHelp("The file.", valueName: "file"), completion: .file(extensions: ["toml"]))
  var file: String

  func run() throws {
    guard let text = try ConfigurationPlaces.text(of: file) else {
      throw CommandFailure(.usage, "There is no file \(file).")
    }
    var places = ConfigurationPlaces(context: .current)
    let contents = try ConfigurationFile(path: file, text: text, home: places.home)
    places.dotEnv = Files.folder(of: file) + "/.env"
    let settings = Settings(places: places, files: [contents], environment: [:], dotEnv: .success(nil))
    for name in settings.configuredEndpoints where try !settings.isWithoutModel(name) {
      _ = try settings.endpointWithoutKey(named: name)
    }
    try Console.standardOutput.deliver("\(file): it can be used.\n")
  }
}
